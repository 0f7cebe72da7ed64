//! [`DomainEvent`]: what happened to an invitation or member. Domain events derive only from a person's record before
//! and after a change, so the table's stream is enough to publish the events.

use jiff::Timestamp;

use crate::domain::{DeliveryState, DeliveryStep, Person, RecordStatus};

/// What happened to an invitation or member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DomainEvent {
    /// A person was invited, for the first time or once more.
    InvitationCreated,
    /// SES accepted the invitation's mail.
    InvitationSent,
    /// The recipient's mail server accepted the invitation's mail.
    InvitationDelivered,
    /// The invitation's mail bounced for a temporary reason.
    InvitationBouncedForNow,
    /// The invitation's mail bounced permanently.
    InvitationBounced,
    /// The invited person became a member.
    InvitationAccepted,
    /// The invited person declined the invitation.
    InvitationDeclined,
    /// The inviter or an administrator revoked the invitation.
    InvitationRevoked,
    /// The invitation expired before the invited person answered the invitation.
    InvitationExpired,
    /// A person became a member without having to accept an invitation.
    MemberAdded,
    /// A member's role changed.
    MemberChanged,
    /// A member left the workspace or company, or was removed from it.
    MemberRemoved,
}

impl DomainEvent {
    /// The event's name: EventBridge's `detail-type`, by which consumers choose events. Temporary and permanent bounces
    /// share one name.
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

    /// Whether the event is about a member rather than an invitation.
    pub const fn is_about_member(self) -> bool {
        matches!(self, Self::MemberAdded | Self::MemberChanged | Self::MemberRemoved)
    }

