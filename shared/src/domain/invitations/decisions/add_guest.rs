//! Adding a person with a guest account to the company that the workspace belongs to.

use crate::domain::{
    BatchId, InviteRefusal, InviteTerms, MembershipState, Person, PersonId, Profile, RecordStatus, Role, Transition,
};

/// A guest account: an account with a temporary password that an inviter creates for a person.
#[derive(Debug, Clone)]
pub struct GuestAccount {
    /// The profile of the new guest account.
    pub profile: Profile,
    /// The public id of the company's record of the person.
    pub person_id: PersonId,
    /// The batch of the row's mails.
    pub batch: BatchId,
}

/// Decides the company's record of a person who gets a guest account in one of the company's workspaces. The record
/// gives the person the lowest role in the company.
///
/// # Errors
/// [`InviteRefusal::HasAccount`] if the person is a member of the company already, or is invited to the company.
pub fn add_guest(
    guest: &GuestAccount,
    record: Option<&Person>,
    terms: &InviteTerms<'_>,
) -> Result<Transition, InviteRefusal> {
    let state = record.map(|record| record.state(terms.now));
    if matches!(state, Some(MembershipState::Member | MembershipState::Pending)) {
        return Err(InviteRefusal::HasAccount);
    }
    let GuestAccount { profile, person_id, batch } = guest;
    let member = Person {
        address: profile.address.clone(),
        user_code: profile.user_code.clone().or_else(|| record.and_then(|record| record.user_code.clone())),
        unverified: true,
        exclusive: record.is_some_and(|record| record.exclusive),
        welcomed: record.is_some_and(|record| record.welcomed),
        person_id: person_id.clone(),
        user: profile.id,
        number: profile.number,
        role: Role::Viewer,
        status: RecordStatus::Accepted,
        revision: 1,
        version: record.map_or(0, |record| record.version) + 1,
        groups: Vec::new(),
        created_at: record.map_or(terms.now, |record| record.created_at),
        updated_at: terms.now,
        invited_at: terms.now,
        expires_at: terms.now,
        inviter: terms.rights.user,
        batch: *batch,
        delivery: None,
        delivery_at: None,
        delivery_detail: None,
        delivery_step: None,
        queued_by: None,
        first_name: Some(profile.first_name.clone()),
        last_name: None,
        answered_by: None,
        metadata: record.and_then(|record| record.metadata.clone()),
        accepted_at: Some(terms.now),
    };
    Ok(Transition::replace(record, member))
}
