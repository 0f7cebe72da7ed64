//! Service accounts: programs that call with a token of their own.

use jiff::Timestamp;

use crate::{
    Error, Internal, Result,
    domain::{
        CompanyId, Membership, OpaqueToken, Profile, ProfileStatus, Random, RecordStatus, Role, Scope, ServiceAccount,
        UserId,
    },
    store::{
        Store,
        accounts::profiles::claim_address,
        audit::audit_log::{Entry, Subject, entry},
        condition::equal,
        conditional_write::{ConditionalWrite, Written},
        keys,
        transact::Transacted,
    },
};

/// How often memberships whose roles changed meanwhile are read again.
const TRIES: u32 = 8;

impl Store {
    /// Whose a token of this digest is.
    pub async fn opaque_token(&self, digest: &str) -> Result<Option<OpaqueToken>> {
        self.get(&keys::token(digest)).await
    }

    /// A company's service accounts, by name.
    pub async fn service_accounts(&self, company: CompanyId) -> Result<Vec<ServiceAccount>> {
        let (pk, _) = keys::company(company).into_parts();
        self.query(&pk, "SA#", usize::MAX).await
    }

    /// A company's service account of this name.
    pub async fn service_account(&self, company: CompanyId, name: &str) -> Result<Option<ServiceAccount>> {
        self.get(&keys::service_account(company, name)).await
    }

    /// Writes a new service account. `false` if the company has one of that name.
    pub async fn create_service_account(
        &self,
        account: &ServiceAccount,
        profile: &Profile,
        actor: UserId,
        random: &dyn Random,
    ) -> Result<bool> {
        let company = profile.company;
        let of = Scope::Company(company);
        let role = if account.account_admin { Role::Admin } else { Role::Viewer };
        let changes = vec![
            ConditionalWrite::put(&keys::service_account(company, &account.name), account).if_absent(),
            claim_address(profile),
            ConditionalWrite::put(&keys::profile(account.id), profile).if_absent(),
            ConditionalWrite::put(&keys::membership(account.id, of), Membership::new(role, of)),
            ConditionalWrite::put(&keys::token(&account.token), OpaqueToken::of(account, company)),
            told(of, account, actor, "serviceAccount.created", account.created_at, random),
        ];
        match self.transact(changes).await? {
            Transacted::Done => Ok(true),
            // Its own write, of which only the reply was lost.
            Transacted::Refused(_) => Ok(self
                .service_account(company, &account.name)
                .await?
                .is_some_and(|there| there.token == account.token)),
        }
    }

    /// Replaces a service account's token; the old one is dead with the same write. `false` if it was replaced by
    /// somebody else meanwhile, or removed.
    pub async fn replace_token(
        &self,
        company: CompanyId,
        old: &ServiceAccount,
        new: &ServiceAccount,
        actor: UserId,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<bool> {
        let of = Scope::Company(company);
        let key = keys::service_account(company, &old.name);
        let changes = vec![
            ConditionalWrite::put(&key, new).expect(equal("token", &old.token)),
            ConditionalWrite::delete(keys::token(&old.token)),
            ConditionalWrite::put(&keys::token(&new.token), OpaqueToken::of(new, company)),
            told(of, new, actor, "serviceAccount.tokenReset", now, random),
        ];
        match self.transact(changes).await? {
            Transacted::Done => Ok(true),
            Transacted::Refused(_) => {
                Ok(self.service_account(company, &old.name).await?.is_some_and(|there| there.token == new.token))
            }
        }
    }

    /// Removes a service account. Its token and its rights are dead with the first write; then its memberships are
    /// ended, and last its name is free. Asking again after a failure goes on.
    pub async fn delete_service_account(
        &self,
        company: CompanyId,
        account: &ServiceAccount,
        actor: UserId,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<()> {
        let of = Scope::Company(company);
        let dead = ConditionalWrite::update(keys::profile(account.id))
            .expect(equal("status", ProfileStatus::Active))
            .set("status", ProfileStatus::Deleted);
        let changes = vec![
            dead,
            ConditionalWrite::delete(keys::token(&account.token)),
            ConditionalWrite::delete(keys::identity(&account.address.clone().into())),
            told(of, account, actor, "serviceAccount.deleted", now, random),
        ];
        // Refused: an earlier request came so far.
        self.transact(changes).await?;
        for tried in 0.. {
            let mut again = false;
            for membership in self.memberships(account.id).await? {
                let Some(workspace) = membership.workspace else { continue };
                let removed = Subject::new(account.address.canonical()).with("role", membership.role.name());
                let told = Entry::new(now, actor, "member.removed").about(removed);
                let told = entry(Scope::Workspace(workspace), &told, random);
                again |= !self.end_membership(account, membership.role, Scope::Workspace(workspace), now, told).await?;
            }
            if !again {
                break;
            }
            if tried == TRIES {
                return Err(Error::Unavailable(Internal::new("store: a service account's roles changed on and on")));
            }
        }
        let gone =
            ConditionalWrite::delete(keys::service_account(company, &account.name)).expect(equal("id", account.id));
        self.write(gone).await.map(|_: Written| ())
    }

    /// `false` if the role isn't that any more, by which it counts among the workspace's ADMINs or not.
    async fn end_membership(
        &self,
        account: &ServiceAccount,
        role: Role,
        of: Scope,
        now: Timestamp,
        told: ConditionalWrite,
    ) -> Result<bool> {
        let mut changes = vec![
            ConditionalWrite::update(keys::person(of, &account.address.clone().into()))
                .expect(equal("status", RecordStatus::Accepted))
                .expect(equal("user", account.id))
                .set("status", RecordStatus::Left)
                .set("updated_at", now.as_millisecond())
                .remove("groups")
                .add("revision", 1),
            ConditionalWrite::delete(keys::membership(account.id, of)).expect(equal("role", role)),
            told,
        ];
        if role == Role::Admin
            && let Scope::Workspace(id) = of
        {
            changes.push(ConditionalWrite::update(keys::workspace(id)).if_present().add("admins", -1));
        }
        let ended = self.transact(changes).await?;
        Ok(ended.refused(0).is_some() || ended.refused(1).is_none())
    }
}

fn told(
    of: Scope,
    account: &ServiceAccount,
    actor: UserId,
    action: &'static str,
    at: Timestamp,
    random: &dyn Random,
) -> ConditionalWrite {
    entry(of, &Entry::new(at, actor, action).about(Subject::new(account.name.clone())), random)
}
