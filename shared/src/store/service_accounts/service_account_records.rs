//! Service accounts: accounts of programs, which call the service with an opaque token.

use crate::{
    Result,
    domain::{
        Act, CompanyId, DeletedAccountLeaves, Membership, OpaqueToken, Profile, ProfileStatus, Random, RecordStatus,
        Role, Scope, ServiceAccount, UserId, WorkspaceId,
    },
    store::{
        Store,
        accounts::profiles::claim_address,
        audit::audit_log::{AuditEntry, Subject, audit_write},
        condition::equal,
        conditional_write::{ConditionalWrite, Written},
        keys,
        transact::Transacted,
    },
};

impl Store {
    /// Reads which service account owns the token with the given digest.
    pub async fn opaque_token(&self, digest: &str) -> Result<Option<OpaqueToken>> {
        self.get(&keys::token(digest)).await
    }

    /// Reads the service accounts of a company, ordered by name.
    pub async fn service_accounts(&self, company: CompanyId) -> Result<Vec<ServiceAccount>> {
        let (pk, _) = keys::company(company).into_parts();
        self.query(&pk, "SA#", usize::MAX).await
    }

    /// Reads a company's service account by name.
    pub async fn service_account(&self, company: CompanyId, name: &str) -> Result<Option<ServiceAccount>> {
        self.get(&keys::service_account(company, name)).await
    }

    /// Writes a new service account. `false` if the company already has a service account of this name.
    pub async fn create_service_account(
        &self,
        account: &ServiceAccount,
        profile: &Profile,
        actor: UserId,
    ) -> Result<bool> {
        let company = profile.company;
        let scope = Scope::Company(company);
        let role = if account.account_admin { Role::Admin } else { Role::Viewer };
        let writes = vec![
            ConditionalWrite::put(&keys::service_account(company, &account.name), account).if_absent(),
            claim_address(profile),
            ConditionalWrite::put(&keys::profile(account.id), profile).if_absent(),
            ConditionalWrite::put(&keys::membership(account.id, scope), Membership::new(role, scope)),
            ConditionalWrite::put(&keys::token(&account.token), OpaqueToken::of(account, company)),
            account_audit(
                scope,
                account,
                Act { actor, at: account.created_at },
                "serviceAccount.created",
                self.random(),
            ),
        ];
        match self.transact(writes).await? {
            Transacted::Done => Ok(true),
            // If the stored service account has the same token, an earlier attempt to create the account succeeded and
            // only DynamoDB's reply was lost.
            Transacted::Refused(_) => Ok(self
                .service_account(company, &account.name)
                .await?
                .is_some_and(|stored| stored.token == account.token)),
        }
    }

    /// Replaces the token of a service account. The transaction that stores the new token also invalidates the old
    /// token. Returns `false` if another request replaced the token after this request read the account, or if the
    /// account does not exist any more.
    pub async fn replace_token(
        &self,
        company: CompanyId,
        old: &ServiceAccount,
        new: &ServiceAccount,
        act: Act,
    ) -> Result<bool> {
        let scope = Scope::Company(company);
        let key = keys::service_account(company, &old.name);
        let writes = vec![
            ConditionalWrite::put(&key, new).expect(equal("token", &old.token)),
            ConditionalWrite::delete(keys::token(&old.token)),
            ConditionalWrite::put(&keys::token(&new.token), OpaqueToken::of(new, company)),
            account_audit(scope, new, act, "serviceAccount.tokenReset", self.random()),
        ];
        match self.transact(writes).await? {
            Transacted::Done => Ok(true),
            Transacted::Refused(_) => {
                Ok(self.service_account(company, &old.name).await?.is_some_and(|stored| stored.token == new.token))
            }
        }
    }

    /// Begins to delete a service account: one transaction invalidates the account's token and ends the account's
    /// rights. Beginning the deletion of a service account again changes nothing.
    pub async fn disable_service_account(&self, company: CompanyId, account: &ServiceAccount, act: Act) -> Result<()> {
        let scope = Scope::Company(company);
        let profile_deletion = ConditionalWrite::update(keys::profile(account.id))
            .expect(equal("status", ProfileStatus::Active))
            .set("status", ProfileStatus::Deleted);
        let writes = vec![
            profile_deletion,
            ConditionalWrite::delete(keys::token(&account.token)),
            ConditionalWrite::delete(keys::identity(&account.address.clone().into())),
            account_audit(scope, account, act, "serviceAccount.deleted", self.random()),
        ];
        // If DynamoDB refuses the transaction that begins the deletion, an earlier call has already made its writes.
        self.transact(writes).await.map(|_| ())
    }

    /// Finishes the deletion of a service account: the name of the account becomes free.
    pub async fn remove_service_account(&self, company: CompanyId, account: &ServiceAccount) -> Result<()> {
        let key = keys::service_account(company, &account.name);
        let deletion = ConditionalWrite::delete(key).expect(equal("id", account.id));
        self.write(deletion).await.map(|_: Written| ())
    }

    /// Writes the end of a membership of a deleted service account as a compare-and-swap on the role of the membership.
    /// Returns `false` if another request changed the role after the decision read the role. If the membership of the
    /// service account has ended already, nothing is written.
    pub async fn end_account_membership(
        &self,
        account: &ServiceAccount,
        workspace: WorkspaceId,
        leaves: DeletedAccountLeaves,
        act: Act,
    ) -> Result<bool> {
        let scope = Scope::Workspace(workspace);
        let removed = Subject::new(account.address.canonical()).with("role", leaves.role.name());
        let audit = AuditEntry::new(act.at, act.actor, "member.removed").about(removed);
        let mut writes = vec![
            ConditionalWrite::update(keys::person(scope, &account.address.clone().into()))
                .expect(equal("status", RecordStatus::Accepted))
                .expect(equal("user", account.id))
                .set("status", leaves.status)
                .set("updated_at", act.at.as_millisecond())
                .remove("groups")
                .add("revision", 1),
            ConditionalWrite::delete(keys::membership(account.id, scope)).expect(equal("role", leaves.role)),
            audit_write(scope, &audit, self.random()),
        ];
        if leaves.admin_change != 0 {
            let count = ConditionalWrite::update(keys::workspace(workspace)).if_present();
            writes.push(count.add("admins", leaves.admin_change));
        }
        let result = self.transact(writes).await?;
        Ok(result.refused(0).is_some() || result.refused(1).is_none())
    }
}

/// The write of the audit entry about a service account.
fn account_audit(
    scope: Scope,
    account: &ServiceAccount,
    act: Act,
    action: &'static str,
    random: &dyn Random,
) -> ConditionalWrite {
    audit_write(scope, &AuditEntry::new(act.at, act.actor, action).about(Subject::new(account.name.clone())), random)
}
