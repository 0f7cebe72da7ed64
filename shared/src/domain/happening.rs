//! What happened to invitations and members, as others are told: derived from a record before and after a change, and
//! from nothing else.

use jiff::Timestamp;

use super::{DeliveryState, Person, Status};

/// Something that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// Somebody was invited: for the first time, or anew.
    InvitationCreated,
    /// SES took the mail.
    InvitationSent,
    /// The recipient's mail server took it.
    InvitationDelivered,
    /// It came back.
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

impl Happening {
    /// Its name, by which others choose what they hear.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvitationCreated => "invitation.created",
            Self::InvitationSent => "invitation.sent",
            Self::InvitationDelivered => "invitation.delivered",
            Self::InvitationBounced => "invitation.bounced",
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
            Self::InvitationSent | Self::InvitationDelivered | Self::InvitationBounced => {
                person.delivery_at.unwrap_or(person.updated_at)
            }
            Self::InvitationExpired => person.expires_at,
            _ => person.updated_at,
        }
    }
}

/// What happened between these two states of one record. An invitation's deadline passes without a write, so that is
/// never among it.
pub fn happened(old: Option<&Person>, new: &Person) -> Vec<Happening> {
    // Of another version is another invitation: it begins with a mail that waits.
    let same = old.filter(|old| old.version == new.version);
    let was = old.map(|old| old.status);
    let standing = match (was, new.status) {
        (_, Status::Pending) if same.is_none_or(|old| old.status != Status::Pending) => {
            Some(Happening::InvitationCreated)
        }
        (Some(Status::Accepted), Status::Accepted) => {
            let changed = old.is_some_and(|old| old.role != new.role);
            changed.then_some(Happening::MemberChanged)
        }
        (Some(Status::Pending), Status::Accepted) if same.is_some() => Some(Happening::InvitationAccepted),
        (_, Status::Accepted) => Some(Happening::MemberAdded),
        (Some(Status::Pending), Status::Declined) => Some(Happening::InvitationDeclined),
        (Some(Status::Pending), Status::Revoked) => Some(Happening::InvitationRevoked),
        (Some(Status::Accepted), Status::Left) => Some(Happening::MemberRemoved),
        _ => None,
    };
    standing.into_iter().chain(delivered(same, new)).collect()
}

/// What became of the mail. A later state that is heard of first tells of those before it too.
fn delivered(old: Option<&Person>, new: &Person) -> Vec<Happening> {
    // The mail to somebody who was added is no invitation.
    let invited = new.accepted_by.is_some() || new.status != Status::Accepted;
    let (was, is) = (old.and_then(|old| old.delivery), new.delivery);
    if !invited || was == is {
        return Vec::new();
    }
    let reached = |step: Happening, state: Option<DeliveryState>| match (step, state) {
        (Happening::InvitationSent, Some(state)) => matches!(
            state,
            DeliveryState::Sent | DeliveryState::Delivered | DeliveryState::Bounced | DeliveryState::Complained
        ),
        (Happening::InvitationDelivered, Some(state)) => {
            matches!(state, DeliveryState::Delivered | DeliveryState::Complained)
        }
        (Happening::InvitationBounced, Some(state)) => state == DeliveryState::Bounced,
        _ => false,
    };
    [Happening::InvitationSent, Happening::InvitationDelivered, Happening::InvitationBounced]
        .into_iter()
        .filter(|step| reached(*step, is) && !reached(*step, was))
        .collect()
}
