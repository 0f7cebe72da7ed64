//! The mail domains of a workspace that a request names by its short id.

use crate::{
    Result, Usher,
    domain::{DomainRule, MailDomain, Role, ShortId, Workspace},
    operations::{Caller, NewDomainRule},
};

impl Usher {
    /// The company's mail domains, oldest first, each with its workspace: all of them, or those of one workspace.
    ///
    /// # Errors
    /// As [`Usher::list_domains`]; [`crate::Error::NotFound`] if there is no such workspace.
    pub async fn list_domains_of(
        &self,
        caller: &Caller,
        workspace: Option<&ShortId>,
    ) -> Result<Vec<(Workspace, DomainRule)>> {
        let mut domains = self.list_domains(caller).await?;
        if let Some(id) = workspace {
            let id = self.workspace_of_short_id(caller, id).await?.id;
            domains.retain(|(workspace, _)| workspace.id == id);
        }
        Ok(domains)
    }

    /// As [`Usher::add_domain`], to a workspace with this short id.
    ///
    /// # Errors
    /// As [`Usher::add_domain`]; [`crate::Error::NotFound`] if there is no such workspace.
    pub async fn add_domain_to(
        &self,
        caller: &Caller,
        workspace: &ShortId,
        domain: MailDomain,
        role: Role,
    ) -> Result<(Workspace, DomainRule)> {
        let workspace = self.workspace_of_short_id(caller, workspace).await?;
        let added = self.add_domain(caller, NewDomainRule { workspace: workspace.id, domain, role }).await?;
        Ok((workspace, added))
    }
}
