//! Finding one member or invited person of a workspace, and giving the person another role.

use crate::{
    Error, Missing, Result, Usher,
    domain::{
        Identifier, ManageRefusal, Manager, MembershipState, Permission, Person, PersonId, Role, Scope, UserId,
        Workspace, WorkspaceId, change_role, end,
    },
    operations::{Caller, WorkspaceAccess, log},
    store::{AuditNote, TransitionWrite, Transitioned},
};

/// How often changing a person's membership or invitation is tried. A further try happens if another request changed
/// the person's record meanwhile; the further try reads the record again.
const TRIES: u32 = 3;

/// The error for a request about a person who is neither a member of the workspace nor invited to the workspace.
pub(in crate::operations) const NO_SUCH_PERSON: Error = Error::NotFound(Missing::Person);

/// The change of a person's membership or invitation that a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::operations) enum MemberChange {
    /// The member or invited person gets this role.
    Role(Role),
    /// The membership ends, or the invitation is revoked.
    Removed,
}

/// Which people of a workspace a request may change: members only, or also invited people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::operations) enum Selection {
    /// The request may change members, and people with a pending invitation.
    MembersAndInvited,
    /// The request may change members only.
    Members,
}

impl Selection {
    /// Whether a request with this selection of people may change the person at the time `now`.
    pub(in crate::operations) fn contains(self, person: &Person, now: jiff::Timestamp) -> bool {
        match person.state(now) {
            MembershipState::Member => true,
            MembershipState::Pending => self == Self::MembersAndInvited,
            MembershipState::Expired | MembershipState::Gone => false,
        }
    }
}

impl Usher {
    /// A member or invited person of a workspace of the caller's company, by the public id of the person's record.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Forbidden`] unless the caller administers the workspace.
    pub async fn get_member(&self, caller: &Caller, id: &PersonId) -> Result<(Workspace, Person)> {
        let (access, person) = self.managed_person(caller, id).await?;
        Ok((access.workspace, person))
    }

    /// A member or invited person of a workspace of the caller's company, by the workspace and the person's identity.
    ///
    /// # Errors
    /// The errors of [`Usher::get_member`].
    pub async fn find_member(
        &self,
        caller: &Caller,
        workspace: WorkspaceId,
        identifier: &Identifier,
    ) -> Result<Person> {
        self.administered_workspace(caller, workspace).await?;
        self.selected_person(workspace, identifier, Selection::MembersAndInvited).await
    }

    /// Gives a member or an invited person another role.
    ///
    /// # Errors
    /// - The errors of [`Usher::get_member`].
    /// - [`Error::Forbidden`] if the new role or the person's present role is above the caller's.
    /// - [`Error::Conflict`] for the last ADMIN among the workspace's members.
    pub async fn change_member(&self, caller: &Caller, id: &PersonId, role: Role) -> Result<(Workspace, Person)> {
        let (access, person) = self.managed_person(caller, id).await?;
        let person =
            self.change_person(&access, person, MemberChange::Role(role), Selection::MembersAndInvited).await?;
        Ok((access.workspace, person))
    }

    /// Gives a member of a workspace another role, by the member's user id.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Forbidden`] unless the caller administers the workspace. [`Error::NotFound`]
    /// for a user who isn't a member of the workspace. For all other reasons, the errors of [`Usher::change_member`].
    pub async fn change_user(&self, caller: &Caller, id: WorkspaceId, user: UserId, role: Role) -> Result<Person> {
        let access = self.workspace_access(caller, id).await?;
        log::workspace(id);
        access.require(Permission::Administer)?;
        let person = self.member(id, user).await?;
        self.change_person(&access, person, MemberChange::Role(role), Selection::Members).await
    }

    /// The record of a member of a workspace, by the member's user id.
    pub(in crate::operations) async fn member(&self, id: WorkspaceId, user: UserId) -> Result<Person> {
        let person = self.store.member(Scope::Workspace(id), user).await?;
        person.filter(|person| Selection::Members.contains(person, self.now())).ok_or(NO_SUCH_PERSON)
    }

    /// Checks that the caller administers this workspace, and that the workspace belongs to the caller's company.
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

