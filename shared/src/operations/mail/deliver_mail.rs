//! Mailing what was queued. A crash at any point loses nothing: the item stays until it is settled.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use tokio::time::{Duration, Instant};
use tracing::{
    Instrument, Span,
    field::{Empty, display},
};

use crate::{
    Error, Result, Usher,
    domain::{Batch, MailedTo, MembershipState, Person, Scope, StoredTemplate},
    mail::{self, Envelope, Letter, Refused, Sender, SentStatus},
    operations::log,
    store::{Claimed, Key, Kind, MAX_ATTEMPTS, Mail, Mailed, Task},
};

/// An item that SES refused for pace or pause is tried again after this.
const PAUSE: SignedDuration = SignedDuration::from_secs(10);

/// An item that failed is tried again after twice this, and twice as long after each further attempt.
const BACKOFF: SignedDuration = SignedDuration::from_secs(15);

/// Mail that has waited longer than this is told of.
const TOO_LONG: SignedDuration = SignedDuration::from_mins(15);

/// How often it is tried to write what SES has taken.
const SETTLE_TRIES: u32 = 3;

/// Items of each partition that a sweep looks at before it looks again.
const LOOK_AHEAD: usize = 25;

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// All its mails are settled.
    Done,
    /// It is gone, or somebody else's.
    NotOurs,
    /// SES takes nothing now.
    Paused,
    /// It will be tried again.
    Later,
    /// It was given up.
    Dead,
}

/// Why an item isn't settled yet.
pub(in crate::operations) enum Stop {
    Paused,
    Rejected(String),
    Unknown,
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Paused => Self::Paused,
            Refused::Rejected(reason) => Self::Rejected(reason),
            Refused::Unknown => Self::Unknown,
        }
    }
}

impl Usher {
    /// Mails one item of the outbox, if nobody else does.
    ///
    /// # Errors
    /// If the store fails; the item is tried again when its lease is over.
    pub async fn deliver(&self, key: &Key, until: Instant) -> Result<Delivered> {
        let now = self.now();
        let current = self.secrets.link_key(None, now).await?;
        let Some(claimed) = self.store.claim(key, current.id(), now, self.random()).await? else {
            return Ok(Delivered::NotOurs);
        };
        let span = item_span(&claimed.task);
        self.deliver_claimed(claimed, until).instrument(span).await
    }

    async fn deliver_claimed(&self, mut claimed: Claimed, until: Instant) -> Result<Delivered> {
        let now = self.now();
        if claimed.attempts > MAX_ATTEMPTS {
            return self.bury(&claimed, "it was never settled").await;
        }
        let stop = match claimed.task.clone() {
            Task::Letter(letter) => self.deliver_letter(&mut claimed, &letter).await?,
            Task::People { kind, batch, people } => {
                let (addressees, batches) = self.store.addressees(&people, batch).await?;
                if let Some(batch) = batches.first() {
                    log::company(batch.company);
                }
                let due: Vec<_> = addressees
                    .into_iter()
                    .filter(|(_, person)| person.queued_by == Some(batch) && person.awaits_mail())
                    .collect();
                let (mailable, others): (Vec<_>, Vec<_>) =
                    due.into_iter().partition(|(_, person)| wants(kind, person, now));
                let expired = others.iter().filter(|(_, person)| person.state(now) == MembershipState::Expired);
                let expired: Vec<_> = expired.map(|(key, person)| (key, person, failed("expired"))).collect();
                claimed.keep_people(mailable.iter().map(|(key, _)| key));
                // Settled with nobody left, the item is gone.
                if mailable.is_empty() || !expired.is_empty() {
                    self.store.settle(&mut claimed, &expired, now).await?;
                }
                if mailable.is_empty() {
                    return Ok(Delivered::Done);
                }
                self.deliver_people(&mut claimed, kind, &mailable, &batches, until).await?
            }
        };
        match stop {
            None => Ok(Delivered::Done),
            Some(Stop::Paused) => {
                self.store.release(&claimed, self.now() + PAUSE, false).await?;
                Ok(Delivered::Paused)
            }
            Some(Stop::Rejected(reason)) if claimed.attempts >= MAX_ATTEMPTS => self.bury(&claimed, &reason).await,
            Some(Stop::Unknown) if claimed.attempts >= MAX_ATTEMPTS => self.bury(&claimed, "SES didn't answer").await,
            Some(Stop::Rejected(reason)) => {
                tracing::warn!(reason, attempts = claimed.attempts, "mail is tried again");
                let wait = BACKOFF * (1 << claimed.attempts.min(10));
                self.store.release(&claimed, self.now() + wait, true).await?;
                Ok(Delivered::Later)
            }
            // The lease runs out by itself.
            Some(Stop::Unknown) => Ok(Delivered::Later),
        }
    }

