//! Joining workspaces by the mail domain of a newly verified address.

use futures::future::join_all;
use jiff::SignedDuration;
use tokio::time::Instant;

use crate::{
    Result, Usher,
    domain::{
        BatchId, DomainRule, EmailAddress, Entry, InviteOffer, InviteRefusal, InviteTerms, InviterRights, MailDomain,
        Profile, RateLimit, Scope, UserIds, Workspace, person_id,
    },
    operations::{invitations::invite_users::WritePlan, mail_domains::manage_domain_rules::may_grant},
};

/// The largest number of workspaces that a person joins by a mail domain.
const MAX_JOINED: usize = 20;

/// The largest number of wrong one-time passwords for the addresses of a domain within a window. After more wrong
/// one-time passwords, nobody joins a workspace by the domain until the next window, because an attacker may be
/// guessing the one-time password for an address of the domain.
const MAX_WRONG_CODES: u32 = 100;
const WRONG_CODES_WINDOW: SignedDuration = SignedDuration::from_hours(24);

impl Usher {
    /// Adds a person who has just verified an address to the workspaces that have a rule for the address's domain, each
    /// workspace in a transaction of its own. A failure to add the person to a workspace is only logged, because the
    /// sign-up is complete without these memberships.
    pub(in crate::operations) async fn join_by_domain(&self, profile: &Profile) {
        // No domain rule exists for the domain of a public mail provider.
        let Ok(domain) = MailDomain::parse(profile.address.domain()) else { return };
        if let Err(error) = self.join_workspaces_of_domain(profile, &domain).await {
            tracing::warn!(?error, "a new user joined no workspace by the mail domain");
        }
    }

    async fn join_workspaces_of_domain(&self, profile: &Profile, domain: &MailDomain) -> Result<()> {
        let rules = self.store.domain_rules(domain, MAX_JOINED).await?;
        if rules.is_empty() {
            return Ok(());
        }
        if self.store.left(&wrong_codes(domain), self.now()).await? == 0 {
            tracing::warn!("a new user joined no workspace by the mail domain: too many wrong codes for the domain");
            return Ok(());
        }
        let ids: Vec<_> = rules.iter().map(|rule| rule.workspace).collect();
        let workspaces = self.store.workspaces(&ids).await?;
        let joins = rules.iter().filter_map(|rule| {
            let workspace = workspaces.iter().find(|workspace| workspace.id == rule.workspace)?;
            Some(self.join_by_rule(profile, rule, workspace))
        });
        join_all(joins).await;
        Ok(())
    }

    /// Counts a wrong one-time password for the mail domain of the address.
    pub(in crate::operations) async fn count_wrong_code(&self, address: &EmailAddress) -> Result<()> {
        let Ok(domain) = MailDomain::parse(address.domain()) else { return Ok(()) };
        self.store.reserve(&wrong_codes(&domain), 1, self.now()).await.map(|_| ())
    }

    /// Whether the user who is responsible for the domain rule may still grant the role of the rule.
    async fn may_rule_grant(&self, rule: &DomainRule) -> Result<bool> {
        let standing = self.store.caller_records(rule.added_by, rule.company, Some(rule.workspace)).await?;
        let own_role = standing.role_in_own_workspace().filter(|_| standing.is_active());
        Ok(own_role.is_some_and(|own| may_grant(own, rule.role).is_ok()))
    }

    /// Adds the person to the workspace of a domain rule. If the person has a pending invitation to the workspace,
    /// joining by the domain rule ends the invitation. An invitation to a higher role than the rule's role stays
    /// pending instead.
    async fn join_by_rule(&self, profile: &Profile, rule: &DomainRule, workspace: &Workspace) {
        let workspace_id = workspace.id;
        match self.may_rule_grant(rule).await {
            Ok(true) => {}
            Ok(false) => {
                tracing::info!(%workspace_id, "a domain rule has no effect: its user may not grant the role any more");
                return;
            }
            Err(error) => {
                tracing::warn!(?error, %workspace_id, "a new user did not join a workspace by the mail domain");
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
        let identifier = profile.identifier();
        let id = person_id(&workspace.salt, &identifier);
        let ids = UserIds { id: profile.id, number: profile.number };
        let offer = InviteOffer {
            first_name: Some(profile.first_name.clone()),
            last_name: profile.last_name.clone(),
            entry: Entry::Colleague { mailed: false },
            ..InviteOffer::new(identifier, id, ids, rule.role, BatchId::random(self.random()))
        };
        let scope = Scope::Workspace(workspace.id);
        let plan = WritePlan { scope, terms, begun: Instant::now(), run: None, with_records: false };
        let written = self.write_offer(offer, &plan).await;
        if matches!(written, Err(InviteRefusal::NotWritten | InviteRefusal::MaybeWritten)) {
            tracing::warn!(%workspace_id, "a new user did not join a workspace by the mail domain");
        }
    }
}

fn wrong_codes(domain: &MailDomain) -> RateLimit<'_> {
    RateLimit { kind: "wrong-codes", subject: domain.as_ref(), window: WRONG_CODES_WINDOW, most: MAX_WRONG_CODES }
}
