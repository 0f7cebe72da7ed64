//! Companies, and the founding of a company by a verified sign-up.

use crate::{
    Result,
    domain::{Company, CompanyId, Identity, Membership, Person, Profile, Scope, SignUp},
    store::{
        Store,
        accounts::{profiles::claim_address, unverified::verified_account_writes},
        audit::audit_log::{AuditEntry, audit_write},
        conditional_write::ConditionalWrite,
        keys,
        transact::Transacted,
    },
};

/// A company that a verified sign-up founds.
#[derive(Debug)]
pub struct Founding<'a> {
    /// The sign-up that founds the company. After a sign-up has founded its company, the sign-up can't be used again.
    pub sign_up: &'a SignUp,
    /// The new company.
    pub company: &'a Company,
    /// The company's record of the founder.
    pub founder: &'a Person,
    /// The founder's account.
    pub profile: &'a Profile,
    /// The guest account at the founder's address, if there is one. Founding the company turns a guest account at the
    /// founder's address into the founder's account.
    pub guest: Option<&'a Identity>,
}

impl Store {
    /// Reads a company.
    pub async fn company(&self, id: CompanyId) -> Result<Option<Company>> {
        self.get(&keys::company(id)).await
    }

    /// Reads companies, in the order of `ids`. Companies that do not exist are left out.
    pub async fn companies(&self, ids: &[CompanyId]) -> Result<Vec<Company>> {
        let mut found = self.get_many(ids.iter().map(|id| keys::company(*id)).collect()).await?;
        ids.iter().filter_map(|id| found.take(&keys::company(*id)).transpose()).collect()
    }

    /// Creates a company with its first user, whose address is verified. Returns `false` if the sign-up was already
    /// used, or if the address got an account after the sign-up read the accounts of the address. An account with a
    /// temporary password counts as an account of the address too.
    pub async fn found_company(&self, founding: &Founding<'_>) -> Result<bool> {
        let Founding { sign_up, company, founder, profile, guest } = *founding;
        let scope = Scope::Company(company.id);
        let audit_entry = AuditEntry::new(company.created_at, profile.id, "company.founded");
        let mut writes = vec![
            ConditionalWrite::delete(keys::sign_up(&sign_up.address, sign_up.id)).if_present(),
            claim_address(profile),
            ConditionalWrite::put(&keys::company(company.id), company).if_absent(),
            ConditionalWrite::put(&keys::person(scope, &founder.identifier()), founder),
            ConditionalWrite::put(&keys::membership(profile.id, scope), Membership::new(founder.role, scope)),
            audit_write(scope, &audit_entry, self.random()),
        ];
        writes.extend(verified_account_writes(profile, guest, company.created_at));
        Ok(matches!(self.transact(writes).await?, Transacted::Done))
    }
}
