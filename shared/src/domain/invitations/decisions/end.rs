//! Ending a membership, or revoking an invitation.

use jiff::Timestamp;

use super::change_role::{AdminCount, keep_an_admin};
use crate::domain::{InvitationStatus, ManageRefusal, Manager, Permission, Person, RecordStatus, Transition};

/// Decides the end of a membership, or of an invitation that is open or has expired. The person is in no group after it.
///
/// # Errors
/// The refusal, if the record stays as it is.
pub fn end(manager: Manager, record: &Person, admins: AdminCount, now: Timestamp) -> Result<Transition, ManageRefusal> {
    if !manager.role.may_grant(record.role) {
        return Err(ManageRefusal::PersonAboveOwn);
    }
    let member = record.status == RecordStatus::Accepted;
    let transition = Transition::change(record, |person| {
        person.status = if member { RecordStatus::Left } else { RecordStatus::Revoked };
        person.updated_at = now;
        person.groups.clear();
    });
    keep_an_admin(transition, admins)
}

/// Checks that the manager may resend or revoke this invitation: an ADMIN any, every other inviter only their own.
///
/// # Errors
/// The refusal, if the invitation is another inviter's, or to a role above the manager's own.
pub fn may_manage_invitation(manager: Manager, record: &Person) -> Result<(), ManageRefusal> {
    if !manager.role.may(Permission::Administer) && record.inviter != manager.user {
        return Err(ManageRefusal::OtherInviter);
    }
    if manager.role.may_grant(record.role) { Ok(()) } else { Err(ManageRefusal::RoleAboveOwn) }
}

/// Decides that an invitation is revoked; `None` if nobody can accept it any more: it stays as it is.
///
/// # Errors
/// The refusal, if the manager may not revoke the invitation, or it was accepted.
pub fn revoke(manager: Manager, record: &Person, now: Timestamp) -> Result<Option<Transition>, ManageRefusal> {
    may_manage_invitation(manager, record)?;
    match record.invitation(now) {
        Some(InvitationStatus::Pending) => end(manager, record, None, now).map(Some),
        Some(InvitationStatus::Accepted) => Err(ManageRefusal::AlreadyAccepted),
        _ => Ok(None),
    }
}
