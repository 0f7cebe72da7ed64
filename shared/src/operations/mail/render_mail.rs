//! Rendering the mail to a person: the letter, its sender, and the tags that name the person's record.

use std::collections::BTreeSet;

use crate::{
    Result, Usher,
    domain::{Batch, MailedRecord, Person, StoredTemplate},
    mail::{AddedLetter, InvitationLetter, Letter, LetterRecipient, MembershipOffer, OutgoingMail, mail_tags},
    store::MailToPerson,
};

impl Usher {
    /// The mail templates that the batches `batches` use. A mail template that was deleted meanwhile is missing from
    /// the result.
    pub(super) async fn templates_of(&self, batches: &[Batch]) -> Result<Vec<StoredTemplate>> {
        let Some(batch) = batches.first() else { return Ok(Vec::new()) };
        let ids: BTreeSet<_> = batches.iter().filter_map(|batch| batch.template).collect();
        if ids.is_empty() { Ok(Vec::new()) } else { self.store.mail_templates_of(batch.company, ids.into_iter()).await }
    }

    /// Whether mails can contain links, because `APP_URL` is set. Without `APP_URL`, mails with links wait in the
    /// outbox, and waiting doesn't count as a failed attempt.
    pub(super) fn has_app_url(&self) -> bool {
        let is_set = !self.parameters.app_url.is_empty();
        if !is_set {
            tracing::error!("APP_URL is not set: mails with links wait until it is");
        }
        is_set
    }

    /// Renders the mail to a person. A mail with the hash of a link is an invitation. A mail without a hash says that
    /// the person was added as a member.
    pub(super) fn render_mail<'a>(
        &self,
        mail: &MailToPerson<'a>,
        batches: &'a [Batch],
        templates: &[StoredTemplate],
    ) -> OutgoingMail<'a> {
        let MailToPerson { key, person, hash, has_account, .. } = mail;
        let batch = batches.iter().find(|batch| batch.id == person.batch);
        let offer = MembershipOffer {
            scope_name: batch.map_or("", |batch| batch.scope_name.as_str()),
            company_name: batch.map_or("", |batch| batch.company_name.as_str()),
            actor: batch.map_or("", |batch| batch.inviter_name.as_str()),
            role: person.role.title(),
            message: batch.and_then(|batch| batch.message.as_ref()).map(AsRef::as_ref),
        };
        let (app_url, sign_in_url) = (self.parameters.app_url.as_str(), &self.parameters.sign_in_url());
        let letter = match hash {
            None => Letter::added(&AddedLetter { offer, sign_in_url }),
            Some(hash) => {
                // An invited person who has an account needs no link to the registration page.
                let page = if *has_account { "invitation" } else { "register" };
                let link_type = key.scope().map_or("", |scope| scope.link_type());
                let link = &format!("{app_url}/{page}?hash={}&type={link_type}", hash.reveal());
                let (expires_at, has_account) = (person.expires_at, *has_account);
                let invitation = InvitationLetter { offer, link, expires_at, has_account };
                invitation_letter(&invitation, person, batch, templates)
            }
        };
        let record = key.scope().map(|scope| MailedRecord {
            scope,
            identifier: person.identifier(),
            person_id: person.person_id.clone(),
            version: person.version,
        });
        let tags = record.as_ref().map(mail_tags).unwrap_or_default();
        OutgoingMail { to: &person.address, from: batch.and_then(|batch| batch.sender.as_ref()), letter, tags }
    }
}

/// The letter of an invitation. The letter comes from the company's mail template if the batch uses a mail template
/// that still exists. If the batch uses no existing mail template, the invitation is the service's own letter.
fn invitation_letter(
    invitation: &InvitationLetter<'_>,
    person: &Person,
    batch: Option<&Batch>,
    templates: &[StoredTemplate],
) -> Letter {
    let chosen = batch.and_then(|batch| batch.template);
    if let Some(stored) = templates.iter().find(|stored| Some(stored.id) == chosen) {
        let (email, name) = (person.address.as_typed(), person.full_name());
        let recipient = LetterRecipient { email, name: name.as_deref() };
        return Letter::from_template(&stored.template, invitation, &recipient);
    }
    let is_account_ready = batch.is_some_and(|batch| batch.registered) && !invitation.has_account;
    if is_account_ready { Letter::account_ready(invitation) } else { Letter::invitation(invitation) }
}
