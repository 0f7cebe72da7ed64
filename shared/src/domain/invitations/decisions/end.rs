//! Ending a membership, and revoking an invitation.

use jiff::Timestamp;

use super::change_role::{AdminCount, require_remaining_admin};
use crate::domain::{InvitationStatus, ManageRefusal, Manager, Permission, Person, RecordStatus, Transition};

/// Decides the end of a membership, or of a pending or expired invitation. The person leaves all groups of the
/// workspace.
///
/// # Errors
/// A [`ManageRefusal`] if the person's role is above the manager's own role, or if the person is the workspace's last
/// ADMIN.
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
    require_remaining_admin(transition, admins)
}

/// Checks that the manager may resend or revoke this invitation. An ADMIN may manage every invitation; every other
/// manager may manage only invitations that the manager sent.
///
/// # Errors
/// [`ManageRefusal::OtherInviter`], or [`ManageRefusal::RoleAboveOwn`] if the invitation's role is above the manager's
/// own.
pub fn may_manage_invitation(manager: Manager, record: &Person) -> Result<(), ManageRefusal> {
    if !manager.role.may(Permission::Administer) && record.inviter != manager.user {
        return Err(ManageRefusal::OtherInviter);
    }
    if manager.role.may_grant(record.role) { Ok(()) } else { Err(ManageRefusal::RoleAboveOwn) }
}

/// Decides that an invitation is revoked. Returns `None` if the invitation has expired, was declined or was revoked
/// before: such an invitation need not change.
///
/// # Errors
/// A [`ManageRefusal`] if the manager may not revoke the invitation, or if the person has accepted the invitation.
pub fn revoke(manager: Manager, record: &Person, now: Timestamp) -> Result<Option<Transition>, ManageRefusal> {
    may_manage_invitation(manager, record)?;
    match record.invitation(now) {
        Some(InvitationStatus::Pending) => end(manager, record, None, now).map(Some),
        Some(InvitationStatus::Accepted) => Err(ManageRefusal::AlreadyAccepted),
        _ => Ok(None),
    }
}
