//! Resending one invitation: a new version of it, whose link is mailed while the old one is dead.

use jiff::{SignedDuration, Timestamp};

use crate::{
    Result,
    domain::{BatchId, DeliveryState, Person, Random, Scope, Status, UserId},
    store::{
        Store,
        audit::audit_log::{Entry, Subject, entry},
        conditional_write::ConditionalWrite,
        from_item, keys,
        mail::outbox::{Kind, QueuedItem},
        transact::Transacted,
    },
};

/// An invitation about to be resent.
#[derive(Debug)]
pub struct Resending<'a> {
    /// To what.
    pub of: Scope,
    /// The record as it was read and judged.
    pub person: &'a Person,
    /// By whom: the inviter from now on.
    pub inviter: UserId,
    /// What the mail needs.
    pub batch: BatchId,
    /// When.
    pub now: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// Who was invited more recently than this isn't mailed again.
    pub cooldown: SignedDuration,
}

/// What resending came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resent {
    /// Resent; a mail is queued.
    Done,
    /// The record changed since it was read: to be read and judged again.
    Changed,
}

impl Store {
    /// Resends an invitation: record, outbox and audit in one transaction.
    pub async fn resend(&self, resending: &Resending<'_>, random: &dyn Random) -> Result<Resent> {
        let Resending { of, person, batch, now, .. } = *resending;
        let subject = Subject::new(person.address.canonical()).with("role", person.role.name());
        let told = Entry::new(now, resending.inviter, "invitation.resent").about(subject);
        let changes = vec![
            record_change(resending),
            QueuedItem::people(Kind::Invitation, of, batch, &[&person.identifier()]).into_change(now, random),
            entry(of, &told, random),
        ];
        let transacted = self.transact(changes).await?;
        let Some(old) = transacted.refused(0) else {
            return Ok(if matches!(transacted, Transacted::Done) { Resent::Done } else { Resent::Changed });
        };
        // Its own work, of which only the reply was lost, carries this batch.
        let ours = from_item::<Person>(old.clone()).is_ok_and(|old| old.batch == batch);
        Ok(if ours { Resent::Done } else { Resent::Changed })
    }
}

/// The transition itself. The role is the one that was judged; one that has expired is resent at any time.
fn record_change(resending: &Resending<'_>) -> ConditionalWrite {
    let Resending { of, person, now, .. } = resending;
    let now = now.as_millisecond();
    ConditionalWrite::update(
        keys::person(*of, &person.identifier()),
        "SET #version = #version + :one, #invited_at = :now, #updated_at = :now, #expires_at = :expires_at, \
         #inviter = :inviter, #batch = :batch, #queued_by = :batch, #delivery = :queued \
         REMOVE #delivery_at, #delivery_detail",
    )
    .when(
        "#status = :pending AND #version = :version AND #role = :role \
         AND (#expires_at <= :now OR #invited_at <= :cooled)",
    )
    .with("pending", Status::Pending)
    .with("version", person.version)
    .with("role", person.role)
    .with("one", 1)
    .with("now", now)
    .with("cooled", now - i64::try_from(resending.cooldown.as_millis()).unwrap_or(i64::MAX))
    .with("expires_at", resending.expires_at.as_millisecond())
    .with("inviter", resending.inviter)
    .with("batch", resending.batch)
    .with("queued", DeliveryState::Queued)
}
