//! The record of a member who was not invited.

use crate::{
    Usher,
    domain::{BatchId, Person, Profile, Role, person_id},
};

impl Usher {
    /// The record of a member who was not invited: the founder of a company, the creator of a workspace, or a colleague
    /// who joins.
    pub(in crate::operations) fn member_record(&self, profile: &Profile, role: Role, salt: &str) -> Person {
        let (id, batch) = (person_id(salt, &profile.identifier()), BatchId::random(self.random()));
        Person::member(profile, role, id, batch, self.now())
    }
}
