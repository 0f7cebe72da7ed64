//! Saying no to an invitation.

use jiff::Timestamp;

use crate::{
    Result,
    domain::{Person, Random, Scope, Status},
    store::{
        Store,
        audit::audit_log::{Entry, Subject, entry},
        conditional_write::ConditionalWrite,
        from_item, keys,
        transact::Transacted,
    },
};

impl Store {
    /// Declines an invitation as it was read: its hash is dead. `false` if it isn't open any more.
    pub async fn decline(&self, of: Scope, person: &Person, now: Timestamp, random: &dyn Random) -> Result<bool> {
        let key = keys::person(of, &person.identifier());
        let attempt = random.uuid().to_string();
        let update = "SET #status = :declined, #updated_at = :now, #answered_by = :attempt REMOVE #groups";
        let change = ConditionalWrite::update(key, update)
            .when("#status = :pending AND #version = :version AND #expires_at > :now")
            .with("attempt", &attempt)
            .with("declined", Status::Declined)
            .with("pending", Status::Pending)
            .with("version", person.version)
            .with("now", now.as_millisecond());
        let declined = Subject::new(person.address.canonical()).with("role", person.role.name());
        let told = Entry::new(now, person.user, "invitation.declined").about(declined);
        let transacted = self.transact(vec![change, entry(of, &told, random)]).await?;
        let Transacted::Refused(_) = transacted else { return Ok(true) };
        // Its own write, of which only the reply was lost.
        let old = transacted.refused(0).and_then(|old| from_item::<Person>(old.clone()).ok());
        Ok(old.is_some_and(|old| old.status == Status::Declined && old.answered_by == Some(attempt)))
    }
}
