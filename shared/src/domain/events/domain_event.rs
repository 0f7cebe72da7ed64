//! What happened to invitations and members, as others are told: derived from a record before and after a change, and
//! from nothing else.

use jiff::Timestamp;

use crate::domain::{DeliveryState, DeliveryStep, Person, Status};

/// Something that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DomainEvent {
    /// Somebody was invited: for the first time, or anew.
    InvitationCreated,
    /// SES took the mail.
    InvitationSent,
    /// The recipient's mail server took it.
    InvitationDelivered,
    /// It came back for a reason that may pass.
    InvitationBouncedForNow,
    /// It came back for good.
    InvitationBounced,
    /// The invited person became a member.
    InvitationAccepted,
    /// The invited person said no.
    InvitationDeclined,
    /// The invitation was taken back.
    InvitationRevoked,
    /// Nobody answered in time.
    InvitationExpired,
    /// Somebody became a member without having to accept.
    MemberAdded,
    /// A member has another role.
    MemberChanged,
    /// Somebody isn't a member any more.
    MemberRemoved,
}

impl DomainEvent {
    /// Its name, by which others choose what they hear. Both kinds of coming back have one.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvitationCreated => "invitation.created",
            Self::InvitationSent => "invitation.sent",
            Self::InvitationDelivered => "invitation.delivered",
            Self::InvitationBouncedForNow | Self::InvitationBounced => "invitation.bounced",
            Self::InvitationAccepted => "invitation.accepted",
            Self::InvitationDeclined => "invitation.declined",
            Self::InvitationRevoked => "invitation.revoked",
            Self::InvitationExpired => "invitation.expired",
            Self::MemberAdded => "member.added",
            Self::MemberChanged => "member.changed",
            Self::MemberRemoved => "member.removed",
        }
    }

    /// Whether it is about a member, and not about an invitation.
    pub const fn is_of_member(self) -> bool {
        matches!(self, Self::MemberAdded | Self::MemberChanged | Self::MemberRemoved)
    }

    /// When it happened, by the record as it was then.
    pub fn at(self, person: &Person) -> Timestamp {
        match self {
            Self::InvitationCreated => person.invited_at,
            Self::InvitationSent
            | Self::InvitationDelivered
            | Self::InvitationBouncedForNow
            | Self::InvitationBounced => person.delivery_at.unwrap_or(person.updated_at),
            Self::InvitationExpired => person.expires_at,
            _ => person.updated_at,
        }
    }
}

/// What happened between these two states of one record. An invitation's deadline passes without a write, so that is
/// never among it.
pub fn domain_events_of(old: Option<&Person>, new: &Person) -> Vec<DomainEvent> {
    // Of another version is another invitation: it begins with a mail that waits.
    let same = old.filter(|old| old.version == new.version);
    let was = old.map(|old| old.status);
    let standing = match (was, new.status) {
        (_, Status::Pending) if same.is_none_or(|old| old.status != Status::Pending) => {
            Some(DomainEvent::InvitationCreated)
        }
        (Some(Status::Accepted), Status::Accepted) => {
            let changed = old.is_some_and(|old| old.role != new.role);
            changed.then_some(DomainEvent::MemberChanged)
        }
        (Some(Status::Pending), Status::Accepted) if same.is_some() => Some(DomainEvent::InvitationAccepted),
        (_, Status::Accepted) => Some(DomainEvent::MemberAdded),
        (Some(Status::Pending), Status::Declined) => Some(DomainEvent::InvitationDeclined),
        (Some(Status::Pending), Status::Revoked) => Some(DomainEvent::InvitationRevoked),
        (Some(Status::Accepted), Status::Left) => Some(DomainEvent::MemberRemoved),
        _ => None,
    };
    standing.into_iter().chain(delivered(same, new)).collect()
}

