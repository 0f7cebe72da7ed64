//! Delivering the mails of an outbox item to people: invitations, or the news that a person was added.

use jiff::Timestamp;
use tokio::time::Instant;

use crate::{
    Error, Result, Usher,
    domain::{Batch, BatchId, MailKind, MembershipState, Person},
    mail::{Mailer, OutgoingMail, RecipientStatus, SendError},
    operations::{log, mail::reserve_sending_time::ReservedMails, metrics},
    store::{ClaimedItem, Key, MailResult, MailToPerson},
};

/// How often the service tries to record the results of a bulk call to SES.
const RECORD_TRIES: u32 = 3;

/// The mails to people that an outbox item contains.
pub(super) struct PeopleMails {
    pub(super) kind: MailKind,
    /// The batch of the inviting request that queued the item.
    pub(super) batch: BatchId,
    /// The keys of the records of the people who get the mails.
    pub(super) people: Vec<Key>,
}

impl Usher {
    /// Mails the people of an outbox item, and records the result of each mail. The delivery returns `None` if every
    /// mail has a result, and otherwise the reason why the remaining mails were not sent.
    pub(super) async fn deliver_to_people(
        &self,
        claimed: &mut ClaimedItem,
        mails: PeopleMails,
        deadline: Instant,
    ) -> Result<Option<SendError>> {
        let PeopleMails { kind, batch, people } = mails;
        let now = self.now();
        let (addressees, batches) = self.store.addressees(&people, batch).await?;
        if let Some(batch) = batches.first() {
            log::company(batch.company);
        }
        let due = addressees.into_iter().filter(|(_, person)| person.queued_by == Some(batch) && person.awaits_mail());
        let (mailable, others): (Vec<_>, Vec<_>) = due.partition(|(_, person)| still_wants(kind, person, now));
        let expired = others.iter().filter(|(_, person)| person.state(now) == MembershipState::Expired);
        let expired: Vec<_> = expired.map(|(key, person)| (key, person, failed("expired"))).collect();
        claimed.keep_people(mailable.iter().map(|(key, _)| key));
        // Recording the last results of an outbox item also removes the item from the outbox.
        if mailable.is_empty() || !expired.is_empty() {
            self.record_once(claimed, &expired).await?;
        }
        if mailable.is_empty() {
            return Ok(None);
        }
        if !self.has_app_url() {
            return Ok(Some(SendError::Paused));
        }
        // The wait for SES comes first, so that nothing is written for mails that SES doesn't accept now.
        let mut reserved = ReservedMails::until(deadline);
        if let Err(failure) = self.reserve_sending_time(&mut reserved, mailable.len()).await? {
            return Ok(Some(failure));
        }
        let mails = self.admit_mails(claimed, kind, &mailable, &batches).await?;
        if mails.is_empty() {
            return Ok(None);
        }
        let templates = self.templates_of(&batches).await?;
        let outgoing: Vec<_> = mails.iter().map(|mail| self.render_mail(mail, &batches, &templates)).collect();
        self.send(claimed, &mails, &outgoing, reserved).await
    }

