//! A company's mail templates.

use jiff::Timestamp;

use crate::{
    Error, Result,
    domain::{CompanyId, MAX_TEMPLATES, Random, Scope, StoredTemplate, TemplateId, UserId},
    store::{
        Store,
        audit::audit_log::{Entry, entry},
        condition::{absent, any, below},
        conditional_write::ConditionalWrite,
        keys,
        transact::Transacted,
    },
};

impl Store {
    /// A company's templates.
    pub async fn mail_templates(&self, company: CompanyId) -> Result<Vec<StoredTemplate>> {
        let (pk, _) = keys::company(company).into_parts();
        self.query(&pk, "MT#", usize::MAX).await
    }

    /// A company's template.
    pub async fn mail_template(&self, company: CompanyId, id: TemplateId) -> Result<Option<StoredTemplate>> {
        self.get(&keys::mail_template(company, id)).await
    }

    /// Those of these templates that the company has.
    pub async fn mail_templates_of(
        &self,
        company: CompanyId,
        ids: impl Iterator<Item = TemplateId>,
    ) -> Result<Vec<StoredTemplate>> {
        let keys: Vec<_> = ids.map(|id| keys::mail_template(company, id)).collect();
        let mut found = self.get_many(keys.clone()).await?;
        keys.iter().filter_map(|key| found.take(key).transpose()).collect()
    }

    /// Stores a new template. `false` if the company has as many as it may.
    pub async fn add_mail_template(
        &self,
        company: CompanyId,
        stored: &StoredTemplate,
        actor: UserId,
        random: &dyn Random,
    ) -> Result<bool> {
        let key = keys::mail_template(company, stored.id);
        let counted = ConditionalWrite::update(keys::company(company))
            .if_present()
            .expect(any([absent("templates"), below("templates", MAX_TEMPLATES)]))
            .add("templates", 1);
        let told = told(company, "mailTemplate.stored", actor, stored.updated_at, random);
        match self.transact(vec![ConditionalWrite::put(&key, stored).if_absent(), counted, told]).await? {
            Transacted::Done => Ok(true),
            // A new random id is there already only if the first reply was lost.
            refused if refused.refused(0).is_some() => Ok(true),
            Transacted::Refused(_) => Ok(false),
        }
    }

    /// Replaces a template. `false` if there is none.
    pub async fn replace_mail_template(
        &self,
        company: CompanyId,
        stored: &StoredTemplate,
        actor: UserId,
        random: &dyn Random,
    ) -> Result<bool> {
        let key = keys::mail_template(company, stored.id);
        let told = told(company, "mailTemplate.replaced", actor, stored.updated_at, random);
        let changes = vec![ConditionalWrite::put(&key, stored).if_present(), told];
        Ok(matches!(self.transact(changes).await?, Transacted::Done))
    }

    /// Removes a template. `false` if there is none.
    pub async fn remove_mail_template(
        &self,
        company: CompanyId,
        id: TemplateId,
        actor: UserId,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<bool> {
        let gone = ConditionalWrite::delete(keys::mail_template(company, id)).if_present();
        let counted = ConditionalWrite::update(keys::company(company)).if_present().add("templates", -1);
        let told = told(company, "mailTemplate.removed", actor, now, random);
        match self.transact(vec![gone, counted, told]).await? {
            Transacted::Done => Ok(true),
            refused if refused.refused(0).is_some() => Ok(false),
            Transacted::Refused(_) => Err(Error::internal("store: a template's company is gone")),
        }
    }
}

fn told(
    company: CompanyId,
    action: &'static str,
    actor: UserId,
    at: Timestamp,
    random: &dyn Random,
) -> ConditionalWrite {
    entry(Scope::Company(company), &Entry::new(at, actor, action), random)
}
