//! What a caller may do in the caller's own company.

use crate::{
    Error, Result, Usher,
    domain::{Company, CompanyId, Permission, Profile, Role},
    operations::Caller,
};

/// A caller's profile, and the caller's role in the caller's company. Each request reads the caller's profile and role
/// consistently, so a changed role counts from the next request on.
#[derive(Debug)]
pub struct CompanyAccess {
    /// The caller's profile.
    pub profile: Profile,
    /// The caller's role in the company.
    pub role: Role,
}

impl CompanyAccess {
    /// Checks that the caller is a company admin.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if the caller is not a company admin.
    pub(in crate::operations) fn require_admin(&self) -> Result<()> {
        if self.role.may(Permission::Administer) {
            Ok(())
        } else {
            Err(Error::forbidden("company_admin_required", "Only an administrator of the company may do this."))
        }
    }
}

impl Usher {
    /// What the caller may do in the caller's own company.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if the caller's account is no longer active, or the caller's sessions were ended.
    pub async fn company_access(&self, caller: &Caller) -> Result<CompanyAccess> {
        let standing = self.store.caller_records(caller.user, caller.company, None).await?;
        let role = standing.company_role().unwrap_or(Role::Viewer);
        let profile = caller.require_active(standing.profile)?;
        Ok(CompanyAccess { profile, role })
    }

    /// The caller's company, for company admins only.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin.
    pub async fn own_company(&self, caller: &Caller) -> Result<Company> {
        self.company_access(caller).await?.require_admin()?;
        self.existing_company(caller.company).await
    }

    /// The company with the id `id`. The id comes from a stored record, so the company must exist.
    ///
    /// # Errors
    /// [`Error::Internal`] if the store has no company with this id.
    pub(in crate::operations) async fn existing_company(&self, id: CompanyId) -> Result<Company> {
        let company = self.store.company(id).await?;
        company.ok_or_else(|| Error::internal("reading a company: its record is missing"))
    }
}
