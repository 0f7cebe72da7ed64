//! Domain rules: people whose address belongs to a mail domain may join a workspace when they sign up.

use serde::{Deserialize, Serialize};

use crate::{
    Result,
    domain::{Act, CompanyId, DomainRule, MailDomain, Random, Role, Scope, ShortId, WorkspaceId},
    store::{
        Store,
        audit::audit_log::{AuditEntry, Subject, audit_write},
        conditional_write::ConditionalWrite,
        keys,
        transact::Transacted,
    },
};

/// The item that leads from the id of a domain rule to the rule.
#[derive(Serialize, Deserialize)]
struct DomainRulePointer {
    domain: MailDomain,
    workspace: WorkspaceId,
}

impl Store {
    /// Reads up to `limit` domain rules of a mail domain.
    pub async fn domain_rules(&self, domain: &MailDomain, limit: usize) -> Result<Vec<DomainRule>> {
        self.query(&keys::domain_partition(domain), "W#", limit).await
    }

    /// Reads the domain rule of a mail domain and a workspace.
    pub async fn domain_rule(&self, domain: &MailDomain, workspace: WorkspaceId) -> Result<Option<DomainRule>> {
        self.get(&keys::domain_rule(domain, workspace)).await
    }

    /// Reads a company's domain rule by the id of the rule.
    pub async fn domain_rule_of_id(&self, company: CompanyId, id: &ShortId) -> Result<Option<DomainRule>> {
        let Some(DomainRulePointer { domain, workspace }) = self.get(&keys::company_domain(company, id)).await? else {
            return Ok(None);
        };
        self.domain_rule(&domain, workspace).await
    }

    /// Reads all domain rules of a company.
    pub async fn company_domain_rules(&self, company: CompanyId) -> Result<Vec<DomainRule>> {
        let (pk, _) = keys::company(company).into_parts();
        let pointers: Vec<DomainRulePointer> = self.query(&pk, "D#", usize::MAX).await?;
        let keys: Vec<_> =
            pointers.iter().map(|pointer| keys::domain_rule(&pointer.domain, pointer.workspace)).collect();
        let mut found = self.get_many(keys.clone()).await?;
        keys.iter().filter_map(|key| found.take(key).transpose()).collect()
    }

    /// Adds a domain rule. Returns `false` if the workspace already has a domain rule for the mail domain.
    pub async fn add_domain_rule(&self, rule: &DomainRule) -> Result<bool> {
        let added = Act { actor: rule.added_by, at: rule.created_at };
        let pointer = DomainRulePointer { domain: rule.domain.clone(), workspace: rule.workspace };
        let writes = vec![
            ConditionalWrite::put(&keys::domain_rule(&rule.domain, rule.workspace), rule).if_absent(),
            ConditionalWrite::put(&keys::company_domain(rule.company, &rule.id), pointer).if_absent(),
            rule_audit(rule, rule_subject(rule, rule.role), added, "domain.added", self.random()),
        ];
        Ok(matches!(self.transact(writes).await?, Transacted::Done))
    }

    /// Sets the role of a domain rule, and makes the actor the person who answers for the rule. If several requests
    /// change the role of a domain rule at the same time, the last change stands.
    pub async fn change_domain_role(&self, rule: &DomainRule, new_role: Role, act: Act) -> Result<DomainRule> {
        let change = ConditionalWrite::update(keys::domain_rule(&rule.domain, rule.workspace));
        let change = change.if_present().set("role", new_role).set("added_by", act.actor);
        let change = change.set("updated_at", act.at.as_millisecond());
        let subject = rule_subject(rule, new_role).with("roleBefore", rule.role.name());
        self.transact(vec![change, rule_audit(rule, subject, act, "domain.changed", self.random())]).await?;
        Ok(DomainRule { role: new_role, added_by: act.actor, updated_at: act.at, ..rule.clone() })
    }
}

/// The domain rule as the subject of an audit entry that shows the role `shown_role`.
fn rule_subject(rule: &DomainRule, shown_role: Role) -> Subject {
    Subject::new(rule.domain.as_ref()).with("role", shown_role.name())
}

/// The write of the audit entry about a domain rule.
fn rule_audit(
    rule: &DomainRule,
    subject: Subject,
    act: Act,
    action: &'static str,
    random: &dyn Random,
) -> ConditionalWrite {
    audit_write(Scope::Workspace(rule.workspace), &AuditEntry::new(act.at, act.actor, action).about(subject), random)
}
