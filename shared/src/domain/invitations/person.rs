//! The invitation's states. One record is the invitation and later the membership.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    BatchId, DeliveryState, EmailAddress, GroupPath, GroupPlace, Identifier, Metadata, PersonId, PersonName, Role,
    UserCode, UserId,
};

/// What is written on the record. That a pending invitation has expired is never written: see [`Person::state`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecordStatus {
    /// Invited, and not answered.
    Pending,
    /// A member.
    Accepted,
    /// Said no.
    Declined,
    /// Was uninvited.
    Revoked,
    /// Was a member.
    Left,
}

/// Where a person stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MembershipState {
    /// Invited, and may still accept.
    Pending,
    /// Invited, and too late: `now >= expires_at`.
    Expired,
    /// A member.
    Member,
    /// Neither: declined, was revoked or left.
    Gone,
}

/// A person in a workspace or company, invited or a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Whose record this is.
    #[serde(rename = "email")]
    pub address: EmailAddress,
    /// What tells them apart from others at the address.
    #[serde(default)]
    pub user_code: Option<UserCode>,
    /// Whether they are a member by a temporary password, and haven't verified that the address is theirs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unverified: bool,
    /// Whether the workspace is the only one that they may ever belong to.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exclusive: bool,
    /// Whether they get a mail once they have signed up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub welcomed: bool,
    /// The public id.
    pub person_id: PersonId,
    /// The user that the person is, or will be once signed up.
    pub user: UserId,
    /// The user's integer id.
    pub number: u32,
    /// The role they have, or will have.
    pub role: Role,
    /// Their state.
    pub status: RecordStatus,
    /// Counts the decisions that changed the record. A decision is written only if the record still has the revision that
    /// the decision read. The delivery of a mail does not count: its states have an order of their own.
    #[serde(default)]
    pub revision: u32,
    /// Counts the invitations; a hash is good for one version only.
    pub version: u32,
    /// The workspace's groups that they are in, or will be; whoever is in none is in the topmost one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupPlace>,
    /// When they were first invited, or became a member without it.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created_at: Timestamp,
    /// When their state or role last changed.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub updated_at: Timestamp,
    /// When they were last invited.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub invited_at: Timestamp,
    /// From this moment on a pending invitation is expired.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub expires_at: Timestamp,
    /// Who invited last.
    pub inviter: UserId,
    /// The request by which they were invited last.
    pub batch: BatchId,
    /// What became of the mail, if one was due.
    pub delivery: Option<DeliveryState>,
    /// When it came to that.
    #[serde(default, with = "jiff::fmt::serde::timestamp::millisecond::optional")]
    pub delivery_at: Option<Timestamp>,
    /// Why, if there is more to say.
    #[serde(default)]
    pub delivery_detail: Option<String>,
    /// How far the mail has come, as [`DeliveryStep::rank`](crate::domain::DeliveryStep::rank); of a mail that waits it says
    /// nothing.
    #[serde(default)]
    pub delivery_step: Option<u8>,
    /// The request whose outbox item is to mail this version. An item of an earlier request leaves it alone, so that two
    /// items that are delivered at once don't both mail it.
    pub queued_by: Option<BatchId>,
    /// First name, once known.
    pub first_name: Option<PersonName>,
    /// Last name, once known.
    pub last_name: Option<PersonName>,
    /// The attempt that accepted or declined it, by which a retry knows its own work.
    pub answered_by: Option<String>,
    /// What the inviter's program keeps with it.
    #[serde(default)]
    pub metadata: Option<Metadata>,
    /// When they became a member.
    #[serde(default, with = "jiff::fmt::serde::timestamp::millisecond::optional")]
    pub accepted_at: Option<Timestamp>,
}

/// What has become of an invitation, as its managers see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum InvitationStatus {
    /// May still be accepted.
    Pending,
    /// Accepted; or a member at once, without having to.
    Accepted,
    /// The invited person said no.
    Declined,
    /// Taken back.
    Revoked,
    /// Nobody answered in time.
    Expired,
}

impl Person {
    /// Who it is.
    pub fn identifier(&self) -> Identifier {
        Identifier { address: self.address.clone(), code: self.user_code.clone() }
    }

    /// Where the person stands at `now`.
    pub fn state(&self, now: Timestamp) -> MembershipState {
        match self.status {
            RecordStatus::Pending if now >= self.expires_at => MembershipState::Expired,
            RecordStatus::Pending => MembershipState::Pending,
            RecordStatus::Accepted => MembershipState::Member,
            RecordStatus::Declined | RecordStatus::Revoked | RecordStatus::Left => MembershipState::Gone,
        }
    }

    /// Whether the record is that of a member.
    pub fn is_member(&self) -> bool {
        self.status == RecordStatus::Accepted
    }

    /// As [`Person::state`].
    pub fn standing(&self, now: Timestamp) -> MembershipState {
        self.state(now)
    }

    /// Whether the person is in a group of their workspace, or in one anywhere under it.
    pub fn is_in(&self, group: &GroupPath, recursive: bool) -> bool {
        let is = |path: &GroupPath| if recursive { group.covers(path) } else { group == path };
        if self.groups.is_empty() { is(&GroupPath::top()) } else { self.groups.iter().any(|own| is(&own.path)) }
    }

    /// Whether the mail of this version is still to be sent: what SES is known to have had never is again.
    pub fn awaits_mail(&self) -> bool {
        matches!(self.delivery, Some(DeliveryState::Queued | DeliveryState::Failed))
    }

    /// What has become of the person's invitation. `None` of whoever was never invited (founders, and colleagues in their
    /// own company), and of members who are gone: their invitation ended with the membership.
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

    /// How often they were invited again, by resending or by naming them in another request.
    pub fn resent_count(&self) -> u32 {
        self.version.saturating_sub(1)
    }

    /// When a member became one.
    pub fn joined_at(&self) -> Timestamp {
        self.accepted_at.unwrap_or(self.created_at)
    }

    /// First and last name, once known.
    pub fn full_name(&self) -> Option<String> {
        let first = self.first_name.as_ref()?;
        Some(match &self.last_name {
            Some(last) => format!("{first} {last}"),
            None => first.to_string(),
        })
    }

    /// Whether a hash made for `version` opens this invitation at `now`. A member whose address isn't verified may prove it
    /// by one.
    pub fn is_open_to(&self, version: u32, now: Timestamp) -> bool {
        let standing = self.state(now);
        let open = standing == MembershipState::Pending
            || (standing == MembershipState::Member && self.unverified && now < self.expires_at);
        self.version == version && open
    }
}
