//! Accepting an invitation.

use jiff::Timestamp;

use crate::domain::{
    CallerStanding, GroupPath, GroupPlace, Permission, Person, Profile, RecordStatus, Role, Transition, WorkspaceId,
};

/// The invitation can't be accepted or declined: it is not open, its link is an old one, or its inviter may no longer
/// let the person in. Nobody learns which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvitationDead;

/// Who accepts an invitation, with what.
#[derive(Debug, Clone, Copy)]
pub struct Acceptance<'a> {
    /// The version that the link is for.
    pub version: u32,
    /// The account that becomes a member.
    pub profile: &'a Profile,
    /// Names this attempt: two attempts at the same moment write different records.
    pub attempt: &'a str,
}

/// Decides an acceptance. A member whose address is not verified may verify it by the link of the invitation.
///
/// # Errors
/// [`InvitationDead`] if the link doesn't open the invitation, or the inviter may not let the person in.
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

/// Whether an inviter may still let a person in: into the workspace that the person is invited to, or else into the
/// whole company. `administered` are the groups that the inviter administers in the workspace.
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
    // An administrator of groups brings people into these groups.
    let covered = |place: &GroupPlace| administered.iter().any(|own| own.covers(&place.path));
    inviter.belongs() && role.unwrap_or(Role::Viewer).may_grant(person.role) && person.groups.iter().all(covered)
}
