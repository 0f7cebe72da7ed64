//! Domains whose people join a workspace when they prove an address.

use futures::future::{join_all, try_join};
use jiff::SignedDuration;
use tokio::time::Instant;

use crate::{
    Error, Missing, Result, Usher,
    domain::{
        BatchId, DomainRule, EmailAddress, Entry, InviteOffer, InviteRefusal, InviteTerms, InviterRights, MailDomain,
        Permission, Profile, Role, Scope, ShortId, Workspace, WorkspaceId, person_id,
    },
    operations::{Caller, accounts::authenticate::role_in, invitations::invite_users::WritePlan},
    store::RateLimit,
};

/// Workspaces that somebody joins by their domain.
const MAX_JOINED: usize = 20;

/// After so many wrong one-time passwords for addresses of a domain, its people join nothing by it until the next window:
/// somebody may be guessing for an address that isn't theirs.
const MAX_WRONG_CODES: u32 = 100;
const WRONG_CODES_WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// A domain to be added to a workspace.
#[derive(Debug)]
pub struct NewDomain {
    /// Which workspace.
    pub workspace: WorkspaceId,
    /// Which domain.
    pub domain: MailDomain,
    /// The role its people get.
    pub role: Role,
}

impl Usher {
    /// Adds a domain to a workspace of the company. One that is there is answered as it is.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Forbidden`] unless the caller administers the workspace.
    pub async fn add_domain(&self, caller: &Caller, new: NewDomain) -> Result<DomainRule> {
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
        if self.store.add_domain_rule(&rule, self.random()).await? {
            return Ok(rule);
        }
        let there = self.store.domain_rule(&rule.domain, rule.workspace).await?;
        there.ok_or_else(|| Error::internal("domains: a new one's id was taken"))
    }

    /// Sets the role that people of a domain get from now on, by the caller's right; who joined before keeps theirs.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Forbidden`] unless the caller administers its workspace.
    pub async fn change_domain(&self, caller: &Caller, id: &ShortId, role: Role) -> Result<(Workspace, DomainRule)> {
        let there = self.get_domain(caller, id).await?;
        let access = self.administered_workspace(caller, there.workspace).await?;
        may_grant(access.role, role)?;
        if there.role == role && there.added_by == access.profile.id {
            return Ok((access.workspace, there));
        }
        let changed = self.store.change_domain_role(&there, role, access.profile.id, self.now(), self.random()).await?;
        Ok((access.workspace, changed))
    }

    async fn get_domain(&self, caller: &Caller, id: &ShortId) -> Result<DomainRule> {
        let rule = self.store.domain_rule_of_id(caller.company, id).await?;
        rule.ok_or(Error::NotFound(Missing::Domain))
    }

    /// The company's domains, oldest first, each with its workspace.
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
        let of = |rule: &DomainRule| workspaces.iter().find(|workspace| workspace.id == rule.workspace).cloned();
        Ok(rules.into_iter().filter_map(|rule| Some((of(&rule)?, rule))).collect())
    }

    /// Somebody who has just verified an address joins the workspaces of its domain, each in a transaction of its own.
    /// They have their own company whatever becomes of it, so a failure is told to the log only.
    pub(in crate::operations) async fn join_by_domain(&self, profile: &Profile) {
        // Nobody adds a public domain.
        let Ok(domain) = MailDomain::parse(profile.address.domain()) else { return };
        let joined = async {
            let rules = self.store.domain_rules(&domain, MAX_JOINED).await?;
            if rules.is_empty() {
                return Ok(());
            }
            if self.store.left(&wrong_codes(&domain), self.now()).await? == 0 {
                tracing::warn!("nothing was joined by domain: too many wrong codes for it");
                return Ok(());
            }
            let ids: Vec<_> = rules.iter().map(|rule| rule.workspace).collect();
            let workspaces = self.store.workspaces(&ids).await?;
            let joins = rules.iter().filter_map(|rule| {
                let workspace = workspaces.iter().find(|workspace| workspace.id == rule.workspace)?;
                Some(self.join_workspace(profile, rule, workspace))
            });
            join_all(joins).await;
            Result::Ok(())
        };
        if let Err(error) = joined.await {
            tracing::warn!(?error, "nothing was joined by domain");
        }
    }

    /// Counts a wrong one-time password for the address's domain.
    pub(in crate::operations) async fn note_wrong_code(&self, address: &EmailAddress) -> Result<()> {
        let Ok(domain) = MailDomain::parse(address.domain()) else { return Ok(()) };
        self.store.reserve(&wrong_codes(&domain), 1, self.now()).await.map(|_| ())
    }

    /// Whether whoever stands for the rule may still let people in as what it says.
    async fn stands(&self, rule: &DomainRule) -> Result<bool> {
        let records = self.store.caller_records(rule.added_by, rule.company, Some(rule.workspace)).await?;
        let active = records.profile.as_ref().is_some_and(Profile::is_active);
        Ok(active && role_in(&records, true).is_some_and(|own| may_grant(own, rule.role).is_ok()))
    }

    /// A pending invitation ends in the membership, unless it is to a higher role: then it goes on waiting.
    async fn join_workspace(&self, profile: &Profile, rule: &DomainRule, workspace: &Workspace) {
        let workspace_id = workspace.id;
        match self.stands(rule).await {
            Ok(true) => {}
            Ok(false) => {
                tracing::info!(%workspace_id, "a rule for a domain has nobody who stands for it");
                return;
            }
            Err(error) => {
                tracing::warn!(?error, %workspace_id, "a workspace wasn't joined by domain");
                return;
            }
        }
        let now = self.now();
        let terms = InviteTerms {
            rights: InviterRights { user: rule.added_by, role: rule.role, confined_to: None },
            top_group: None,
            now,
            expires_at: now,
            cooldown: self.parameters.resend_cooldown,
        };
        let offer = InviteOffer {
            identifier: profile.identifier(),
            person_id: person_id(&workspace.salt, &profile.identifier()),
            user: profile.id,
            number: profile.number,
            role: rule.role,
            groups: Vec::new(),
            metadata: None,
            first_name: Some(profile.first_name.clone()),
            last_name: profile.last_name.clone(),
            exclusive: false,
            welcomed: false,
            entry: Entry::Colleague { mailed: false },
            batch: BatchId::random(self.random()),
        };
        let of = Scope::Workspace(workspace.id);
        let plan = WritePlan { scope: of, terms, begun: Instant::now(), run: None, with_records: false };
        let written = self.write_offer(offer, &plan).await;
        if matches!(written, Err(InviteRefusal::NotWritten | InviteRefusal::MaybeWritten)) {
            tracing::warn!(%workspace_id, "a workspace wasn't joined by domain");
        }
    }
}

fn wrong_codes(domain: &MailDomain) -> RateLimit<'_> {
    RateLimit { kind: "wrong-codes", subject: domain.as_ref(), window: WRONG_CODES_WINDOW, most: MAX_WRONG_CODES }
}

fn may_grant(own: Role, role: Role) -> Result<()> {
    if own.may(Permission::Administer) && own.may_grant(role) {
        Ok(())
    } else {
        Err(Error::forbidden("forbidden", "This role is above your own."))
    }
}
