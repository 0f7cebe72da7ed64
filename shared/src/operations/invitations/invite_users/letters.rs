//! The letter options of the rows: checking the senders, templates and inviters that the options name, and writing a
//! batch for each set of equal options.

use std::collections::{HashMap, HashSet};

use futures::{StreamExt, TryStreamExt, future::try_join_all, stream};
use tokio::time::{Duration, Instant, timeout_at};

use crate::{
    Error, Result, Usher,
    domain::{
        Batch, BatchId, CompanyId, EmailAddress, Password, PasswordHash, Profile, ProfileKind, RowOutcome, RowReason,
        TemplateId, UserId, may_belong,
    },
    operations::invitations::invite_users::{
        invitation_target::InvitationTarget,
        request::{EntryMethod, InviteRow, LetterOptions},
        rows::{Rows, ValidRow},
    },
};

/// The largest number of passwords in one request: hashing each password takes much time of a processor core.
const MAX_PASSWORDS: usize = 200;

/// The number of batches of letter options that are written in parallel.
const IN_FLIGHT: usize = 16;

/// How long a request may wait for SES to say from which addresses SES may send mail. SES answers about one question a
/// second about whether it may send mail from an address.
const SENDER_CHECK_TIMEOUT: Duration = Duration::from_secs(10);

/// The senders, templates and inviters that letter options refer to, with what was found about each of them.
struct LetterReferences {
    /// Whether SES may send from each sender's address. `None` if SES gave no answer about the address.
    senders: HashMap<EmailAddress, Option<bool>>,
    /// Those of the rows' mail templates that exist in the company.
    templates: HashSet<TemplateId>,
    /// The full names of those inviters named by the letter options who are active users of the company.
    inviters: HashMap<UserId, String>,
}

/// The batches of a request: one for the rows without letter options, and one batch for each set of equal letter
/// options.
pub(super) struct LetterBatches {
    common: BatchId,
    own: HashMap<LetterOptions, BatchId>,
}

impl LetterBatches {
    /// The batch that all rows with the letter options `letter` share.
    pub(super) fn batch(&self, letter: &LetterOptions) -> BatchId {
        self.own.get(letter).copied().unwrap_or(self.common)
    }
}

impl Usher {
    /// Refuses the rows whose letter options can't be fulfilled, and keeps the remaining rows in `valid`. Writes the
    /// batches of the rows with letter options.
    pub(super) async fn prepare_letters(
        &self,
        rows: &mut Rows,
        valid: &mut Vec<ValidRow>,
        target: &InvitationTarget,
        batch: &Batch,
    ) -> Result<LetterBatches> {
        let references = self.look_up_references(valid, target).await?;
        let mut kept = Vec::with_capacity(valid.len());
        for row in std::mem::take(valid) {
            match refusal_of_options(&row, target, &references) {
                None => kept.push(row),
                Some((outcome, reason)) => rows.refuse_row(&row, outcome, reason)?,
            }
        }
        *valid = kept;
        let mut batches = HashMap::new();
        for row in &*valid {
            let letter = &row.invitee.options.letter;
            if *letter != LetterOptions::default() && !batches.contains_key(letter) {
                batches.insert(letter.clone(), BatchId::random(self.random()));
            }
        }
        let now = self.now();
        let own: Vec<_> = batches.iter().map(|(letter, id)| own_batch(batch, *id, letter, &references)).collect();
        let writes: Vec<_> = own.iter().map(|batch| self.store.put_batch(batch, now)).collect();
        stream::iter(writes).buffer_unordered(IN_FLIGHT).try_collect::<Vec<()>>().await?;
        Ok(LetterBatches { common: batch.id, own: batches })
    }

    /// Looks up everything that the letter options of the rows refer to.
    async fn look_up_references(&self, rows: &[ValidRow], target: &InvitationTarget) -> Result<LetterReferences> {
        let letters = || rows.iter().map(|row| &row.invitee.options.letter);
        let senders = letters().filter_map(|letter| letter.sender.as_ref()?.address.as_ref()).collect();
        let templates = letters().filter_map(|letter| letter.template).collect();
        let inviters = letters().filter_map(|letter| letter.on_behalf_of).collect();
        let company = target.company.id;
        Ok(LetterReferences {
            senders: self.check_senders(senders).await,
            templates: self.existing_templates(company, templates).await?,
            inviters: self.inviter_names(company, inviters).await?,
        })
    }

    /// Asks SES about each sender's address once. If SES doesn't answer about an address in time, the result for the
    /// address is `None`, so that only the rows with this sender's address fail.
    async fn check_senders(&self, senders: Vec<&EmailAddress>) -> HashMap<EmailAddress, Option<bool>> {
        let (now, deadline) = (self.now(), Instant::now() + SENDER_CHECK_TIMEOUT);
        let mut answers = HashMap::new();
        for sender in senders {
            if answers.contains_key(sender) {
                continue;
            }
            let answer = timeout_at(deadline, self.mailer.may_send_from(sender, now)).await;
            answers.insert(sender.clone(), answer.ok().and_then(std::result::Result::ok));
        }
        answers
    }

