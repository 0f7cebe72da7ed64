//! Changing which groups of a workspace a member or an invited person belongs to.

use jiff::Timestamp;

use crate::domain::{GroupRef, ManageRefusal, Manager, Person, Transition};

/// Decides that a person belongs to exactly these groups of the workspace.
///
/// # Errors
/// [`ManageRefusal::PersonAboveOwn`] if the person's role is above the manager's own.
pub fn change_groups(
    manager: Manager,
    record: &Person,
    groups: Vec<GroupRef>,
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
