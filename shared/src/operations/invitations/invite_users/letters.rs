//! The letters of an inviting request: rows whose letters differ have batches of their own.

use std::collections::{HashMap, HashSet};

use futures::{StreamExt, TryStreamExt, future::try_join_all, stream};
use tokio::time::{Duration, Instant, timeout_at};

use crate::{
    Error, Result, Usher,
    domain::{
        Batch, BatchId, EmailAddress, Outcome, Password, PasswordHash, Profile, ProfileKind, Reason, TemplateId,
        UserId, may_belong,
    },
    operations::invitations::invite_users::{
        invitation_target::InvitationTarget,
        request::{Access, InviteRow, LetterOptions},
        rows::{Rows, ValidRow},
    },
};

/// Hashing takes the time it takes: a request has no more passwords than these.
const MAX_PASSWORDS: usize = 200;

/// Batches that are written at once.
const IN_FLIGHT: usize = 16;

/// So long SES is asked about the rows' senders, of about one of which it tells in a second.
const ASKING: Duration = Duration::from_secs(10);

/// What the letters of a request ask for, as far as it is there.
struct LetterFacts {
    senders: HashMap<EmailAddress, Option<bool>>,
    templates: HashSet<TemplateId>,
    inviters: HashMap<UserId, String>,
}

/// The batches of a request: rows whose letters differ have batches of their own.
pub(super) struct LetterBatches {
    common: BatchId,
    own: HashMap<LetterOptions, BatchId>,
}

impl LetterBatches {
    /// The batch of a letter.
    pub(super) fn batch(&self, letter: &LetterOptions) -> BatchId {
        self.own.get(letter).copied().unwrap_or(self.common)
    }
}

impl Usher {
    /// Refuses the rows whose letters ask for what isn't there, and those who may not belong here; writes the batches of the
    /// others. Answers whom their letters name.
    pub(super) async fn letters(
        &self,
        rows: &mut Rows,
        open: &mut Vec<ValidRow>,
        target: &InvitationTarget,
        batch: &Batch,
    ) -> Result<LetterBatches> {
        let facts = self.letter_facts(open, target).await?;
        let mut kept = Vec::with_capacity(open.len());
        for row in std::mem::take(open) {
            match refusal(&row, target, &facts) {
                None => kept.push(row),
                Some((outcome, reason)) => rows.refuse_row(&row, outcome, reason)?,
            }
        }
        *open = kept;
        let mut batches = HashMap::new();
        for row in &*open {
            let letter = &row.invitee.personal.letter;
            if *letter != LetterOptions::default() && !batches.contains_key(letter) {
                batches.insert(letter.clone(), BatchId::random(self.random()));
            }
        }
        let now = self.now();
        let own: Vec<_> = batches.iter().map(|(letter, id)| own_batch(batch, *id, letter, &facts)).collect();
        let writes: Vec<_> = own.iter().map(|batch| self.store.put_batch(batch, now)).collect();
        stream::iter(writes).buffer_unordered(IN_FLIGHT).try_collect::<Vec<()>>().await?;
        Ok(LetterBatches { common: batch.id, own: batches })
    }

    async fn letter_facts(&self, open: &[ValidRow], target: &InvitationTarget) -> Result<LetterFacts> {
        let letters = || open.iter().map(|row| &row.invitee.personal.letter);
        let (now, until) = (self.now(), Instant::now() + ASKING);
        let mut senders = HashMap::new();
        for sender in letters().filter_map(|letter| letter.sender.as_ref()?.address.as_ref()) {
            if !senders.contains_key(sender) {
                // That SES doesn't answer is no reason to refuse the others.
                let told = async { self.sender.may_send_from(sender, now).await.ok() };
                senders.insert(sender.clone(), timeout_at(until, told).await.ok().flatten());
            }
        }
        let templates: HashSet<_> = letters().filter_map(|letter| letter.template).collect();
        let templates = if templates.is_empty() {
            templates
        } else {
            let found = self.store.mail_templates_of(target.company.id, templates.into_iter()).await?;
            found.into_iter().map(|stored| stored.id).collect()
        };
        let inviters: HashSet<_> = letters().filter_map(|letter| letter.on_behalf_of).collect();
        let inviters = if inviters.is_empty() {
            Vec::new()
        } else {
            self.store.profiles(&inviters.into_iter().collect::<Vec<_>>()).await?
        };
        let person = |profile: &Profile| profile.is_active() && profile.kind == ProfileKind::Person;
        let ours = inviters.into_iter().filter(|found| found.company == target.company.id && person(found));
        let inviters = ours.map(|profile| (profile.id, profile.full_name())).collect();
        Ok(LetterFacts { senders, templates, inviters })
    }

    /// The hashes of passwords, in order.
    pub(super) async fn hash_passwords(&self, passwords: Vec<Password>) -> Result<Vec<PasswordHash>> {
        try_join_all(passwords.into_iter().map(|password| self.hash_password(password))).await
    }
}

/// Whether a request may have so many passwords.
pub(super) fn admit_passwords<'a>(invitees: impl Iterator<Item = &'a InviteRow>) -> Result<()> {
    let passwords = invitees.filter(|invitee| matches!(invitee.personal.access, Access::Password(_))).count();
    if passwords > MAX_PASSWORDS {
        let message = format!("At most {MAX_PASSWORDS} users can be given a password in one request.");
        return Err(Error::invalid("too_many_users", message));
    }
    Ok(())
}

fn refusal(row: &ValidRow, target: &InvitationTarget, facts: &LetterFacts) -> Option<(Outcome, Reason)> {
    let personal = &row.invitee.personal;
    let letter = &personal.letter;
    if let Some(sender) = letter.sender.as_ref().and_then(|sender| sender.address.as_ref()) {
        match facts.senders.get(sender).copied().flatten() {
            Some(true) => {}
            Some(false) => return Some(invalid("unknown_sender", "Mail can't be sent from this address.")),
            None => {
                let reason = Reason::new("not_written", "This row wasn't written. Send it again.");
                return Some((Outcome::Failed, reason));
            }
        }
    }
    if letter.template.is_some_and(|id| !facts.templates.contains(&id)) {
        return Some(invalid("unknown_template", "There is no such mail template."));
    }
    if letter.on_behalf_of.is_some_and(|id| !facts.inviters.contains_key(&id)) {
        return Some(invalid("unknown_inviter", "There is no such inviter."));
    }
    let workspace = target.workspace();
    let asked = personal.exclusive_to.is_none_or(|own| workspace == Some(own));
    let exclusively = personal.exclusive_to.is_some();
    let colleague = row.colleague.as_ref();
    if !asked || colleague.is_some_and(|there| !may_belong(there.exclusive_to, workspace, exclusively)) {
        return Some(invalid("exclusive_user", "An account that belongs to one workspace only can't join another."));
    }
    let given = matches!(personal.access, Access::Password(_));
    if given && (row.colleague.is_some() || workspace.is_none()) {
        return Some(invalid("has_account", "A password is given only to an address without an account."));
    }
    None
}

fn invalid(code: &'static str, detail: &'static str) -> (Outcome, Reason) {
    (Outcome::Invalid, Reason::new(code, detail))
}

fn own_batch(batch: &Batch, id: BatchId, letter: &LetterOptions, facts: &LetterFacts) -> Batch {
    let named = letter.on_behalf_of.and_then(|inviter| facts.inviters.get(&inviter));
    Batch {
        id,
        inviter_name: named.cloned().unwrap_or_else(|| batch.inviter_name.clone()),
        sender: letter.sender.clone(),
        template: letter.template,
        registered: letter.registered,
        ..batch.clone()
    }
}
