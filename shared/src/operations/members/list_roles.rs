//! The roles there are.

use crate::{Result, Usher, domain::Role, operations::Caller};

impl Usher {
    /// The roles that somebody can have in a workspace, from the highest to the lowest. Any active user may ask.
    ///
    /// # Errors
    /// As [`Usher::company_access`].
    pub async fn list_roles(&self, caller: &Caller) -> Result<&'static [Role]> {
        self.company_access(caller).await?;
        Ok(&Role::ALL)
    }

    /// The roles that somebody can have in the company, likewise.
    ///
    /// # Errors
    /// [`Error::Forbidden`](crate::Error::Forbidden) unless the caller is a company admin.
    pub async fn list_company_roles(&self, caller: &Caller) -> Result<&'static [Role]> {
        self.company_access(caller).await?.require_admin()?;
        Ok(&Role::ALL)
    }
}
