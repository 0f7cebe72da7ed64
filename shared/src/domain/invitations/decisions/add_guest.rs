//! Adding a person with a guest account to the company that the workspace belongs to.

use crate::domain::{
    BatchId, InviteRefusal, InviteTerms, MembershipState, Person, PersonId, Profile, Role, Transition,
};

/// A guest account: an account with a temporary password that an inviter creates for a person.
#[derive(Debug, Clone)]
pub struct GuestAccount {
    /// The profile of the new guest account of the person.
    pub profile: Profile,
    /// The public id of the company's record of the person.
    pub person_id: PersonId,
    /// The batch of the row's mails.
    pub batch: BatchId,
}

/// Decides the company's record of a person who gets a guest account in one of the company's workspaces. The company's
/// record gives the person with the guest account the lowest role in the company.
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
    let new = Person::member(profile, Role::Viewer, person_id.clone(), *batch, terms.now);
    let member = match record {
        None => Person { version: 1, inviter: terms.rights.user, ..new },
        Some(record) => Person {
            user_code: new.user_code.clone().or_else(|| record.user_code.clone()),
            exclusive: record.exclusive,
            welcomed: record.welcomed,
            version: record.version + 1,
            created_at: record.created_at,
            inviter: terms.rights.user,
            metadata: record.metadata.clone(),
            ..new
        },
    };
    Ok(Transition::replace(record, member))
}
