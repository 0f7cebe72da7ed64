//! Giving a member, or an invited person, another role.

use jiff::Timestamp;

use crate::domain::{MembershipState, Person, Role, Transition, UserId};

/// Who changes or ends a membership or an invitation.
#[derive(Debug, Clone, Copy)]
pub struct Manager {
    /// The user.
    pub user: UserId,
    /// The user's role in the workspace or company.
    pub role: Role,
}

/// Why a membership or an invitation stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManageRefusal {
    /// The person's role is above the manager's own.
    PersonAboveOwn,
    /// The role to give is above the manager's own.
    RoleAboveOwn,
    /// The person is the last ADMIN among the workspace's members.
    LastAdmin,
    /// The invitation is another inviter's, and the manager is no ADMIN.
    OtherInviter,
    /// The invitation was accepted.
    AlreadyAccepted,
    /// The invitation was declined, or revoked, or ended with a membership.
    Ended,
    /// The invitation was mailed less than the cooldown ago.
    Cooldown,
}

/// How many ADMINs a workspace has among its members; `None` in a company, whose admins are not counted.
pub type AdminCount = Option<u32>;

/// Refuses a change after which a workspace has no ADMIN among its members.
pub(super) fn keep_an_admin(transition: Transition, admins: AdminCount) -> Result<Transition, ManageRefusal> {
    if transition.admin_change() < 0 && admins.is_some_and(|admins| admins <= 1) {
        return Err(ManageRefusal::LastAdmin);
    }
    Ok(transition)
}

/// Checks that the manager may give this person this role.
///
/// # Errors
/// The refusal, if the person's role or the role to give is above the manager's own.
pub fn may_change_role(manager: Manager, record: &Person, role: Role) -> Result<(), ManageRefusal> {
    if !manager.role.may_grant(record.role) {
        return Err(ManageRefusal::PersonAboveOwn);
    }
    if manager.role.may_grant(role) { Ok(()) } else { Err(ManageRefusal::RoleAboveOwn) }
}

/// Decides a change of role; `None` if the person has the role already. A manager who changes an invitation becomes its
/// inviter: the role may be above what the inviter before may give.
///
/// # Errors
/// The refusal, if the record stays as it is.
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
    keep_an_admin(transition, admins).map(Some)
}
