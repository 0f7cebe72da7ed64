//! Deleting a group.

use crate::{
    Error, Result, Usher,
    domain::{Act, GroupId, Person, RecordStatus, Scope},
    operations::{Caller, groups::group_access::GROUP_NOT_FOUND},
    store::GroupDeleted,
};

/// How often the deletion of a group is tried. A try to delete a group fails if a person joined the group after the
/// group's people were read.
const TRIES: u32 = 3;

impl Usher {
    /// Deletes a group that contains neither people nor groups.
    ///
    /// # Errors
    /// The errors of [`Usher::access_to_group`]; [`Error::Forbidden`] without authority over the group,
    /// [`Error::Conflict`] if the group isn't empty or is the topmost group of the workspace.
    pub async fn delete_group(&self, caller: &Caller, id: GroupId) -> Result<()> {
        let (access, group) = self.access_to_group(caller, id).await?;
        access.require_authority(&group.path)?;
        let parent_path = group.path.parent().ok_or_else(|| not_empty("The topmost group stays."))?;
        let parent = self.store.group_at(group.workspace, &parent_path).await?.ok_or(GROUP_NOT_FOUND)?;
        for _ in 0..TRIES {
            let Some(joins) = self.store.group_joins(id).await? else { return Err(GROUP_NOT_FOUND) };
            // An invited person whose invitation has expired counts as a person of the group too, because the expired
            // invitation can be sent again and keeps its groups.
            let people = self.store.people(Scope::Workspace(group.workspace)).await?;
            let counts = |person: &Person| matches!(person.status, RecordStatus::Pending | RecordStatus::Accepted);
            if people.iter().any(|person| counts(person) && person.is_in(&group.path, true)) {
                return Err(not_empty("There are people in this group."));
            }
            let (actor, now) = (access.access.profile.id, self.now());
            match self.store.delete_group(&group, parent.id, joins, Act { actor, at: now }).await? {
                GroupDeleted::Done => return Ok(()),
                GroupDeleted::HasGroups => return Err(not_empty("There are groups in this group.")),
                GroupDeleted::Changed => {}
            }
        }
        Err(Error::conflict("changed_meanwhile", "People come into this group at the same time."))
    }
}

fn not_empty(message: &'static str) -> Error {
    Error::conflict("group_not_empty", message)
}
