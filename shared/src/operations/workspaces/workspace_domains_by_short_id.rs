//! The mail domains of a workspace that a request names by the workspace's short id.

use crate::{
    Result, Usher,
    domain::{DomainRule, MailDomain, Role, ShortId, Workspace},
    operations::{Caller, NewDomainRule},
};

impl Usher {
    /// The company's mail domains, oldest first, each with its workspace. The list of mail domains has all mail domains
    /// of the company, or only the mail domains of one workspace.
    ///
    /// # Errors
    /// The errors of [`Usher::list_domains`]; [`crate::Error::NotFound`] if the company has no workspace with this
    /// short id.
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

    /// Adds a mail domain, as [`Usher::add_domain`] does, to the workspace with the given short id.
    ///
    /// # Errors
    /// The errors of [`Usher::add_domain`]; [`crate::Error::NotFound`] if the company has no workspace with this short
    /// id.
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
