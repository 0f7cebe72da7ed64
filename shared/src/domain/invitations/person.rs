//! A person's record in a workspace or company, and the states that the record can have. The record is the person's
//! invitation at first, and the person's membership later.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    BatchId, DeliveryState, EmailAddress, GroupPath, GroupRef, Identifier, Metadata, PersonId, PersonName, Profile,
    Role, UserCode, UserId,
};

/// The status that is stored in a person's record. No record stores that an invitation has expired: [`Person::state`]
/// derives the expiry from the current time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecordStatus {
    /// The person is invited, and has neither accepted nor declined.
    Pending,
    /// The person is a member.
    Accepted,
    /// The person declined the invitation.
    Declined,
    /// A manager revoked the invitation.
    Revoked,
    /// The person was a member, and left the workspace or company or was removed from the workspace or company.
    Left,
}

/// A person's state in a workspace or company at a given time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MembershipState {
    /// The person is invited, and may still accept the invitation.
    Pending,
    /// The person is invited, but the invitation has expired: `now >= expires_at`.
    Expired,
    /// The person is a member.
    Member,
    /// The person declined the invitation, a manager revoked the invitation, or the person's membership ended.
    Gone,
}

/// A person's record in a workspace or company: first the invitation, later the membership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The person's address.
    #[serde(rename = "email")]
    pub address: EmailAddress,
    /// The code that distinguishes the person from other people who share the address.
    #[serde(default)]
    pub user_code: Option<UserCode>,
    /// Whether the person is a member by a temporary password, and has not verified the address yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unverified: bool,
    /// Whether the workspace is the only workspace that the person may ever belong to.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exclusive: bool,
    /// Whether the person gets a welcome mail after signing up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub welcomed: bool,
    /// The public id of this record.
    pub person_id: PersonId,
    /// The id of the person's user account. An invited person gets this id when signing up.
    pub user: UserId,
    /// The integer id of the person's user account.
    pub number: u32,
    /// The role that the person has as a member, or will have after accepting the invitation.
    pub role: Role,
    /// The status of the person that the record stores.
    pub status: RecordStatus,
    /// The revision: the number of decisions that changed the person's record. A decision is written only if the record
    /// still has the revision that the decision read. An update of the mail's delivery state doesn't change the
    /// record's revision, because delivery states have their own order.
    #[serde(default)]
    pub revision: u32,
    /// The version: the number of invitations that the person got, because each new invitation starts a new version of
    /// the person's record. The hash in a link is valid for one version of the invitation only.
    pub version: u32,
    /// The workspace's groups that the person belongs to, or will belong to. A person without groups belongs to the
    /// topmost group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupRef>,
    /// When the record was created: by the first invitation, or by becoming a member without an invitation.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created_at: Timestamp,
    /// When the person's status, role or groups last changed.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub updated_at: Timestamp,
    /// When the current version of the invitation was made.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub invited_at: Timestamp,
    /// The time at which a pending invitation expires. At exactly this time the invitation has expired already.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub expires_at: Timestamp,
    /// The user who sent the current version of the invitation, or the user who last amended this version.
    pub inviter: UserId,
    /// The batch of the request that last invited the person.
    pub batch: BatchId,
    /// The delivery state of the mail for the current version of the invitation. `None` if no mail was queued.
    pub delivery: Option<DeliveryState>,
    /// When the delivery state of the mail last changed.
    #[serde(default, with = "jiff::fmt::serde::timestamp::millisecond::optional")]
    pub delivery_at: Option<Timestamp>,
    /// The reason for the mail's delivery state, if SES gave a reason.
    #[serde(default)]
    pub delivery_detail: Option<String>,
    /// The rank of the mail's last delivery step, as [`DeliveryStep::rank`](crate::domain::DeliveryStep::rank). The
    /// rank of the delivery step has no meaning while the mail is queued.
    #[serde(default)]
    pub delivery_step: Option<u8>,
    /// The batch of the inviting request whose outbox item mails the current version of the invitation. The outbox
    /// items of earlier requests don't mail this version, so that two outbox items that are delivered at the same time
    /// don't both mail the same invitation.
    pub queued_by: Option<BatchId>,
    /// The person's first name, if the inviter or the person gave a first name.
    pub first_name: Option<PersonName>,
    /// The person's last name, if the inviter or the person gave a last name.
    pub last_name: Option<PersonName>,
    /// The attempt that accepted or declined the invitation. A repeated attempt to accept or decline recognizes its own
    /// earlier write by the attempt's id.
    pub answered_by: Option<String>,
    /// The metadata that the inviter's program stores with the record.
    #[serde(default)]
    pub metadata: Option<Metadata>,
    /// When the person became a member. `None` if the person has not become a member.
    #[serde(default, with = "jiff::fmt::serde::timestamp::millisecond::optional")]
    pub accepted_at: Option<Timestamp>,
}

