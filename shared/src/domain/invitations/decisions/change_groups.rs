//! Changing the groups of a member, or of an invited person.

use jiff::Timestamp;

use crate::domain::{GroupPlace, ManageRefusal, Manager, Person, Transition};

/// Decides that a person is in exactly these groups of the workspace.
///
/// # Errors
/// [`ManageRefusal::PersonAboveOwn`] if the person's role is above the manager's own.
pub fn change_groups(
    manager: Manager,
    record: &Person,
    groups: Vec<GroupPlace>,
    now: Timestamp,
) -> Result<Transition, ManageRefusal> {
    if !manager.role.may_grant(record.role) {
        return Err(ManageRefusal::PersonAboveOwn);
    }
    Ok(Transition::change(record, |person| {
        person.groups = groups;
        person.updated_at = now;
    }))
}
