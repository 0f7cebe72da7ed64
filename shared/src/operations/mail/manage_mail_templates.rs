//! Adding, reading, replacing and removing a company's mail templates. Only company admins may manage mail templates.

use crate::{
    Error, Missing, Result, Usher,
    domain::{MailTemplate, StoredTemplate, TemplateId, Title},
    operations::Caller,
};

const NOT_FOUND: Error = Error::NotFound(Missing::MailTemplate);

/// A request to store a mail template.
#[derive(Debug)]
pub struct NewMailTemplate {
    /// The name of the mail template.
    pub name: Title,
    /// The content of the mail template.
    pub template: MailTemplate,
}

impl Usher {
    /// Adds a mail template to the caller's company.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin, [`Error::Conflict`] if the company has as many mail
    /// templates as allowed.
    pub async fn add_mail_template(&self, caller: &Caller, new: NewMailTemplate) -> Result<StoredTemplate> {
        self.company_access(caller).await?.require_admin()?;
        let NewMailTemplate { name, template } = new;
        let (id, now) = (TemplateId::random(self.random()), self.now());
        let stored = StoredTemplate { id, name, template, created_at: now, updated_at: now };
        if self.store.add_mail_template(caller.company, &stored, caller.user).await? {
            return Ok(stored);
        }
        let message =
            format!("A company has at most {} mail templates: remove one first.", StoredTemplate::MAX_PER_COMPANY);
        Err(Error::conflict("too_many_templates", message))
    }

    /// The mail templates of the caller's company, oldest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin.
    pub async fn list_mail_templates(&self, caller: &Caller) -> Result<Vec<StoredTemplate>> {
        self.company_access(caller).await?.require_admin()?;
        let mut templates = self.store.mail_templates(caller.company).await?;
        templates.sort_by_key(|stored| (stored.created_at, stored.id));
        Ok(templates)
    }

    /// The mail template with the id `id` of the caller's company.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin, [`Error::NotFound`] if the company has no template
    /// with this id.
    pub async fn get_mail_template(&self, caller: &Caller, id: TemplateId) -> Result<StoredTemplate> {
        self.company_access(caller).await?.require_admin()?;
        self.store.mail_template(caller.company, id).await?.ok_or(NOT_FOUND)
    }

    /// Replaces the content of a mail template. Mails that are sent after the replacement of a mail template use the
    /// new content.
    ///
    /// # Errors
    /// The errors of [`Usher::get_mail_template`].
    pub async fn replace_mail_template(
        &self,
        caller: &Caller,
        id: TemplateId,
        new: NewMailTemplate,
    ) -> Result<StoredTemplate> {
        let old = self.get_mail_template(caller, id).await?;
        let stored = StoredTemplate { name: new.name, template: new.template, updated_at: self.now(), ..old };
        if self.store.replace_mail_template(caller.company, &stored, caller.user).await? {
            Ok(stored)
        } else {
            Err(NOT_FOUND)
        }
    }

    /// Removes a mail template. Invitations that wait to be mailed with the removed template are mailed with the
    /// service's own letter instead.
    ///
    /// # Errors
    /// The errors of [`Usher::get_mail_template`].
    pub async fn remove_mail_template(&self, caller: &Caller, id: TemplateId) -> Result<()> {
        self.company_access(caller).await?.require_admin()?;
        let removed = self.store.remove_mail_template(caller.company, id, caller.user, self.now());
        if removed.await? { Ok(()) } else { Err(NOT_FOUND) }
    }
}
