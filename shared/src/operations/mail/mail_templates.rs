//! A company's own words for its invitations.

use crate::{
    Error, Missing, Result, Usher,
    domain::{MAX_TEMPLATES, MailTemplate, StoredTemplate, TemplateId, Title},
    operations::Caller,
};

const NONE: Error = Error::NotFound(Missing::MailTemplate);

/// A template to be stored.
#[derive(Debug)]
pub struct NewTemplate {
    /// What it is called.
    pub name: Title,
    /// What it says.
    pub template: MailTemplate,
}

impl Usher {
    /// Stores a template.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin, [`Error::Conflict`] if there are as many as there may be.
    pub async fn add_mail_template(&self, caller: &Caller, new: NewTemplate) -> Result<StoredTemplate> {
        self.company_access(caller).await?.require_admin()?;
        let NewTemplate { name, template } = new;
        let (id, now) = (TemplateId::random(self.random()), self.now());
        let stored = StoredTemplate { id, name, template, created_at: now, updated_at: now };
        if self.store.add_mail_template(caller.company, &stored, caller.user, self.random()).await? {
            return Ok(stored);
        }
        let message = format!("A company has at most {MAX_TEMPLATES} mail templates: remove one first.");
        Err(Error::conflict("too_many_templates", message))
    }

    /// The company's templates, oldest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin.
    pub async fn list_mail_templates(&self, caller: &Caller) -> Result<Vec<StoredTemplate>> {
        self.company_access(caller).await?.require_admin()?;
        let mut templates = self.store.mail_templates(caller.company).await?;
        templates.sort_by_key(|stored| (stored.created_at, stored.id));
        Ok(templates)
    }

    /// One of the company's templates.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin, [`Error::NotFound`] if there is none.
    pub async fn get_mail_template(&self, caller: &Caller, id: TemplateId) -> Result<StoredTemplate> {
        self.company_access(caller).await?.require_admin()?;
        self.store.mail_template(caller.company, id).await?.ok_or(NONE)
    }

    /// Replaces a template: what is mailed from now on is in its words.
    ///
    /// # Errors
    /// As [`Usher::get_mail_template`].
    pub async fn replace_mail_template(
        &self,
        caller: &Caller,
        id: TemplateId,
        new: NewTemplate,
    ) -> Result<StoredTemplate> {
        let there = self.get_mail_template(caller, id).await?;
        let stored = StoredTemplate { name: new.name, template: new.template, updated_at: self.now(), ..there };
        if self.store.replace_mail_template(caller.company, &stored, caller.user, self.random()).await? {
            Ok(stored)
        } else {
            Err(NONE)
        }
    }

    /// Removes a template. Invitations that were to be mailed in its words are mailed in ours.
    ///
    /// # Errors
    /// As [`Usher::get_mail_template`].
    pub async fn remove_mail_template(&self, caller: &Caller, id: TemplateId) -> Result<()> {
        self.company_access(caller).await?.require_admin()?;
        let removed = self.store.remove_mail_template(caller.company, id, caller.user, self.now(), self.random());
        if removed.await? { Ok(()) } else { Err(NONE) }
    }
}