/// What became of the mail. A later state that is heard of first tells of those before it too.
fn delivered(old: Option<&Person>, new: &Person) -> Vec<DomainEvent> {
    // The mail to somebody who was added is no invitation.
    let invited = new.answered_by.is_some() || new.status != Status::Accepted;
    if !invited {
        return Vec::new();
    }
    let reached = |step: DomainEvent, person: &Person| {
        use DeliveryState::{Bounced, Complained, Delivered, Sent};
        let for_now = person.delivery_step == Some(DeliveryStep::BouncedForNow.rank());
        match (step, person.delivery) {
            (DomainEvent::InvitationSent, Some(state)) => matches!(state, Sent | Delivered | Bounced | Complained),
            (DomainEvent::InvitationDelivered, Some(state)) => matches!(state, Delivered | Complained),
            (DomainEvent::InvitationBouncedForNow, state) => state == Some(Bounced) && for_now,
            (DomainEvent::InvitationBounced, state) => state == Some(Bounced) && !for_now,
            _ => false,
        }
    };
    [
        DomainEvent::InvitationSent,
        DomainEvent::InvitationBouncedForNow,
        DomainEvent::InvitationDelivered,
        DomainEvent::InvitationBounced,
    ]
    .into_iter()
    .filter(|step| reached(*step, new) && !old.is_some_and(|old| reached(*step, old)))
    .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const STATUSES: [Status; 5] = [Status::Pending, Status::Accepted, Status::Declined, Status::Revoked, Status::Left];

    fn person(status: Status, version: u32, delivery: Option<DeliveryState>) -> Person {
        let id = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
        let answered_by = (status == Status::Accepted).then_some("attempt");
        serde_json::from_value(json!({
            "email": "user@example.com", "person_id": "RiHO4e0Ju3DS", "user": id, "number": 1, "role": "EDITOR",
            "status": status, "version": version, "created_at": 1, "updated_at": 2, "invited_at": 1, "expires_at": 3,
            "inviter": id, "batch": id, "delivery": delivery, "answered_by": answered_by,
        }))
        .unwrap()
    }

    #[test]
    fn every_change_of_standing_is_told_as_what_it_is() {
        use Status::{Accepted, Declined, Left, Pending, Revoked};
        for was in std::iter::once(None).chain(STATUSES.map(Some)) {
            for is in STATUSES {
                for same in [true, false] {
                    let old = was.map(|was| person(was, 1, None));
                    let told = domain_events_of(old.as_ref(), &person(is, if same { 1 } else { 2 }, None));
                    let expected = match (was, is) {
                        (Some(Pending), Pending) if same => None,
                        (_, Pending) => Some(DomainEvent::InvitationCreated),
                        (Some(Accepted), Accepted) => None,
                        (Some(Pending), Accepted) if same => Some(DomainEvent::InvitationAccepted),
                        (_, Accepted) => Some(DomainEvent::MemberAdded),
                        (Some(Pending), Declined) => Some(DomainEvent::InvitationDeclined),
                        (Some(Pending), Revoked) => Some(DomainEvent::InvitationRevoked),
                        (Some(Accepted), Left) => Some(DomainEvent::MemberRemoved),
                        _ => None,
                    };
                    assert_eq!(told, Vec::from_iter(expected), "{was:?} to {is:?}");
                }
            }
        }
    }

    #[test]
    fn only_a_members_other_role_is_a_change_of_them() {
        let (mut old, new) = (person(Status::Accepted, 1, None), person(Status::Accepted, 1, None));
        old.role = crate::domain::Role::Viewer;
        assert_eq!(domain_events_of(Some(&old), &new), [DomainEvent::MemberChanged]);
        (old.status, old.version) = (Status::Pending, 1);
        assert_eq!(domain_events_of(Some(&old), &person(Status::Pending, 1, None)), []);
    }

    fn mailed(step: Option<DeliveryStep>) -> Person {
        let state = step.map_or(DeliveryState::Queued, DeliveryStep::state);
        Person { delivery_step: step.map(DeliveryStep::rank), ..person(Status::Pending, 1, Some(state)) }
    }

    /// Every way forward from a mail that waits tells of each thing at most once, and of an arrival after the sending. Only
    /// sending and arrival may come again, as the same events: what is heard of a second copy stands above what became of the
    /// first.
    #[test]
    fn a_mail_that_moves_forward_is_told_of_once() {
        use DeliveryStep::{
            Bounced, BouncedForNow, Complained, Delayed, Delivered, NotSent, Refused, Sent, Suppressed,
        };
        let forward = [NotSent, Sent, Delayed, BouncedForNow, Refused, Suppressed, Delivered, Bounced, Complained];
        for ways in 0..1_u32 << forward.len() {
            let steps = forward.iter().enumerate().filter(|(place, _)| ways & (1 << place) != 0);
            let path: Vec<_> = std::iter::once(None).chain(steps.map(|(_, step)| Some(*step))).collect();
            let told: Vec<_> =
                path.windows(2).flat_map(|pair| domain_events_of(Some(&mailed(pair[0])), &mailed(pair[1]))).collect();
            for (place, happening) in told.iter().enumerate() {
                let again = told[..place].contains(happening);
                let may = [DomainEvent::InvitationSent, DomainEvent::InvitationDelivered].contains(happening);
                assert!(!again || may, "{path:?}: {told:?}");
            }
            let first = |happening| told.iter().position(|told| *told == happening);
            let sent = [Sent, Delayed, BouncedForNow, Delivered, Bounced, Complained];
            let sent = sent.iter().any(|step| path.contains(&Some(*step)));
            assert_eq!(first(DomainEvent::InvitationSent).is_some(), sent, "{path:?}");
            for (step, happening) in
                [(Bounced, DomainEvent::InvitationBounced), (BouncedForNow, DomainEvent::InvitationBouncedForNow)]
            {
                assert_eq!(first(happening).is_some(), path.contains(&Some(step)), "{path:?}: {told:?}");
            }
            if let Some(delivered) = first(DomainEvent::InvitationDelivered) {
                assert!(first(DomainEvent::InvitationSent).is_some_and(|sent| sent < delivered), "{path:?}");
            }
        }
    }

    #[test]
    fn the_mail_to_a_colleague_who_was_added_is_no_invitation() {
        let [mut old, mut new] =
            [DeliveryState::Queued, DeliveryState::Delivered].map(|state| person(Status::Accepted, 1, Some(state)));
        (old.answered_by, new.answered_by) = (None, None);
        assert_eq!(domain_events_of(Some(&old), &new), []);
        // Who accepted before the delivery was heard of was invited.
        new.answered_by = Some("attempt".to_owned());
        let told = [DomainEvent::InvitationSent, DomainEvent::InvitationDelivered];
        assert_eq!(domain_events_of(Some(&old), &new), told);
    }

    #[test]
    fn a_new_version_begins_with_a_mail_that_waits() {
        let old = person(Status::Pending, 1, Some(DeliveryState::Delivered));
        let new = person(Status::Pending, 2, Some(DeliveryState::Queued));
        assert_eq!(domain_events_of(Some(&old), &new), [DomainEvent::InvitationCreated]);
    }
}
