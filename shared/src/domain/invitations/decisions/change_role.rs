//! Giving a member or an invited person another role.

use jiff::Timestamp;

use crate::domain::{MembershipState, Person, Role, Transition, UserId};

/// The user who changes or ends another person's membership or invitation.
#[derive(Debug, Clone, Copy)]
pub struct Manager {
    /// The manager's user id.
    pub user: UserId,
    /// The manager's role in the workspace or company.
    pub role: Role,
}

/// Why a manager may not change or end a membership or an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManageRefusal {
    /// The person's role is above the manager's own role.
    PersonAboveOwn,
    /// The role that the person would get is above the manager's own role.
    RoleAboveOwn,
    /// The person is the last ADMIN among the workspace's members, and a workspace must keep an ADMIN.
    LastAdmin,
    /// Another user sent the invitation, and the manager is not an ADMIN.
    OtherInviter,
    /// The person has accepted the invitation.
    AlreadyAccepted,
    /// The invitation has ended: the person declined the invitation, a manager revoked the invitation, or the person's
    /// membership ended.
    Ended,
    /// The last mail of the invitation was queued less than one cooldown ago.
    Cooldown,
}

/// The number of ADMINs among a workspace's members. `None` for a company, because the service doesn't count a
/// company's admins.
pub type AdminCount = Option<u32>;

/// Refuses a transition that leaves a workspace without an ADMIN among its members.
pub(super) fn require_remaining_admin(transition: Transition, admins: AdminCount) -> Result<Transition, ManageRefusal> {
    if transition.admin_change() < 0 && admins.is_some_and(|admins| admins <= 1) {
        return Err(ManageRefusal::LastAdmin);
    }
    Ok(transition)
}

/// Checks that the manager may give this role to this person.
///
/// # Errors
/// [`ManageRefusal::PersonAboveOwn`] or [`ManageRefusal::RoleAboveOwn`] if the person's present role or the new role is
/// above the manager's own role.
pub fn may_change_role(manager: Manager, record: &Person, role: Role) -> Result<(), ManageRefusal> {
    if !manager.role.may_grant(record.role) {
        return Err(ManageRefusal::PersonAboveOwn);
    }
    if manager.role.may_grant(role) { Ok(()) } else { Err(ManageRefusal::RoleAboveOwn) }
}

/// Decides a change of role, or returns `None` if the person has the role already. A manager who changes the role of an
/// invitation becomes the invitation's inviter, because the former inviter may have no right to grant the new role.
///
/// # Errors
/// A [`ManageRefusal`] if the manager may not change the role.
pub fn change_role(
    manager: Manager,
    record: &Person,
    role: Role,
    admins: AdminCount,
    now: Timestamp,
) -> Result<Option<Transition>, ManageRefusal> {
    may_change_role(manager, record, role)?;
    if record.role == role {
        return Ok(None);
    }
    let member = record.state(now) == MembershipState::Member;
    let transition = Transition::change(record, |person| {
        person.role = role;
        person.updated_at = now;
        if !member {
            person.inviter = manager.user;
        }
    });
    require_remaining_admin(transition, admins).map(Some)
}