    /// The mails that may be sent. Each other mail, whose address is suppressed or has reached the daily limit, gets a
    /// recorded result instead.
    async fn admit_mails<'a>(
        &self,
        claimed: &mut ClaimedItem,
        kind: MailKind,
        mailable: &'a [(Key, Person)],
        batches: &[Batch],
    ) -> Result<Vec<MailToPerson<'a>>> {
        let now = self.now();
        let link_key = self.secrets.link_key(Some(&claimed.link_key), now).await?;
        let hash = |key: &Key, person: &Person| link_key.invitation_hash(key.parts(), person.version);
        let recipients: Vec<_> = mailable.iter().map(|(_, person)| person.identifier()).collect();
        let known = self.store.address_records(&recipients.iter().collect::<Vec<_>>()).await?;
        let mut mails = Vec::with_capacity(mailable.len());
        let mut suppressed = Vec::new();
        for ((key, person), known) in mailable.iter().zip(known) {
            if let Some(suppression) = known.suppressed {
                suppressed.push((key, person, MailResult::Suppressed(suppression.reason)));
            } else {
                let hash = (kind == MailKind::Invitation).then(|| hash(key, person));
                let company = batches.iter().find(|batch| batch.id == person.batch).map(|batch| batch.company);
                mails.push(MailToPerson { key, person, company, hash, has_account: known.identity.is_some() });
            }
        }
        if !suppressed.is_empty() {
            self.record_once(claimed, &suppressed).await?;
        }
        if mails.is_empty() {
            return Ok(mails);
        }
        let max = self.parameters.mails_per_recipient_per_day;
        let mut limited = self.store.prepare(claimed, &mails, max, now).await?;
        if !limited.is_empty() {
            limited.sort_unstable();
            let limited: Vec<_> = limited.into_iter().rev().map(|index| mails.remove(index)).collect();
            let results: Vec<_> = limited.iter().map(|mail| (mail.key, mail.person, failed("limited"))).collect();
            self.record_once(claimed, &results).await?;
        }
        Ok(mails)
    }

    /// Sends mails in bulk calls to SES, and records which of them SES accepted or finally rejected. `outgoing` has the
    /// rendered mails in the order of `mails`. The first calls use the sending time that is reserved already.
    async fn send(
        &self,
        claimed: &mut ClaimedItem,
        mails: &[MailToPerson<'_>],
        outgoing: &[OutgoingMail<'_>],
        mut reserved: ReservedMails,
    ) -> Result<Option<SendError>> {
        let mut sent = 0;
        while sent < outgoing.len() {
            let rest = &outgoing[sent..];
            if let Err(failure) = self.reserve_sending_time(&mut reserved, rest.len()).await? {
                return Ok(Some(failure));
            }
            let call = &rest[..reserved.count().min(Mailer::count_for_one_call(rest)).min(rest.len())];
            reserved.use_up(call.len());
            let statuses = match self.mailer.send_bulk(call).await {
                Ok(statuses) => statuses,
                Err(failure) => return Ok(Some(failure)),
            };
            let (results, failure) = split_by_status(&mails[sent..], statuses);
            self.record_results(claimed, &results).await?;
            tracing::info!(mailed = results.len(), "mailed");
            sent += call.len();
            if failure.is_some() {
                return Ok(failure);
            }
        }
        Ok(None)
    }

    /// Records the results of a bulk call to SES. The deliverer tries several times to record the results of a bulk
    /// call, because accepted mails will be sent again if their results are not recorded.
    async fn record_results(&self, claimed: &mut ClaimedItem, results: &[(&Key, &Person, MailResult)]) -> Result<()> {
        for _ in 1..RECORD_TRIES {
            match self.record_once(claimed, results).await {
                Err(Error::Unavailable(_)) => {}
                result => return result,
            }
        }
        self.record_once(claimed, results).await
    }

    /// Records the results of mails, and counts the mails.
    async fn record_once(&self, claimed: &mut ClaimedItem, results: &[(&Key, &Person, MailResult)]) -> Result<()> {
        self.store.record_mailed(claimed, results, self.now()).await?;
        metrics::mailed(results.iter().map(|(.., result)| result));
        Ok(())
    }
}

/// The results of the mails that SES accepted or finally rejected, and the reason why the remaining mails of the bulk
/// call were not sent.
fn split_by_status<'a>(
    mails: &[MailToPerson<'a>],
    statuses: Vec<RecipientStatus>,
) -> (Vec<(&'a Key, &'a Person, MailResult)>, Option<SendError>) {
    let mut results = Vec::with_capacity(statuses.len());
    let mut failure = None;
    for (MailToPerson { key, person, .. }, status) in mails.iter().zip(statuses) {
        match status {
            RecipientStatus::Accepted => results.push((*key, *person, MailResult::Sent)),
            RecipientStatus::Rejected(reason) => results.push((*key, *person, MailResult::Failed(reason))),
            RecipientStatus::Paused => failure = Some(SendError::Paused),
            // If SES paused the sending of a mail of the bulk call, the attempt to deliver the outbox item must not
            // count as failed. The pause is therefore reported rather than any other failure.
            RecipientStatus::Retryable(_) if failure == Some(SendError::Paused) => {}
            RecipientStatus::Retryable(reason) => failure = Some(SendError::Rejected(reason)),
        }
    }
    (results, failure)
}

/// Whether a mail of the kind `kind` still fits the state of the person's invitation or membership.
pub(super) fn still_wants(kind: MailKind, person: &Person, now: Timestamp) -> bool {
    match kind {
        MailKind::Invitation => person.is_open_to(person.version, now),
        MailKind::Added => person.state(now) == MembershipState::Member,
    }
}

fn failed(reason: &str) -> MailResult {
    MailResult::Failed(reason.to_owned())
}
