//! Declining an invitation: the invited person refuses the invitation.

use jiff::Timestamp;

use crate::domain::{InvitationDead, MembershipState, Person, RecordStatus, Transition};

/// Decides that an invited person declines the invitation. After the person has declined, the hash in the invitation's
/// link is invalid. `attempt` identifies this attempt to decline, so that two attempts at the same moment write
/// different records.
///
/// # Errors
/// [`InvitationDead`] if the link doesn't open the invitation, if the person is a member already, or if the inviter may
/// no longer admit the person.
pub fn decline(
    version: u32,
    attempt: &str,
    record: &Person,
    inviter_may_admit: bool,
    now: Timestamp,
) -> Result<Transition, InvitationDead> {
    let pending = record.state(now) == MembershipState::Pending;
    if !inviter_may_admit || !pending || record.version != version {
        return Err(InvitationDead);
    }
    Ok(Transition::change(record, |person| {
        person.status = RecordStatus::Declined;
        person.updated_at = now;
        person.answered_by = Some(attempt.to_owned());
        person.groups.clear();
    }))
}
