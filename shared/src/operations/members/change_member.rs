//! Somebody in a workspace of the company: who they are, and giving them another role.

use crate::{
    Error, Missing, Result, Usher,
    domain::{Identifier, MembershipState, Permission, Person, PersonId, Role, Scope, UserId, Workspace, WorkspaceId},
    operations::{Caller, WorkspaceAccess, log},
    store::{Managed, Managing},
};

/// How often somebody who changed meanwhile is read and judged again.
const TRIES: u32 = 3;

pub(in crate::operations) const NOBODY: Error = Error::NotFound(Missing::Person);

/// What is to become of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::operations) enum MemberChange {
    Role(Role),
    Removed,
}

/// Who may be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::operations) enum Selection {
    /// Members, and people who are invited.
    Present,
    /// Members only.
    Members,
}

impl Selection {
    pub(in crate::operations) fn admits(self, person: &Person, now: jiff::Timestamp) -> bool {
        match person.standing(now) {
            MembershipState::Member => true,
            MembershipState::Pending => self == Self::Present,
            MembershipState::Expired | MembershipState::Gone => false,
        }
    }
}

impl Usher {
    /// A member of a workspace of the company, or somebody invited to it.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Forbidden`] unless the caller administers the workspace.
    pub async fn get_member(&self, caller: &Caller, id: &PersonId) -> Result<(Workspace, Person)> {
        let (access, person) = self.managed(caller, id).await?;
        Ok((access.workspace, person))
    }

    /// As [`Usher::get_member`], by workspace and identity.
    ///
    /// # Errors
    /// The same.
    pub async fn find_member(&self, caller: &Caller, workspace: WorkspaceId, who: &Identifier) -> Result<Person> {
        self.administered_workspace(caller, workspace).await?;
        self.present_person(workspace, who, Selection::Present).await
    }

    /// Gives a member, or somebody invited, another role.
    ///
    /// # Errors
    /// As [`Usher::get_member`]; [`Error::Forbidden`] if the role, or the one they have, is above the caller's;
    /// [`Error::Conflict`] for the workspace's last explicit ADMIN.
    pub async fn change_member(&self, caller: &Caller, id: &PersonId, role: Role) -> Result<(Workspace, Person)> {
        let (access, person) = self.managed(caller, id).await?;
        let person = self.settle(&access, person, MemberChange::Role(role), Selection::Present).await?;
        Ok((access.workspace, person))
    }

    /// Gives a member another role, by user id.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Forbidden`] unless the caller administers the workspace, and for a user who isn't a
    /// member of it; else as [`Usher::change_member`].
    pub async fn change_user(&self, caller: &Caller, id: WorkspaceId, user: UserId, role: Role) -> Result<Person> {
        let access = self.workspace_access(caller, id).await?;
        log::workspace(id);
        access.require(Permission::Administer)?;
        let person = self.member(id, user).await?;
        self.settle(&access, person, MemberChange::Role(role), Selection::Members).await
    }

    /// A member of a workspace.
    pub(in crate::operations) async fn member(&self, id: WorkspaceId, user: UserId) -> Result<Person> {
        let person = self.store.member(Scope::Workspace(id), user).await?;
        person.filter(|person| Selection::Members.admits(person, self.now())).ok_or(NOBODY)
    }

    /// A caller who administers a workspace of their own company.
    pub(in crate::operations) async fn administered_workspace(
        &self,
        caller: &Caller,
        id: WorkspaceId,
    ) -> Result<WorkspaceAccess> {
        let access = self.workspace_access(caller, id).await?;
        if access.workspace.company != caller.company {
            return Err(Error::NotFound(Missing::Workspace));
        }
        access.require(Permission::Administer)?;
        log::workspace(id);
        Ok(access)
    }

    pub(in crate::operations) async fn managed(
        &self,
        caller: &Caller,
        id: &PersonId,
    ) -> Result<(WorkspaceAccess, Person)> {
        let found = self.store.person_of_id(id).await?;
        let found = found.and_then(|(key, person)| Some((key.scope()?, person)));
        let Some((Scope::Workspace(workspace), person)) = found else { return Err(NOBODY) };
        let access = self.administered_workspace(caller, workspace).await.map_err(|error| match error {
            Error::NotFound(_) => NOBODY,
            other => other,
        })?;
        if Selection::Present.admits(&person, self.now()) { Ok((access, person)) } else { Err(NOBODY) }
    }

    async fn present_person(&self, workspace: WorkspaceId, who: &Identifier, meant: Selection) -> Result<Person> {
        let person = self.store.person(Scope::Workspace(workspace), who).await?;
        person.filter(|person| meant.admits(person, self.now())).ok_or(NOBODY)
    }

    /// Brings somebody's fate about. Asked again it changes nothing.
    pub(in crate::operations) async fn settle(
        &self,
        access: &WorkspaceAccess,
        mut person: Person,
        fate: MemberChange,
        meant: Selection,
    ) -> Result<Person> {
        for _ in 0..TRIES {
            if let Some(settled) = self.try_to_settle(access, &person, fate).await? {
                return Ok(settled);
            }
            person = match (self.present_person(access.workspace.id, &person.identifier(), meant).await, fate) {
                // Gone meanwhile, by whomever.
                (Err(Error::NotFound(_)), MemberChange::Removed) => return Ok(person),
                (read, _) => read?,
            };
        }
        Err(Error::conflict("changed_meanwhile", "This person was changed by somebody else at the same time."))
    }

    /// As [`Usher::settle`], of the record as it was read. `None` if it changed since.
    pub(in crate::operations) async fn try_to_settle(
        &self,
        access: &WorkspaceAccess,
        person: &Person,
        fate: MemberChange,
    ) -> Result<Option<Person>> {
        judge(access.role, person, fate)?;
        let (of, actor, now) = (Scope::Workspace(access.workspace.id), access.profile.id, self.now());
        let managing = Managing { of, person, actor, now };
        let (managed, settled) = match fate {
            MemberChange::Role(role) if role == person.role => return Ok(Some(person.clone())),
            MemberChange::Role(role) => {
                let inviter = if person.standing(now) == MembershipState::Member { person.inviter } else { actor };
                let settled = Person { role, updated_at: now, inviter, ..person.clone() };
                (self.store.change_role(&managing, role, self.random()).await?, settled)
            }
            MemberChange::Removed => (self.store.remove(&managing, self.random()).await?, person.clone()),
        };
        match managed {
            Managed::Done => Ok(Some(settled)),
            Managed::LastAdmin => Err(last_admin()),
            Managed::Changed => Ok(None),
        }
    }
}

pub(in crate::operations) fn judge(own: Role, person: &Person, fate: MemberChange) -> Result<()> {
    if !own.may_grant(person.role) {
        return Err(Error::forbidden("forbidden", "Nobody changes someone whose role is above their own."));
    }
    match fate {
        MemberChange::Role(role) if !own.may_grant(role) => {
            Err(Error::forbidden("forbidden", "This role is above your own."))
        }
        _ => Ok(()),
    }
}

pub(in crate::operations) fn last_admin() -> Error {
    Error::conflict("last_admin", "This is the workspace's last administrator: make somebody else one first.")
}
