//! Adding, changing and listing the rules by which people of a mail domain join a workspace.

use futures::future::try_join;

use crate::{
    Error, Missing, Result, Usher,
    domain::{Act, DomainRule, MailDomain, Permission, Role, ShortId, Workspace, WorkspaceId},
    operations::Caller,
};

/// A request to add a mail domain to a workspace.
#[derive(Debug)]
pub struct NewDomainRule {
    /// The workspace that people of the mail domain will join.
    pub workspace: WorkspaceId,
    /// The mail domain to add to the workspace.
    pub domain: MailDomain,
    /// The role that people of the mail domain get in the workspace.
    pub role: Role,
}

impl Usher {
    /// Adds a rule for a mail domain to a workspace of the caller's company. If the workspace already has a rule for
    /// the mail domain, the existing rule is returned unchanged.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Forbidden`] unless the caller administers the workspace.
    pub async fn add_domain(&self, caller: &Caller, new: NewDomainRule) -> Result<DomainRule> {
        let access = self.administered_workspace(caller, new.workspace).await?;
        may_grant(access.role, new.role)?;
        let now = self.now();
        let rule = DomainRule {
            id: ShortId::random(self.random()),
            domain: new.domain,
            workspace: new.workspace,
            company: access.workspace.company,
            role: new.role,
            added_by: access.profile.id,
            created_at: now,
            updated_at: now,
        };
        if self.store.add_domain_rule(&rule).await? {
            return Ok(rule);
        }
        let existing = self.store.domain_rule(&rule.domain, rule.workspace).await?;
        existing.ok_or_else(|| Error::internal("adding a domain rule: its random id is taken"))
    }

    /// Sets the role that people of a domain get from now on, and makes the caller responsible for the rule. People who
    /// joined the workspace before the change keep their roles.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Forbidden`] unless the caller administers the workspace of the rule.
    pub async fn change_domain(&self, caller: &Caller, id: &ShortId, role: Role) -> Result<(Workspace, DomainRule)> {
        let old = self.get_domain(caller, id).await?;
        let access = self.administered_workspace(caller, old.workspace).await?;
        may_grant(access.role, role)?;
        if old.role == role && old.added_by == access.profile.id {
            return Ok((access.workspace, old));
        }
        let changed =
            self.store.change_domain_role(&old, role, Act { actor: access.profile.id, at: self.now() }).await?;
        Ok((access.workspace, changed))
    }

    async fn get_domain(&self, caller: &Caller, id: &ShortId) -> Result<DomainRule> {
        let rule = self.store.domain_rule_of_id(caller.company, id).await?;
        rule.ok_or(Error::NotFound(Missing::Domain))
    }

    /// The domain rules of the company, oldest first, each with its workspace.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin.
    pub async fn list_domains(&self, caller: &Caller) -> Result<Vec<(Workspace, DomainRule)>> {
        let rules = self.store.company_domain_rules(caller.company);
        let (access, mut rules) = try_join(self.company_access(caller), rules).await?;
        access.require_admin()?;
        rules.sort_by(|one, other| {
            (one.created_at, one.domain.as_ref()).cmp(&(other.created_at, other.domain.as_ref()))
        });
        let mut ids: Vec<_> = rules.iter().map(|rule| rule.workspace).collect();
        ids.sort_unstable();
        ids.dedup();
        let workspaces = self.store.workspaces(&ids).await?;
        let workspace_of =
            |rule: &DomainRule| workspaces.iter().find(|workspace| workspace.id == rule.workspace).cloned();
        Ok(rules.into_iter().filter_map(|rule| Some((workspace_of(&rule)?, rule))).collect())
    }
}

/// Checks that a user with the role `own` in a workspace may let people join the workspace with the role `role`.
pub(super) fn may_grant(own: Role, role: Role) -> Result<()> {
    if own.may(Permission::Administer) && own.may_grant(role) {
        Ok(())
    } else {
        Err(Error::forbidden("forbidden", "This role is above your own."))
    }
}
