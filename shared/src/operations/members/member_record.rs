//! The record of a member who was not invited.

use crate::{
    Usher,
    domain::{BatchId, Person, Profile, RecordStatus, Role, person_id},
};

impl Usher {
    /// The record of a member who was not invited: the founder of a company, the creator of a workspace, or a colleague
    /// who joins.
    pub(in crate::operations) fn member_record(&self, profile: &Profile, role: Role, salt: &str) -> Person {
        let now = self.now();
        Person {
            address: profile.address.clone(),
            user_code: profile.user_code.clone(),
            unverified: profile.unverified,
            exclusive: false,
            welcomed: false,
            person_id: person_id(salt, &profile.identifier()),
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
            batch: BatchId::random(self.random()),
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
}