    /// The person with the public id `id`, if the caller administers the person's workspace. Besides the person, the
    /// function returns the caller's access to the workspace.
    pub(in crate::operations) async fn managed_person(
        &self,
        caller: &Caller,
        id: &PersonId,
    ) -> Result<(WorkspaceAccess, Person)> {
        let found = self.store.person_of_id(id).await?;
        let found = found.and_then(|(key, person)| Some((key.scope()?, person)));
        let Some((Scope::Workspace(workspace), person)) = found else { return Err(NO_SUCH_PERSON) };
        let access = self.administered_workspace(caller, workspace).await.map_err(|error| match error {
            Error::NotFound(_) => NO_SUCH_PERSON,
            other => other,
        })?;
        if Selection::MembersAndInvited.contains(&person, self.now()) {
            Ok((access, person))
        } else {
            Err(NO_SUCH_PERSON)
        }
    }

    /// The person with the given identity in the workspace, if the request may change the person.
    async fn selected_person(
        &self,
        workspace: WorkspaceId,
        identifier: &Identifier,
        selection: Selection,
    ) -> Result<Person> {
        let person = self.store.person(Scope::Workspace(workspace), identifier).await?;
        person.filter(|person| selection.contains(person, self.now())).ok_or(NO_SUCH_PERSON)
    }

    /// Changes or ends a person's membership or invitation. Repeating a request to change a person changes nothing. If
    /// another request changed the person's record meanwhile, the service decides about the change again, at most
    /// [`TRIES`] times in all.
    pub(in crate::operations) async fn change_person(
        &self,
        access: &WorkspaceAccess,
        mut person: Person,
        change: MemberChange,
        selection: Selection,
    ) -> Result<Person> {
        for _ in 0..TRIES {
            if let Some(changed) = self.try_to_change(access, &person, change).await? {
                return Ok(changed);
            }
            let identifier = person.identifier();
            person = match (self.selected_person(access.workspace.id, &identifier, selection).await, change) {
                // Another request removed the person first, so this request has nothing left to do.
                (Err(Error::NotFound(_)), MemberChange::Removed) => return Ok(person),
                (read, _) => read?,
            };
        }
        Err(changed_meanwhile("This person was changed by somebody else at the same time."))
    }

    /// Decides about the change of a membership or invitation once, by the person's record that was read, and writes
    /// the change. Returns `None` if another request changed the record after the record was read.
    pub(in crate::operations) async fn try_to_change(
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
            // The person's record and the workspace's number of ADMINs were read one after the other. Another request
            // may have changed the person, or added an ADMIN, between the two reads.
            let scope = Scope::Workspace(access.workspace.id);
            let stored = self.store.person(scope, &person.identifier()).await?;
            if stored.is_none_or(|stored| stored.revision != person.revision) {
                return Ok(None);
            }
            let workspaces = self.store.workspaces(&[access.workspace.id]).await?;
            admins = workspaces.first().map_or(0, |workspace| workspace.admins);
            decision = decide(admins);
        }
        let Some(transition) = decision.map_err(refused_change)? else { return Ok(Some(person.clone())) };
        let audit = audit_note(manager.user, person, change);
        let scope = Scope::Workspace(access.workspace.id);
        let write = TransitionWrite { scope, transition: &transition, audit, mail: None, now };
        match self.store.write_transition(&write).await? {
            Transitioned::Done if change == MemberChange::Removed => Ok(Some(person.clone())),
            Transitioned::Done => Ok(Some(transition.into_after())),
            Transitioned::LastAdmin => Err(last_admin()),
            Transitioned::Changed => Ok(None),
        }
    }
}

/// The line in the audit log about a change of a membership or invitation.
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

/// The error for a refused change of a membership or an invitation.
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

/// The error for a refused change of an invitation.
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

/// The error for a change that leaves the workspace without an ADMIN.
pub(in crate::operations) fn last_admin() -> Error {
    Error::conflict("last_admin", "This is the workspace's last administrator: make somebody else one first.")
}

/// The error for a change that failed in every try, because other requests changed the same record each time.
pub(in crate::operations) fn changed_meanwhile(message: &'static str) -> Error {
    Error::conflict("changed_meanwhile", message)
}