    /// When the event happened, according to the person's record after the event.
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

/// The events that changed a person's record from the state `old` to the state `new`. An invitation expires without a
/// write, so this function never returns [`DomainEvent::InvitationExpired`].
pub fn domain_events_between(old: Option<&Person>, new: &Person) -> Vec<DomainEvent> {
    // A new version of a person's record is another invitation, which starts with a mail of its own.
    let same_version = old.filter(|old| old.version == new.version);
    let status_event = match (old.map(|old| old.status), new.status) {
        (_, RecordStatus::Pending) if same_version.is_none_or(|old| old.status != RecordStatus::Pending) => {
            Some(DomainEvent::InvitationCreated)
        }
        (Some(RecordStatus::Accepted), RecordStatus::Accepted) => {
            let role_changed = old.is_some_and(|old| old.role != new.role);
            role_changed.then_some(DomainEvent::MemberChanged)
        }
        (Some(RecordStatus::Pending), RecordStatus::Accepted) if same_version.is_some() => {
            Some(DomainEvent::InvitationAccepted)
        }
        (_, RecordStatus::Accepted) => Some(DomainEvent::MemberAdded),
        (Some(RecordStatus::Pending), RecordStatus::Declined) => Some(DomainEvent::InvitationDeclined),
        (Some(RecordStatus::Pending), RecordStatus::Revoked) => Some(DomainEvent::InvitationRevoked),
        (Some(RecordStatus::Accepted), RecordStatus::Left) => Some(DomainEvent::MemberRemoved),
        _ => None,
    };
    status_event.into_iter().chain(delivery_events(same_version, new)).collect()
}

/// The events in the delivery of the invitation's mail. SES can report a later delivery step before an earlier step. If
/// SES has skipped a delivery step, the function returns the events of the skipped steps together with the event of the
/// later step.
fn delivery_events(old: Option<&Person>, new: &Person) -> Vec<DomainEvent> {
    // A person who was added as a member receives a mail too, but the delivery of this mail causes no event about an
    // invitation.
    let was_invited = new.answered_by.is_some() || new.status != RecordStatus::Accepted;
    if !was_invited {
        return Vec::new();
    }
    let has_reached = |event: DomainEvent, person: &Person| {
        use DeliveryState::{Bounced, Complained, Delivered, Sent};
        let for_now = person.delivery_step == Some(DeliveryStep::BouncedForNow.rank());
        match (event, person.delivery) {
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
    .filter(|event| has_reached(*event, new) && !old.is_some_and(|old| has_reached(*event, old)))
    .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const STATUSES: [RecordStatus; 5] = [
        RecordStatus::Pending,
        RecordStatus::Accepted,
        RecordStatus::Declined,
        RecordStatus::Revoked,
        RecordStatus::Left,
    ];

    fn person(status: RecordStatus, version: u32, delivery: Option<DeliveryState>) -> Person {
        let id = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
        let answered_by = (status == RecordStatus::Accepted).then_some("attempt");
        serde_json::from_value(json!({
            "email": "user@example.com", "person_id": "RiHO4e0Ju3DS", "user": id, "number": 1, "role": "EDITOR",
            "status": status, "version": version, "created_at": 1, "updated_at": 2, "invited_at": 1, "expires_at": 3,
            "inviter": id, "batch": id, "delivery": delivery, "answered_by": answered_by,
        }))
        .unwrap()
    }

    fn expected_event(was: Option<RecordStatus>, is: RecordStatus, same_version: bool) -> Option<DomainEvent> {
        use RecordStatus::{Accepted, Declined, Left, Pending, Revoked};
        match (was, is) {
            (Some(Pending), Pending) if same_version => None,
            (_, Pending) => Some(DomainEvent::InvitationCreated),
            (Some(Accepted), Accepted) => None,
            (Some(Pending), Accepted) if same_version => Some(DomainEvent::InvitationAccepted),
            (_, Accepted) => Some(DomainEvent::MemberAdded),
            (Some(Pending), Declined) => Some(DomainEvent::InvitationDeclined),
            (Some(Pending), Revoked) => Some(DomainEvent::InvitationRevoked),
            (Some(Accepted), Left) => Some(DomainEvent::MemberRemoved),
            _ => None,
        }
    }

    #[test]
    fn each_change_of_status_has_its_event() {
        let old_statuses = || std::iter::once(None).chain(STATUSES.map(Some));
        let changes = STATUSES.into_iter().flat_map(|is| old_statuses().map(move |was| (was, is)));
        for ((was, is), version) in changes.flat_map(|change| [(change, 1), (change, 2)]) {
            let old = was.map(|was| person(was, 1, None));
            let events = domain_events_between(old.as_ref(), &person(is, version, None));
            let expected = expected_event(was, is, version == 1);
            assert_eq!(events, Vec::from_iter(expected), "{was:?} to {is:?}");
        }
    }

    #[test]
    fn a_member_changes_only_with_the_role() {
        let (mut old, new) = (person(RecordStatus::Accepted, 1, None), person(RecordStatus::Accepted, 1, None));
        old.role = crate::domain::Role::Viewer;
        assert_eq!(domain_events_between(Some(&old), &new), [DomainEvent::MemberChanged]);
        (old.status, old.version) = (RecordStatus::Pending, 1);
        assert_eq!(domain_events_between(Some(&old), &person(RecordStatus::Pending, 1, None)), []);
    }

    fn mailed(step: Option<DeliveryStep>) -> Person {
        let state = step.map_or(DeliveryState::Queued, DeliveryStep::state);
        Person { delivery_step: step.map(DeliveryStep::rank), ..person(RecordStatus::Pending, 1, Some(state)) }
    }

    /// This test tries every sequence of delivery steps in the order of the steps. Each domain event about the delivery
    /// happens at most once, and the event that SES accepted the mail comes before the event that the mail arrived.
    /// Only the events that the mail was accepted and that the mail arrived can repeat, with the same event id: if two
    /// copies of the mail were sent, a delivery step of the second copy can replace a step of the first copy.
    #[test]
    fn a_mail_that_moves_forward_causes_each_event_once() {
        use DeliveryStep::{
            Bounced, BouncedForNow, Complained, Delayed, Delivered, NotSent, Refused, Sent, Suppressed,
        };
        let all = [NotSent, Sent, Delayed, BouncedForNow, Refused, Suppressed, Delivered, Bounced, Complained];
        for subset in 0..1_u32 << all.len() {
            let steps = all.iter().enumerate().filter(|(index, _)| subset & (1 << index) != 0);
            let path: Vec<_> = std::iter::once(None).chain(steps.map(|(_, step)| Some(*step))).collect();
            let events: Vec<_> = path
                .windows(2)
                .flat_map(|pair| domain_events_between(Some(&mailed(pair[0])), &mailed(pair[1])))
                .collect();
            for (index, event) in events.iter().enumerate() {
                let repeated = events[..index].contains(event);
                let may_repeat = [DomainEvent::InvitationSent, DomainEvent::InvitationDelivered].contains(event);
                assert!(!repeated || may_repeat, "{path:?}: {events:?}");
            }
            let position = |wanted| events.iter().position(|event| *event == wanted);
            let sent = [Sent, Delayed, BouncedForNow, Delivered, Bounced, Complained];
            let sent = sent.iter().any(|step| path.contains(&Some(*step)));
            assert_eq!(position(DomainEvent::InvitationSent).is_some(), sent, "{path:?}");
            for (step, event) in
                [(Bounced, DomainEvent::InvitationBounced), (BouncedForNow, DomainEvent::InvitationBouncedForNow)]
            {
                assert_eq!(position(event).is_some(), path.contains(&Some(step)), "{path:?}: {events:?}");
            }
            if let Some(delivered) = position(DomainEvent::InvitationDelivered) {
                assert!(position(DomainEvent::InvitationSent).is_some_and(|sent| sent < delivered), "{path:?}");
            }
        }
    }

    #[test]
    fn the_mail_to_an_added_colleague_causes_no_invitation_events() {
        let [mut old, mut new] = [DeliveryState::Queued, DeliveryState::Delivered]
            .map(|state| person(RecordStatus::Accepted, 1, Some(state)));
        (old.answered_by, new.answered_by) = (None, None);
        assert_eq!(domain_events_between(Some(&old), &new), []);
        // The person of this test accepted the invitation before SES reported the delivery of the invitation's mail.
        new.answered_by = Some("attempt".to_owned());
        let expected = [DomainEvent::InvitationSent, DomainEvent::InvitationDelivered];
        assert_eq!(domain_events_between(Some(&old), &new), expected);
    }

    #[test]
    fn a_new_version_starts_with_a_mail_of_its_own() {
        let old = person(RecordStatus::Pending, 1, Some(DeliveryState::Delivered));
        let new = person(RecordStatus::Pending, 2, Some(DeliveryState::Queued));
        assert_eq!(domain_events_between(Some(&old), &new), [DomainEvent::InvitationCreated]);
    }
}