    /// Mails what waits and is nobody's, letters about sign-ups first, until all is done, SES pauses or time is up.
    /// Answers how many items were settled.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn sweep(&self, until: Instant) -> Result<usize> {
        let mut settled = 0;
        loop {
            let waiting = self.store.waiting(self.now(), LOOK_AHEAD).await?;
            if waiting.is_empty() {
                return Ok(settled);
            }
            for key in waiting {
                // A one-time password doesn't wait for all invitations that were found with it.
                let letters = if key.is_of_letter() {
                    Vec::new()
                } else {
                    self.store.waiting_letters(self.now(), LOOK_AHEAD).await?
                };
                for key in letters.into_iter().chain([key]) {
                    match self.deliver(&key, until).await {
                        Ok(Delivered::Done) => settled += 1,
                        Ok(Delivered::NotOurs | Delivered::Later | Delivered::Dead) => {}
                        Ok(Delivered::Paused) => return self.leave_waiting(settled).await,
                        // It stays until its lease is over, and those behind it don't wait for that.
                        Err(error) => tracing::warn!(?error, "an item failed"),
                    }
                    if Instant::now() >= until {
                        return self.leave_waiting(settled).await;
                    }
                }
            }
        }
    }

    /// Ends a sweep that leaves mail waiting. If that waits for long already, an alarm is to tell.
    async fn leave_waiting(&self, settled: usize) -> Result<usize> {
        if self.store.has_waited_since(self.now() - TOO_LONG).await? {
            tracing::error!(event = "outbox_waiting", "mail waits for SES");
        }
        Ok(settled)
    }

    /// Brings items back that were given up; the sweep mails them. Answers how many.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn requeue(&self) -> Result<usize> {
        self.store.revive(1_000).await
    }

    /// Gives up. People who can't be read don't keep their item from it.
    async fn bury(&self, claimed: &Claimed, reason: &str) -> Result<Delivered> {
        let now = self.now();
        let waiting = match &claimed.task {
            Task::People { people, batch, kind } => {
                let (addressees, _) = self.store.addressees(people, *batch).await.unwrap_or_default();
                let due = |person: &Person| person.queued_by == Some(*batch) && wants(*kind, person, now);
                addressees.into_iter().filter(|(_, person)| due(person)).collect()
            }
            Task::Letter(_) => Vec::new(),
        };
        if !self.store.bury(claimed, &waiting, reason, now).await? {
            return Ok(Delivered::NotOurs);
        }
        tracing::error!(event = "outbox_dead", reason, people = waiting.len(), "mail was given up");
        Ok(Delivered::Dead)
    }

    async fn deliver_people(
        &self,
        claimed: &mut Claimed,
        kind: Kind,
        mailable: &[(Key, Person)],
        batches: &[Batch],
        until: Instant,
    ) -> Result<Option<Stop>> {
        if !self.has_app_url() {
            return Ok(Some(Stop::Paused));
        }
        let now = self.now();
        // Before anything is written for mails that SES doesn't take now.
        if let Err(refused) = self.sender.pace(now, until).await {
            return Ok(Some(refused.into()));
        }
        let link_key = self.secrets.link_key(Some(&claimed.link_key), now).await?;
        let hash = |key: &Key, person: &Person| link_key.invitation_hash(key.parts(), person.version);
        let recipients: Vec<_> = mailable.iter().map(|(_, person)| person.identifier()).collect();
        let known = self.store.known(&recipients.iter().collect::<Vec<_>>()).await?;
        let mut mails = Vec::with_capacity(mailable.len());
        let mut suppressed = Vec::new();
        for ((key, person), known) in mailable.iter().zip(known) {
            if let Some(suppression) = known.suppressed {
                suppressed.push((key, person, Mailed::Suppressed(suppression.reason)));
            } else {
                let hash = (kind == Kind::Invitation).then(|| hash(key, person));
                let batch = batches.iter().find(|batch| batch.id == person.batch);
                let company = batch.map(|batch| batch.company);
                mails.push(Mail { key, person, company, hash, has_account: known.identity.is_some() });
            }
        }
        if !suppressed.is_empty() {
            self.store.settle(claimed, &suppressed, now).await?;
        }
        if mails.is_empty() {
            return Ok(None);
        }
        let most = self.parameters.mails_per_recipient_per_day;
        let mut limited = self.store.prepare(claimed, &mails, most, now).await?;
        if !limited.is_empty() {
            limited.sort_unstable();
            let limited: Vec<_> = limited.into_iter().rev().map(|place| mails.remove(place)).collect();
            let settled: Vec<_> = limited.iter().map(|mail| (mail.key, mail.person, failed("limited"))).collect();
            self.store.settle(claimed, &settled, now).await?;
        }
        if mails.is_empty() {
            return Ok(None);
        }
        let templates = self.templates(batches).await?;
        let envelopes: Vec<_> = mails.iter().map(|mail| self.envelope(mail, batches, &templates)).collect();
        self.send(claimed, &mails, &envelopes, until).await
    }

    /// Whether mails can have links. Without `APP_URL` such mails wait, and waiting doesn't count as a failed attempt.
    pub(super) fn has_app_url(&self) -> bool {
        let is_set = !self.parameters.app_url.is_empty();
        if !is_set {
            tracing::error!("APP_URL is not set: mails with links wait until it is");
        }
        is_set
    }

    /// The companies' own words that these batches ask for. One that is there no more is done without.
    async fn templates(&self, batches: &[Batch]) -> Result<Vec<StoredTemplate>> {
        let Some(batch) = batches.first() else { return Ok(Vec::new()) };
        let ids: BTreeSet<_> = batches.iter().filter_map(|batch| batch.template).collect();
        if ids.is_empty() { Ok(Vec::new()) } else { self.store.mail_templates_of(batch.company, ids.into_iter()).await }
    }

    async fn send(
        &self,
        claimed: &mut Claimed,
        mails: &[Mail<'_>],
        envelopes: &[Envelope<'_>],
        until: Instant,
    ) -> Result<Option<Stop>> {
        let mut next = 0;
        let mut stop = None;
        while next < envelopes.len() {
            let most = match self.sender.pace(self.now(), until).await {
                Ok(most) => most,
                Err(refused) => return Ok(Some(refused.into())),
            };
            let rest = &envelopes[next..];
            let some = &rest[..most.min(Sender::fitting(rest)).min(rest.len())];
            let statuses = match self.sender.send_bulk(some).await {
                Ok(statuses) => statuses,
                Err(refused) => return Ok(Some(refused.into())),
            };
            let mut mailed = Vec::with_capacity(some.len());
            for (Mail { key, person, .. }, status) in mails[next..].iter().zip(statuses) {
                match status {
                    SentStatus::Sent => mailed.push((*key, *person, Mailed::Sent)),
                    SentStatus::Permanent(reason) => mailed.push((*key, *person, Mailed::Failed(reason))),
                    SentStatus::Paused => stop = Some(Stop::Paused),
                    // A pause isn't an attempt, whatever else went wrong.
                    SentStatus::Passing(_) if matches!(stop, Some(Stop::Paused)) => {}
                    SentStatus::Passing(reason) => stop = Some(Stop::Rejected(reason)),
                }
            }
            self.settle_sent(claimed, &mailed).await?;
            tracing::info!(mailed = mailed.len(), "mailed");
            next += some.len();
            if stop.is_some() {
                return Ok(stop);
            }
        }
        Ok(stop)
    }

    /// What SES has taken would be mailed again if this failed, so it is tried again itself.
    async fn settle_sent(&self, claimed: &mut Claimed, mailed: &[(&Key, &Person, Mailed)]) -> Result<()> {
        for _ in 1..SETTLE_TRIES {
            match self.store.settle(claimed, mailed, self.now()).await {
                Err(Error::Unavailable(_)) => {}
                settled => return settled,
            }
        }
        self.store.settle(claimed, mailed, self.now()).await
    }

    fn envelope<'a>(&self, mail: &Mail<'a>, batches: &'a [Batch], templates: &[StoredTemplate]) -> Envelope<'a> {
        let Mail { key, person, hash, has_account, .. } = mail;
        let batch = batches.iter().find(|batch| batch.id == person.batch);
        let scope_name = batch.map_or("", |batch| batch.scope_name.as_str());
        let company_name = batch.map_or("", |batch| batch.company_name.as_str());
        let inviter_name = batch.map_or("", |batch| batch.inviter_name.as_str());
        let message = batch.and_then(|batch| batch.message.as_ref()).map(AsRef::as_ref);
        let role = person.role.title();
        let app_url = self.parameters.app_url.as_str();
        let letter = match hash {
            None => Letter::added(&mail::Added { scope_name, company_name, inviter_name, role, message, app_url }),
            Some(hash) => {
                // Whoever has an account gets no link to register.
                let page = if *has_account { "invitation" } else { "register" };
                let link_type = key.scope().map_or("", |of| of.link_type());
                let link = &format!("{app_url}/{page}?hash={}&type={link_type}", hash.reveal());
                let expires_at = person.expires_at;
                let invitation = mail::Invitation {
                    scope_name,
                    company_name,
                    inviter_name,
                    role,
                    message,
                    link,
                    expires_at,
                    has_account: *has_account,
                };
                invitation_letter(&invitation, person, batch, templates)
            }
        };
        let mailed = key.scope().map(|of| MailedTo {
            of,
            identifier: person.identifier(),
            person: person.person_id.clone(),
            version: person.version,
        });
        let tags = mailed.as_ref().map(mail::tags).unwrap_or_default();
        Envelope { to: &person.address, from: batch.and_then(|batch| batch.sender.as_ref()), letter, tags }
    }
}

/// In the company's own words, if the request asked for them and they are there.
fn invitation_letter(
    invitation: &mail::Invitation<'_>,
    person: &Person,
    batch: Option<&Batch>,
    templates: &[StoredTemplate],
) -> Letter {
    let wanted = batch.and_then(|batch| batch.template);
    let stored = templates.iter().find(|stored| Some(stored.id) == wanted);
    if let Some(stored) = stored {
        let (email, name) = (person.address.as_typed(), person.full_name());
        return Letter::custom(&stored.template, invitation, &mail::Recipient { email, name: name.as_deref() });
    }
    let registered = batch.is_some_and(|batch| batch.registered) && !invitation.has_account;
    if registered { Letter::registered(invitation) } else { Letter::invitation(invitation) }
}

/// What the log says of an item: whose people it is for, and how many.
fn item_span(task: &Task) -> Span {
    let Task::People { people, .. } = task else { return Span::none() };
    let span = tracing::info_span!("mail", company = Empty, workspace = Empty, people = people.len());
    if let Some(Scope::Workspace(workspace)) = people.first().and_then(Key::scope) {
        span.record("workspace", display(workspace));
    }
    span
}

/// Whether the person's state still asks for this mail.
fn wants(kind: Kind, person: &Person, now: Timestamp) -> bool {
    match kind {
        Kind::Invitation => person.is_open_to(person.version, now),
        Kind::Added => person.state(now) == MembershipState::Member,
    }
}

fn failed(reason: &str) -> Mailed {
    Mailed::Failed(reason.to_owned())
}

/// How long a function may go on mailing before it gives back what is left.
pub const BUDGET: Duration = Duration::from_secs(75);
