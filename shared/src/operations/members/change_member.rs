//! Somebody in a workspace of the company: who they are, and giving them another role.

use crate::{
    Error, Missing, Result, Usher,
    domain::{
        Identifier, ManageRefusal, Manager, MembershipState, Permission, Person, PersonId, Role, Scope, UserId,
        Workspace, WorkspaceId, change_role, end,
    },
    operations::{Caller, WorkspaceAccess, log},
    store::{AuditNote, TransitionWrite, Transitioned},
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

    /// Changes or ends a membership or an invitation. Asked again it changes nothing.
    pub(in crate::operations) async fn settle(
        &self,
        access: &WorkspaceAccess,
        mut person: Person,
        change: MemberChange,
        selection: Selection,
    ) -> Result<Person> {
        for _ in 0..TRIES {
            if let Some(changed) = self.try_to_settle(access, &person, change).await? {
                return Ok(changed);
            }
            let identifier = person.identifier();
            person = match (self.present_person(access.workspace.id, &identifier, selection).await, change) {
                // Another request removed the person meanwhile.
                (Err(Error::NotFound(_)), MemberChange::Removed) => return Ok(person),
                (read, _) => read?,
            };
        }
        Err(changed_meanwhile("This person was changed by somebody else at the same time."))
    }

    /// As [`Usher::settle`], of the record as it was read. `None` if it changed since.
    pub(in crate::operations) async fn try_to_settle(
        &self,
        access: &WorkspaceAccess,
        person: &Person,
        change: MemberChange,
    ) -> Result<Option<Person>> {
        let manager = Manager { user: access.profile.id, role: access.role };
        let (now, mut admins) = (self.now(), access.workspace.admins);
        let decide = |admins| match change {
            MemberChange::Role(role) => change_role(manager, person, role, Some(admins), now),
            MemberChange::Removed => end(manager, person, Some(admins), now).map(Some),
        };
        let mut decision = decide(admins);
        if decision.as_ref().is_err_and(|refusal| *refusal == ManageRefusal::LastAdmin) {
            // The number of ADMINs was read when the request began, and may have grown since.
            let workspaces = self.store.workspaces(&[access.workspace.id]).await?;
            admins = workspaces.first().map_or(0, |workspace| workspace.admins);
            decision = decide(admins);
        }
        let Some(transition) = decision.map_err(refused_change)? else { return Ok(Some(person.clone())) };
        let audit = audit_note(manager.user, person, change);
        let of = Scope::Workspace(access.workspace.id);
        let write = TransitionWrite { of, transition: &transition, audit, mail: None, now };
        match self.store.write_transition(&write, self.random()).await? {
            Transitioned::Done if change == MemberChange::Removed => Ok(Some(person.clone())),
            Transitioned::Done => Ok(Some(transition.into_after())),
            Transitioned::LastAdmin => Err(last_admin()),
            Transitioned::Changed => Ok(None),
        }
    }
}

/// What the audit log says of a change.
fn audit_note(actor: UserId, person: &Person, change: MemberChange) -> AuditNote {
    match (change, person.is_member()) {
        (MemberChange::Role(role), member) => {
            let action = if member { "member.changed" } else { "invitation.changed" };
            AuditNote { actor, action, detail: vec![("role", role.name()), ("roleBefore", person.role.name())] }
        }
        (MemberChange::Removed, member) => {
            let action = match member {
                true if actor == person.user => "member.left",
                true => "member.removed",
                false => "invitation.revoked",
            };
            AuditNote { actor, action, detail: vec![("role", person.role.name())] }
        }
    }
}

/// The error of a refused change of a membership or an invitation.
pub(in crate::operations) fn refused_change(refusal: ManageRefusal) -> Error {
    match refusal {
        ManageRefusal::PersonAboveOwn => {
            Error::forbidden("forbidden", "Nobody changes someone whose role is above their own.")
        }
        ManageRefusal::RoleAboveOwn => Error::forbidden("forbidden", "This role is above your own."),
        ManageRefusal::LastAdmin => last_admin(),
        other => refused_invitation(other),
    }
}

/// The error of a refused change of an invitation.
pub(in crate::operations) fn refused_invitation(refusal: ManageRefusal) -> Error {
    match refusal {
        ManageRefusal::OtherInviter => {
            Error::forbidden("forbidden", "This invitation is somebody else's, and you aren't an administrator.")
        }
        ManageRefusal::RoleAboveOwn | ManageRefusal::PersonAboveOwn => {
            Error::forbidden("forbidden", "This invitation is to a role above your own.")
        }
        ManageRefusal::AlreadyAccepted => {
            Error::conflict("already_accepted", "This invitation was accepted: there is a member now.")
        }
        ManageRefusal::Ended => {
            let message = "This invitation was declined or revoked: invite the person again.";
            Error::conflict("invitation_ended", message)
        }
        ManageRefusal::LastAdmin => last_admin(),
        ManageRefusal::Cooldown => Error::conflict("cooldown", "This invitation was mailed a moment ago."),
    }
}

pub(in crate::operations) fn last_admin() -> Error {
    Error::conflict("last_admin", "This is the workspace's last administrator: make somebody else one first.")
}

pub(in crate::operations) fn changed_meanwhile(message: &'static str) -> Error {
    Error::conflict("changed_meanwhile", message)
}