/// The status of an invitation, as the API shows the status to users who manage invitations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum InvitationStatus {
    /// The invited person may still accept the invitation.
    Pending,
    /// The person accepted the invitation, or became a member at once without having to accept.
    Accepted,
    /// The invited person declined the invitation.
    Declined,
    /// A manager revoked the invitation.
    Revoked,
    /// The person neither accepted nor declined the invitation before the invitation expired.
    Expired,
}

impl Person {
    /// The record of a member who was not invited: the founder of a company, the creator of a workspace, or a colleague
    /// who joins.
    pub fn member(profile: &Profile, role: Role, person_id: PersonId, batch: BatchId, now: Timestamp) -> Self {
        Self {
            address: profile.address.clone(),
            user_code: profile.user_code.clone(),
            unverified: profile.unverified,
            exclusive: false,
            welcomed: false,
            person_id,
            user: profile.id,
            number: profile.number,
            role,
            status: RecordStatus::Accepted,
            revision: 1,
            version: 0,
            groups: Vec::new(),
            created_at: now,
            updated_at: now,
            invited_at: now,
            expires_at: now,
            inviter: profile.id,
            batch,
            delivery: None,
            delivery_at: None,
            delivery_detail: None,
            delivery_step: None,
            queued_by: None,
            first_name: Some(profile.first_name.clone()),
            last_name: profile.last_name.clone(),
            answered_by: None,
            metadata: None,
            accepted_at: Some(now),
        }
    }

    /// The person's identity: address and user code.
    pub fn identifier(&self) -> Identifier {
        Identifier { address: self.address.clone(), code: self.user_code.clone() }
    }

    /// The person's state at `now`.
    pub fn state(&self, now: Timestamp) -> MembershipState {
        match self.status {
            RecordStatus::Pending if now >= self.expires_at => MembershipState::Expired,
            RecordStatus::Pending => MembershipState::Pending,
            RecordStatus::Accepted => MembershipState::Member,
            RecordStatus::Declined | RecordStatus::Revoked | RecordStatus::Left => MembershipState::Gone,
        }
    }

    /// Whether the person is a member.
    pub fn is_member(&self) -> bool {
        self.status == RecordStatus::Accepted
    }

    /// Whether the person belongs to `group`. If `recursive` is true, a person who belongs to a group below `group`
    /// counts too.
    pub fn is_in(&self, group: &GroupPath, recursive: bool) -> bool {
        let counts = |path: &GroupPath| if recursive { group.covers(path) } else { group == path };
        if self.groups.is_empty() { counts(&GroupPath::top()) } else { self.groups.iter().any(|own| counts(&own.path)) }
    }

    /// Whether the mail for the current version of the invitation must still be sent. A mail that SES has accepted is
    /// never sent again.
    pub fn awaits_mail(&self) -> bool {
        matches!(self.delivery, Some(DeliveryState::Queued | DeliveryState::Failed))
    }

    /// The status of the person's invitation at `now`. `None` for a person who was never invited (a founder, or a user
    /// in the user's own company), and for a former member, whose invitation ended with the membership.
    pub fn invitation(&self, now: Timestamp) -> Option<InvitationStatus> {
        if self.version == 0 {
            return None;
        }
        match self.status {
            RecordStatus::Pending if now >= self.expires_at => Some(InvitationStatus::Expired),
            RecordStatus::Pending => Some(InvitationStatus::Pending),
            RecordStatus::Accepted => Some(InvitationStatus::Accepted),
            RecordStatus::Declined => Some(InvitationStatus::Declined),
            RecordStatus::Revoked => Some(InvitationStatus::Revoked),
            RecordStatus::Left => None,
        }
    }

    /// How often the person was invited again, by resending the invitation or by another inviting request.
    pub fn resent_count(&self) -> u32 {
        self.version.saturating_sub(1)
    }

    /// When the person became a member of the workspace or company.
    pub fn joined_at(&self) -> Timestamp {
        self.accepted_at.unwrap_or(self.created_at)
    }

    /// The person's full name: first and last name, or only the first name. `None` if the record stores no first name.
    pub fn full_name(&self) -> Option<String> {
        let first = self.first_name.as_ref()?;
        Some(match &self.last_name {
            Some(last) => format!("{first} {last}"),
            None => first.to_string(),
        })
    }

    /// Whether a hash that was made for `version` opens this invitation at `now`. The hash of a member whose address is
    /// unverified stays valid until the hash expires, because the member verifies the address by the hash.
    pub fn is_open_to(&self, version: u32, now: Timestamp) -> bool {
        let state = self.state(now);
        let open = state == MembershipState::Pending
            || (state == MembershipState::Member && self.unverified && now < self.expires_at);
        self.version == version && open
    }
}
