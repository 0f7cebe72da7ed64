//! Accepting an invitation: the invited person becomes a member.

use jiff::Timestamp;

use crate::domain::{
    CallerStanding, GroupPath, GroupRef, Permission, Person, Profile, RecordStatus, Role, Transition, WorkspaceId,
};

/// The link can't accept or decline the invitation. The invitation is not pending, a newer link has replaced the used
/// link, or the inviter has lost the right to admit the person. The refusal of a link doesn't say why the link is
/// refused, because a stranger must learn nothing about the invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvitationDead;

/// An attempt to accept an invitation by its link.
#[derive(Debug, Clone, Copy)]
pub struct Acceptance<'a> {
    /// The version of the invitation that the link was made for.
    pub version: u32,
    /// The account of the invited person, who becomes a member.
    pub profile: &'a Profile,
    /// The id of this attempt to accept the invitation, so that two attempts at the same moment write different
    /// records.
    pub attempt: &'a str,
}

/// Decides that the invited person accepts the invitation. A member whose address is unverified may accept too: the
/// link verifies the address.
///
/// # Errors
/// [`InvitationDead`] if the link doesn't open the invitation, or if the inviter may no longer admit the person.
pub fn accept(
    acceptance: &Acceptance<'_>,
    record: &Person,
    inviter_may_admit: bool,
    now: Timestamp,
) -> Result<Transition, InvitationDead> {
    if !inviter_may_admit || !record.is_open_to(acceptance.version, now) {
        return Err(InvitationDead);
    }
    Ok(Transition::change(record, |person| {
        person.status = RecordStatus::Accepted;
        person.unverified = false;
        person.user = acceptance.profile.id;
        person.number = acceptance.profile.number;
        person.first_name = Some(acceptance.profile.first_name.clone());
        person.last_name.clone_from(&acceptance.profile.last_name);
        person.accepted_at = Some(now);
        person.updated_at = now;
        person.answered_by = Some(acceptance.attempt.to_owned());
    }))
}

/// Whether an inviter still has the right to admit the invited person to `workspace`, or to the whole company if
/// `workspace` is `None`. `administered` lists the groups of the workspace that the inviter administers.
pub fn may_admit(
    inviter: &CallerStanding,
    workspace: Option<WorkspaceId>,
    administered: &[GroupPath],
    person: &Person,
) -> bool {
    if !inviter.is_active() {
        return false;
    }
    let Some(_) = workspace else {
        let role = inviter.company_role();
        return role.is_some_and(|role| role.may(Permission::Administer) && role.may_grant(person.role));
    };
    let role = inviter.role_in_own_workspace();
    if role.is_some_and(|role| role.may(Permission::Invite)) || person.groups.is_empty() {
        return role.is_some_and(|role| role.may(Permission::Invite) && role.may_grant(person.role));
    }
    // An inviter without the right to invite needs authority over each group that the person is invited into.
    let administers = |group: &GroupRef| administered.iter().any(|own| own.covers(&group.path));
    inviter.belongs() && role.unwrap_or(Role::Viewer).may_grant(person.role) && person.groups.iter().all(administers)
}
