//! Listing the roles that people can have in a workspace or company.

use crate::{Result, Usher, domain::Role, operations::Caller};

impl Usher {
    /// The roles that a member of a workspace can have, from the highest to the lowest. Every active user may list the
    /// roles of a workspace.
    ///
    /// # Errors
    /// The errors of [`Usher::company_access`].
    pub async fn list_roles(&self, caller: &Caller) -> Result<&'static [Role]> {
        self.company_access(caller).await?;
        Ok(&Role::ALL)
    }

    /// The roles that a user of the company can have, from the highest to the lowest. Only company admins may list the
    /// roles of a company.
    ///
    /// # Errors
    /// [`Error::Forbidden`](crate::Error::Forbidden) unless the caller is a company admin.
    pub async fn list_company_roles(&self, caller: &Caller) -> Result<&'static [Role]> {
        self.company_access(caller).await?.require_admin()?;
        Ok(&Role::ALL)
    }
}
