//! The mail templates of companies.

use jiff::Timestamp;

use crate::{
    Error, Result,
    domain::{CompanyId, Random, Scope, StoredTemplate, TemplateId, UserId},
    store::{
        Store,
        audit::audit_log::{AuditEntry, audit_write},
        condition::{absent, any, below},
        conditional_write::ConditionalWrite,
        keys,
        transact::Transacted,
    },
};

impl Store {
    /// Reads the templates of a company.
    pub async fn mail_templates(&self, company: CompanyId) -> Result<Vec<StoredTemplate>> {
        let (pk, _) = keys::company(company).into_parts();
        self.query(&pk, "MT#", usize::MAX).await
    }

    /// Reads a template of a company.
    pub async fn mail_template(&self, company: CompanyId, id: TemplateId) -> Result<Option<StoredTemplate>> {
        self.get(&keys::mail_template(company, id)).await
    }

    /// Reads the company's mail templates with these ids. Templates that the company does not have are left out.
    pub async fn mail_templates_of(
        &self,
        company: CompanyId,
        ids: impl Iterator<Item = TemplateId>,
    ) -> Result<Vec<StoredTemplate>> {
        let keys: Vec<_> = ids.map(|id| keys::mail_template(company, id)).collect();
        let mut found = self.get_many(keys.clone()).await?;
        keys.iter().filter_map(|key| found.take(key).transpose()).collect()
    }

    /// Stores a new mail template of a company. Returns `false` if the company already has the largest allowed number
    /// of templates.
    pub async fn add_mail_template(&self, company: CompanyId, stored: &StoredTemplate, actor: UserId) -> Result<bool> {
        let key = keys::mail_template(company, stored.id);
        let template_count = ConditionalWrite::update(keys::company(company))
            .if_present()
            .expect(any([absent("templates"), below("templates", StoredTemplate::MAX_PER_COMPANY)]))
            .add("templates", 1);
        let audit = template_audit(company, "mailTemplate.stored", actor, stored.updated_at, self.random());
        match self.transact(vec![ConditionalWrite::put(&key, stored).if_absent(), template_count, audit]).await? {
            Transacted::Done => Ok(true),
            // The random id of the new mail template is unused. A template with this id exists only if an earlier
            // attempt to store the template succeeded and DynamoDB's reply was lost.
            result if result.refused(0).is_some() => Ok(true),
            Transacted::Refused(_) => Ok(false),
        }
    }

    /// Replaces a mail template of a company. Returns `false` if the template does not exist.
    pub async fn replace_mail_template(
        &self,
        company: CompanyId,
        stored: &StoredTemplate,
        actor: UserId,
    ) -> Result<bool> {
        let key = keys::mail_template(company, stored.id);
        let audit = template_audit(company, "mailTemplate.replaced", actor, stored.updated_at, self.random());
        let writes = vec![ConditionalWrite::put(&key, stored).if_present(), audit];
        Ok(matches!(self.transact(writes).await?, Transacted::Done))
    }

    /// Deletes a mail template of a company. Returns `false` if the template does not exist.
    pub async fn remove_mail_template(
        &self,
        company: CompanyId,
        id: TemplateId,
        actor: UserId,
        now: Timestamp,
    ) -> Result<bool> {
        let deletion = ConditionalWrite::delete(keys::mail_template(company, id)).if_present();
        let template_count = ConditionalWrite::update(keys::company(company)).if_present().add("templates", -1);
        let audit = template_audit(company, "mailTemplate.removed", actor, now, self.random());
        match self.transact(vec![deletion, template_count, audit]).await? {
            Transacted::Done => Ok(true),
            result if result.refused(0).is_some() => Ok(false),
            Transacted::Refused(_) => Err(Error::internal("store: the company of a template does not exist")),
        }
    }
}

/// The write of the audit entry of a change to a template.
fn template_audit(
    company: CompanyId,
    action: &'static str,
    actor: UserId,
    at: Timestamp,
    random: &dyn Random,
) -> ConditionalWrite {
    audit_write(Scope::Company(company), &AuditEntry::new(at, actor, action), random)
}