    /// The ids of the given mail templates that exist in the company.
    async fn existing_templates(
        &self,
        company: CompanyId,
        templates: HashSet<TemplateId>,
    ) -> Result<HashSet<TemplateId>> {
        if templates.is_empty() {
            return Ok(templates);
        }
        let found = self.store.mail_templates_of(company, templates.into_iter()).await?;
        Ok(found.into_iter().map(|stored| stored.id).collect())
    }

    /// The full names of the given users who are active users of the company.
    async fn inviter_names(&self, company: CompanyId, users: HashSet<UserId>) -> Result<HashMap<UserId, String>> {
        if users.is_empty() {
            return Ok(HashMap::new());
        }
        let profiles = self.store.profiles(&users.into_iter().collect::<Vec<_>>()).await?;
        let may_be_named = |profile: &Profile| {
            profile.is_active() && profile.kind == ProfileKind::Person && profile.company == company
        };
        let named = profiles.into_iter().filter(may_be_named);
        Ok(named.map(|profile| (profile.id, profile.full_name())).collect())
    }

    /// Hashes the temporary passwords of a request's rows. The hashes are in the order of the passwords.
    pub(super) async fn hash_passwords(&self, passwords: Vec<Password>) -> Result<Vec<PasswordHash>> {
        try_join_all(passwords.into_iter().map(|password| self.hash_password(password))).await
    }
}

/// Checks that the rows of a request don't have more than [`MAX_PASSWORDS`] passwords.
///
/// # Errors
/// [`Error::Invalid`] if the rows have more passwords.
pub(super) fn admit_passwords<'a>(invitees: impl Iterator<Item = &'a InviteRow>) -> Result<()> {
    let passwords = invitees.filter(|invitee| matches!(invitee.options.access, EntryMethod::Password(_))).count();
    if passwords > MAX_PASSWORDS {
        let message = format!("At most {MAX_PASSWORDS} users can be given a password in one request.");
        return Err(Error::invalid("too_many_users", message));
    }
    Ok(())
}

/// The refusal of a row whose letter options can't be fulfilled.
fn refusal_of_options(
    row: &ValidRow,
    target: &InvitationTarget,
    references: &LetterReferences,
) -> Option<(RowOutcome, RowReason)> {
    let options = &row.invitee.options;
    let letter = &options.letter;
    if let Some(sender) = letter.sender.as_ref().and_then(|sender| sender.address.as_ref()) {
        match references.senders.get(sender).copied().flatten() {
            Some(true) => {}
            Some(false) => return Some(invalid("unknown_sender", "Mail can't be sent from this address.")),
            None => {
                let reason = RowReason::new("not_written", "This row wasn't written. Send it again.");
                return Some((RowOutcome::Failed, reason));
            }
        }
    }
    if letter.template.is_some_and(|id| !references.templates.contains(&id)) {
        return Some(invalid("unknown_template", "There is no such mail template."));
    }
    if letter.on_behalf_of.is_some_and(|id| !references.inviters.contains_key(&id)) {
        return Some(invalid("unknown_inviter", "There is no such inviter."));
    }
    let workspace = target.workspace();
    let is_target = options.exclusive_to.is_none_or(|only| workspace == Some(only));
    let exclusive = options.exclusive_to.is_some();
    let colleague = row.colleague.as_ref();
    if !is_target || colleague.is_some_and(|account| !may_belong(account.exclusive_to, workspace, exclusive)) {
        return Some(invalid("exclusive_user", "An account that belongs to one workspace only can't join another."));
    }
    let has_password = matches!(options.access, EntryMethod::Password(_));
    if has_password && (colleague.is_some() || workspace.is_none()) {
        return Some(invalid("has_account", "A password is given only to an address without an account."));
    }
    None
}

/// The refusal of a row that has a mistake.
fn invalid(code: &'static str, detail: &'static str) -> (RowOutcome, RowReason) {
    (RowOutcome::Invalid, RowReason::new(code, detail))
}

/// The batch that all rows with the letter options `letter` share.
fn own_batch(batch: &Batch, id: BatchId, letter: &LetterOptions, references: &LetterReferences) -> Batch {
    let inviter_name = letter.on_behalf_of.and_then(|inviter| references.inviters.get(&inviter));
    Batch {
        id,
        inviter_name: inviter_name.cloned().unwrap_or_else(|| batch.inviter_name.clone()),
        sender: letter.sender.clone(),
        template: letter.template,
        registered: letter.registered,
        ..batch.clone()
    }
}
