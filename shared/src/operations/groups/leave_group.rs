//! Taking a person out of a group.

use crate::{
    Error, Result, Usher,
    domain::{GroupId, GroupRef, Manager, Person, Scope, UserId, WorkspaceId, change_groups},
    operations::{
        Caller, WorkspaceAccess,
        groups::group_access::GROUP_NOT_FOUND,
        members::change_member::{MemberChange, NO_SUCH_PERSON, refused_change},
    },
    store::{AuditNote, TransitionWrite, Transitioned},
};

/// How often taking a person out of a group is tried. A try to take a person out of a group fails if another request
/// changed the person's record after the record was read.
const TRIES: u32 = 3;

impl Usher {
    /// Takes a person out of a group. If the person then belongs to no group, a member is removed from the workspace,
    /// and an invited person's invitation is revoked.
    ///
    /// # Errors
    /// The errors of [`Usher::group_access`]; [`Error::Forbidden`] without authority over the group, and for a person
    /// whose role is above the caller's; [`Error::NotFound`] for a group that the workspace doesn't have, and for a
    /// user who doesn't belong to the group; [`Error::Conflict`] for the last member who is explicitly ADMIN of the
    /// workspace.
    pub async fn leave_group(&self, caller: &Caller, workspace: WorkspaceId, id: GroupId, user: UserId) -> Result<()> {
        let mut access = self.group_access(caller, workspace, &[id]).await?;
        let group = access.groups.pop().flatten().ok_or(GROUP_NOT_FOUND)?;
        access.require_authority(&group.path)?;
        for _ in 0..TRIES {
            let people = self.members_and_invited(&access.access.workspace).await?;
            let found = people.into_iter().find(|person| person.user == user && person.is_in(&group.path, false));
            let person = found.ok_or(NO_SUCH_PERSON)?;
            let remaining: Vec<_> = person.groups.iter().filter(|group| group.id != id).cloned().collect();
            let is_done = if remaining.is_empty() {
                self.try_to_change(&access.access, &person, MemberChange::Removed).await?.is_some()
            } else {
                self.write_groups(&access.access, &person, remaining).await?
            };
            if is_done {
                return Ok(());
            }
        }
        Err(Error::conflict("changed_meanwhile", "This person was changed by somebody else at the same time."))
    }

    /// Writes the groups that a person belongs to. Returns `false` if another request changed the person's record after
    /// the record was read.
    async fn write_groups(&self, access: &WorkspaceAccess, person: &Person, groups: Vec<GroupRef>) -> Result<bool> {
        let manager = Manager { user: access.profile.id, role: access.role };
        let now = self.now();
        let transition = change_groups(manager, person, groups, now).map_err(refused_change)?;
        let audit = AuditNote { actor: manager.user, action: "member.groupsChanged", detail: Vec::new() };
        let scope = Scope::Workspace(access.workspace.id);
        let write = TransitionWrite { scope, transition: &transition, audit, mail: None, now };
        Ok(self.store.write_transition(&write).await? == Transitioned::Done)
    }
}
