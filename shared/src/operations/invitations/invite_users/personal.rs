//! What a row may ask for beyond its request: a letter of its own, a temporary password in place of a letter, one workspace
//! for ever.

use std::collections::{HashMap, HashSet};

use futures::{StreamExt, TryStreamExt, future::try_join_all, stream};
use tokio::time::{Duration, Instant, timeout_at};

use crate::{
    Error, Result, Usher,
    domain::{
        Batch, BatchId, EmailAddress, MailSender, Outcome, Password, PasswordHash, Profile, ProfileKind, Reason, Scope,
        TemplateId, UserId, WorkspaceId,
    },
    operations::invitations::{
        accept_invitation::may_belong,
        invite_users::{
            InviteRow,
            host::InvitationTarget,
            rows::{Open, Rows},
        },
    },
};

/// Hashing takes the time it takes: a request has no more passwords than these.
const MAX_PASSWORDS: usize = 200;

/// Batches that are written at once.
const IN_FLIGHT: usize = 16;

/// So long SES is asked about the rows' senders, of about one of which it tells in a second.
const ASKING: Duration = Duration::from_secs(10);

/// What is special about a row.
#[derive(Debug, Clone, Default)]
pub struct InviteeOptions {
    /// Their letter.
    pub letter: LetterOptions,
    /// How they come in.
    pub access: Access,
    /// The only workspace that they may ever belong to, if there is to be one: this.
    pub exclusive_to: Option<WorkspaceId>,
    /// Whether they get a mail once they have signed up.
    pub welcomed: bool,
    /// Whether a colleague isn't told of being added.
    pub quiet: bool,
}

/// How somebody comes in who isn't a colleague.
#[derive(Debug, Clone, Default)]
pub enum Access {
    /// By the link in a mail.
    #[default]
    Mail,
    /// By the link in a mail that somebody sends later.
    Later,
    /// At once, by a password that is told to them: only an address without an account.
    Password(Password),
    /// By the link in another mail: somebody who is there already, and stays what they are.
    Again,
}

/// What is special about a letter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct LetterOptions {
    /// From whom, if not from the deployment's own address.
    pub sender: Option<MailSender>,
    /// In which words of the company's.
    pub template: Option<TemplateId>,
    /// Whom it names as the inviter, if not the caller.
    pub on_behalf_of: Option<UserId>,
    /// Whether it says that an account is ready, and asks for a password only.
    pub registered: bool,
}

/// What the letters of a request ask for, as far as it is there.
struct Known {
    senders: HashMap<EmailAddress, Option<bool>>,
    templates: HashSet<TemplateId>,
    inviters: HashMap<UserId, String>,
}

/// The batches of a request: letters that differ are batches of their own.
pub(super) struct Letters(HashMap<LetterOptions, BatchId>);

impl Letters {
    /// The batch of a letter, if that is its own.
    pub(super) fn batch(&self, letter: &LetterOptions) -> Option<BatchId> {
        self.0.get(letter).copied()
    }
}

impl Usher {
    /// Refuses the rows whose letters ask for what isn't there, and those who may not belong here; writes the batches of the
    /// others. Answers whom their letters name.
    pub(super) async fn letters(
        &self,
        rows: &mut Rows,
        open: &mut Vec<Open>,
        host: &InvitationTarget,
        batch: &Batch,
    ) -> Result<Letters> {
        let known = self.known(open, host).await?;
        let mut kept = Vec::with_capacity(open.len());
        for row in std::mem::take(open) {
            match refusal(&row, host, &known) {
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
        let own: Vec<_> = batches.iter().map(|(letter, id)| own_batch(batch, *id, letter, &known)).collect();
        let writes: Vec<_> = own.iter().map(|batch| self.store.put_batch(batch, now)).collect();
        stream::iter(writes).buffer_unordered(IN_FLIGHT).try_collect::<Vec<()>>().await?;
        Ok(Letters(batches))
    }

    async fn known(&self, open: &[Open], host: &InvitationTarget) -> Result<Known> {
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
            let found = self.store.mail_templates_of(host.company.id, templates.into_iter()).await?;
            found.into_iter().map(|stored| stored.id).collect()
        };
        let inviters: HashSet<_> = letters().filter_map(|letter| letter.on_behalf_of).collect();
        let inviters = if inviters.is_empty() {
            Vec::new()
        } else {
            self.store.profiles(&inviters.into_iter().collect::<Vec<_>>()).await?
        };
        let person = |profile: &Profile| profile.is_active() && profile.kind == ProfileKind::Person;
        let ours = inviters.into_iter().filter(|found| found.company == host.company.id && person(found));
        let inviters = ours.map(|profile| (profile.id, profile.full_name())).collect();
        Ok(Known { senders, templates, inviters })
    }

    /// The hashes of the rows' passwords, in order.
    pub(super) async fn hash_passwords(&self, rows: &[&Open]) -> Result<Vec<PasswordHash>> {
        let passwords = rows.iter().filter_map(|row| match &row.invitee.personal.access {
            Access::Password(password) => Some(self.hash_password(password.clone())),
            _ => None,
        });
        try_join_all(passwords).await
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

fn refusal(row: &Open, host: &InvitationTarget, known: &Known) -> Option<(Outcome, Reason)> {
    let personal = &row.invitee.personal;
    let letter = &personal.letter;
    if let Some(sender) = letter.sender.as_ref().and_then(|sender| sender.address.as_ref()) {
        match known.senders.get(sender).copied().flatten() {
            Some(true) => {}
            Some(false) => return Some(invalid("unknown_sender", "Mail can't be sent from this address.")),
            None => {
                let reason = Reason::new("not_written", "This row wasn't written. Send it again.");
                return Some((Outcome::Failed, reason));
            }
        }
    }
    if letter.template.is_some_and(|id| !known.templates.contains(&id)) {
        return Some(invalid("unknown_template", "There is no such mail template."));
    }
    if letter.on_behalf_of.is_some_and(|id| !known.inviters.contains_key(&id)) {
        return Some(invalid("unknown_inviter", "There is no such inviter."));
    }
    let workspace = match host.of {
        Scope::Workspace(id) => Some(id),
        Scope::Company(_) => None,
    };
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

fn own_batch(batch: &Batch, id: BatchId, letter: &LetterOptions, known: &Known) -> Batch {
    let named = letter.on_behalf_of.and_then(|inviter| known.inviters.get(&inviter));
    Batch {
        id,
        inviter_name: named.cloned().unwrap_or_else(|| batch.inviter_name.clone()),
        sender: letter.sender.clone(),
        template: letter.template,
        registered: letter.registered,
        ..batch.clone()
    }
}
