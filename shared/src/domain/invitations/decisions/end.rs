//! Ending a membership, and revoking an invitation.

use jiff::Timestamp;

use super::change_role::{AdminCount, require_remaining_admin};
use crate::domain::{
    InvitationStatus, ManageRefusal, Manager, Membership, Permission, Person, RecordStatus, Role, Transition,
};

/// Decides that a membership, or a pending or expired invitation, ends. A person whose membership or invitation ends
/// leaves all groups of the workspace.
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

/// The end of a membership of a deleted service account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeletedAccountLeaves {
    /// The role of the membership that the decision read. The end of the membership may be written only while the
    /// membership still has the role that the decision read.
    pub role: Role,
    /// The status that the person's record of the service account gets. The person's record of the deleted service
    /// account also loses its groups.
    pub status: RecordStatus,
    /// By how much the number of ADMINs among the workspace's members changes: -1 or 0.
    pub admin_change: i32,
}

/// Decides the end of a membership of a deleted service account. No role protects the account from losing its
/// memberships. A workspace may lose its last ADMIN when a service account is deleted, because the admins of the
/// company are ADMIN in each of the company's workspaces.
///
/// To end the membership of a deleted service account, the decision reads the membership, which has the role, and not
/// the person's record: the deletion lists the memberships of the account anyway, and reading each person's record too
/// would cost one more read for each workspace.
pub fn end_with_account(membership: &Membership) -> DeletedAccountLeaves {
    let admin_change = if membership.role == Role::Admin { -1 } else { 0 };
    DeletedAccountLeaves { role: membership.role, status: RecordStatus::Left, admin_change }
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
/// before, because an invitation that has ended need not be revoked.
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
