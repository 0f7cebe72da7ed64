//! Domains of mail whose people join a workspace when they sign up.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Result,
    domain::{CompanyId, DomainRule, MailDomain, Random, Role, Scope, ShortId, UserId, WorkspaceId},
    store::{
        Store,
        audit::audit_log::{Entry, Subject, entry},
        conditional_write::ConditionalWrite,
        keys,
        transact::Transacted,
    },
};

#[derive(Serialize, Deserialize)]
struct Pointer {
    domain: MailDomain,
    workspace: WorkspaceId,
}

impl Store {
    /// Up to `most` workspaces that people of a domain join.
    pub async fn domain_rules(&self, domain: &MailDomain, most: usize) -> Result<Vec<DomainRule>> {
        self.query(&keys::domain(domain), "W#", most).await
    }

    /// The rule of a domain and workspace.
    pub async fn domain_rule(&self, domain: &MailDomain, workspace: WorkspaceId) -> Result<Option<DomainRule>> {
        self.get(&keys::domain_rule(domain, workspace)).await
    }

    /// A company's rule by id.
    pub async fn domain_rule_of_id(&self, company: CompanyId, id: &ShortId) -> Result<Option<DomainRule>> {
        let Some(Pointer { domain, workspace }) = self.get(&keys::company_domain(company, id)).await? else {
            return Ok(None);
        };
        self.domain_rule(&domain, workspace).await
    }

    /// All rules of a company.
    pub async fn company_domain_rules(&self, company: CompanyId) -> Result<Vec<DomainRule>> {
        let (pk, _) = keys::company(company).into_parts();
        let pointers: Vec<Pointer> = self.query(&pk, "D#", usize::MAX).await?;
        let keys: Vec<_> = pointers.iter().map(|at| keys::domain_rule(&at.domain, at.workspace)).collect();
        let mut found = self.get_many(keys.clone()).await?;
        keys.iter().filter_map(|key| found.take(key).transpose()).collect()
    }

    /// Adds a rule. `false` if the workspace has one for the domain.
    pub async fn add_domain_rule(&self, rule: &DomainRule, random: &dyn Random) -> Result<bool> {
        let pointer = Pointer { domain: rule.domain.clone(), workspace: rule.workspace };
        let changes = vec![
            ConditionalWrite::put(&keys::domain_rule(&rule.domain, rule.workspace), rule).if_absent(),
            ConditionalWrite::put(&keys::company_domain(rule.company, &rule.id), pointer).if_absent(),
            told(rule, with_role(rule, rule.role), rule.added_by, "domain.added", rule.created_at, random),
        ];
        Ok(matches!(self.transact(changes).await?, Transacted::Done))
    }

    /// Sets a rule's role: the last who does it wins, and stands for it.
    pub async fn change_domain_role(
        &self,
        there: &DomainRule,
        role: Role,
        actor: UserId,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<DomainRule> {
        let change = ConditionalWrite::update(keys::domain_rule(&there.domain, there.workspace));
        let change = change.if_present().set("role", role).set("added_by", actor);
        let change = change.set("updated_at", now.as_millisecond());
        let subject = with_role(there, role).with("roleBefore", there.role.name());
        self.transact(vec![change, told(there, subject, actor, "domain.changed", now, random)]).await?;
        Ok(DomainRule { role, added_by: actor, updated_at: now, ..there.clone() })
    }
}

fn with_role(rule: &DomainRule, given: Role) -> Subject {
    Subject::new(rule.domain.as_ref()).with("role", given.name())
}

fn told(
    rule: &DomainRule,
    subject: Subject,
    actor: UserId,
    action: &'static str,
    at: Timestamp,
    random: &dyn Random,
) -> ConditionalWrite {
    entry(Scope::Workspace(rule.workspace), &Entry::new(at, actor, action).about(subject), random)
}
