//! Resending an invitation: another mail with a new link.

use jiff::{SignedDuration, Timestamp};

use super::end::may_manage_invitation;
use crate::domain::{BatchId, DeliveryState, InvitationStatus, ManageRefusal, Manager, Person, Transition};

/// Checks that the manager may resend this invitation now.
///
/// # Errors
/// A [`ManageRefusal`] if the manager may not manage the invitation, if the invitation was accepted or has ended, or if
/// the invitation's last mail was queued less than one cooldown ago.
pub fn may_resend(
    manager: Manager,
    record: &Person,
    cooldown: SignedDuration,
    now: Timestamp,
) -> Result<(), ManageRefusal> {
    may_manage_invitation(manager, record)?;
    match record.invitation(now) {
        Some(InvitationStatus::Expired) => Ok(()),
        Some(InvitationStatus::Pending) if now.duration_since(record.invited_at) >= cooldown => Ok(()),
        Some(InvitationStatus::Pending) => Err(ManageRefusal::Cooldown),
        Some(InvitationStatus::Accepted) => Err(ManageRefusal::AlreadyAccepted),
        _ => Err(ManageRefusal::Ended),
    }
}

/// Decides that an invitation is mailed again. The invitation's old link becomes invalid, and the manager becomes the
/// inviter. The lifetime of a resent invitation is as long as before and starts again now. A resent invitation that had
/// expired becomes pending again.
///
/// # Errors
/// A [`ManageRefusal`] if [`may_resend`] refuses that the manager resends the invitation.
pub fn resend(
    manager: Manager,
    record: &Person,
    batch: BatchId,
    cooldown: SignedDuration,
    now: Timestamp,
) -> Result<Transition, ManageRefusal> {
    may_resend(manager, record, cooldown, now)?;
    let lifetime = record.expires_at.duration_since(record.invited_at);
    Ok(Transition::change(record, |person| {
        person.version += 1;
        person.invited_at = now;
        person.updated_at = now;
        person.expires_at = now + lifetime;
        person.inviter = manager.user;
        person.batch = batch;
        person.queued_by = Some(batch);
        person.delivery = Some(DeliveryState::Queued);
        (person.delivery_at, person.delivery_detail) = (None, None);
    }))
}
