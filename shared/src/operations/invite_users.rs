//! Bringing many people into a workspace with one request. Each row has its own result.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::{
    Error, Missing, Result, Usher,
    domain::{BatchId, EmailAddress, Message, Permission, PersonId, Role, Scope, UserId, WorkspaceId},
    store::{self, Batch, Brake, Draft, DraftKind, Drafted, Identity, Inviting, Numbers, ProfileKind, Workspace},
};

use super::{Caller, InWorkspace};

/// A workspace's first week, and what it may invite a day in it.
const FIRST_WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
const MOST_IN_FIRST_WEEK: u32 = 20_000;

/// Somebody to invite.
#[derive(Debug, Clone)]
pub struct Invitee {
    /// The address.
    pub address: EmailAddress,
    /// The role to give.
    pub role: Role,
}

/// An inviting request.
#[derive(Debug)]
pub struct InviteUsers {
    /// Into which workspace.
    pub workspace: WorkspaceId,
    /// The rows; one that couldn't be read says why.
    pub rows: Vec<std::result::Result<Invitee, String>>,
    /// What the inviter writes to all of them.
    pub message: Option<Message>,
    /// Whether the message is mailed only from a published workspace.
    pub only_if_published: bool,
}

/// What a row came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Invited; a mail is on its way.
    Invited,
    /// Was invited within the cooldown: role and message were brought up to date, and no other mail is sent.
    AlreadyInvited,
    /// A member now, without having to accept.
    Added,
    /// Was a member before.
    AlreadyMember,
    /// An earlier row of the request has the same address.
    Duplicate,
    /// The row can't be read, or such an address can't be invited.
    Invalid,
    /// Above what the inviter may give.
    Forbidden,
    /// The workspace has invited as many as it may today.
    Limited,
    /// Not written: to be sent again.
    Failed,
}

impl Outcome {
    /// Whether the person is invited or a member because of the request.
    pub fn succeeded(self) -> bool {
        matches!(self, Self::Invited | Self::AlreadyInvited | Self::Added)
    }
}

/// The result of a row.
#[derive(Debug, Clone)]
pub struct RowResult {
    /// What it came to.
    pub outcome: Outcome,
    /// The invitation's id, where there is one.
    pub invitation: Option<PersonId>,
    /// Why, in plain words.
    pub detail: Option<String>,
}

impl RowResult {
    fn refused(outcome: Outcome, detail: impl Into<String>) -> Self {
        Self { outcome, invitation: None, detail: Some(detail.into()) }
    }
}

/// The results, one for each row, in order.
#[derive(Debug)]
pub struct Invited {
    /// One for each row.
    pub results: Vec<RowResult>,
    /// When the workspace may invite again, if a row was limited.
    pub retry_after: Option<SignedDuration>,
}

impl Usher {
    /// Invites people into a workspace; colleagues and the company's service accounts become members at once.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Forbidden`] for a caller who may not; [`Error::Invalid`] for no rows or too
    /// many. Whatever is wrong with one row is in its result.
    pub async fn invite_users(&self, caller: &Caller, request: InviteUsers) -> Result<Invited> {
        let begun = Instant::now();
        self.admit_rows(request.rows.len())?;
        let access = self.in_workspace(caller, request.workspace).await?;
        access.require(Permission::Invite)?;

        let mut rows = Rows::judge(request.rows, &access);
        let addresses: Vec<_> = rows.open.iter().map(|(_, invitee)| &invitee.address).collect();
        let identities = self.store.identities(&addresses).await?;
        let mut drafts = self.drafts(&mut rows, identities, &access).await?;
        let now = self.now();
        let daily = self.daily(&access.workspace, now);
        let reserved = self.reserve(&mut rows, &mut drafts, &daily, now).await?;
        if !drafts.is_empty() {
            let told = !request.only_if_published || access.workspace.published;
            let batch = self.batch(&access, request.message.filter(|_| told)).await?;
            let inviting = Inviting {
                of: Scope::Workspace(access.workspace.id),
                inviter: access.profile.id,
                inviter_role: access.role,
                batch: batch.id,
                now,
                expires_at: now + self.parameters.invitation_ttl,
                cooldown: self.parameters.resend_cooldown,
                begun,
                random: self.random(),
            };
            self.store.put_batch(&batch, now).await?;
            let (indexes, drafts): (Vec<_>, Vec<_>) = drafts.into_iter().unzip();
            let outcomes = self.store.invite(&inviting, &drafts).await;
            self.give_back(reserved, &outcomes, &daily, now).await;
            for ((index, draft), outcome) in indexes.into_iter().zip(drafts).zip(outcomes) {
                rows.results[index] = Some(drafted(outcome, draft.person_id));
            }
        }
        let limited = rows.results.iter().flatten().any(|row| row.outcome == Outcome::Limited);
        let lost = || RowResult::refused(Outcome::Failed, "This row wasn't written. Send it again.");
        let results = rows.results.into_iter().map(|result| result.unwrap_or_else(lost)).collect();
        Ok(Invited { results, retry_after: limited.then(|| daily.left(now)) })
    }

    /// Whether a request may have so many rows. To be asked before they are read: what is refused costs nothing.
    ///
    /// # Errors
    /// [`Error::Invalid`] for none and for too many.
    pub fn admit_rows(&self, count: usize) -> Result<()> {
        let most = self.parameters.max_users_per_request;
        match count {
            0 => Err(Error::invalid("no_users", "At least one user is needed.")),
            count if count > most => {
                Err(Error::invalid("too_many_users", format!("At most {most} users can be named in one request.")))
            }
            _ => Ok(()),
        }
    }

    /// Reserves what the workspace may still invite today; the rows beyond it are limited. Answers how many.
    async fn reserve(
        &self,
        rows: &mut Rows,
        drafts: &mut Vec<(usize, Draft)>,
        daily: &Brake<'_>,
        now: Timestamp,
    ) -> Result<u32> {
        let wanted = u32::try_from(drafts.len()).unwrap_or(u32::MAX);
        let reserved = self.store.reserve(daily, wanted, now).await?;
        for (index, _) in drafts.split_off(drafts.len().min(reserved as usize)) {
            let detail = "The workspace has invited as many people as it may today.";
            rows.results[index] = Some(RowResult::refused(Outcome::Limited, detail));
        }
        Ok(reserved)
    }

    /// Only those count who were invited or added. If giving back fails the workspace may invite fewer today, which
    /// is no reason to fail what was written.
    async fn give_back(&self, reserved: u32, outcomes: &[Drafted], daily: &Brake<'_>, now: Timestamp) {
        let made = outcomes.iter().filter(|outcome| matches!(outcome, Drafted::Invited | Drafted::Added)).count();
        let unused = reserved.saturating_sub(u32::try_from(made).unwrap_or(u32::MAX));
        if unused > 0
            && let Err(error) = self.store.give_back(daily, unused, now).await
        {
            tracing::warn!(?error, unused, "a reservation wasn't given back");
        }
    }

    /// Fewer in a workspace's first week, and never fewer than one request may name.
    fn daily<'a>(&self, workspace: &'a Workspace, now: Timestamp) -> Brake<'a> {
        let most = self.parameters.invitations_per_workspace_per_day;
        let young = now.duration_since(workspace.created_at) < FIRST_WEEK;
        let most = if young { most.min(MOST_IN_FIRST_WEEK) } else { most };
        let most = most.max(u32::try_from(self.parameters.max_users_per_request).unwrap_or(u32::MAX));
        Brake { kind: "invitations", subject: &workspace.salt, window: SignedDuration::from_hours(24), most }
    }

    async fn batch(&self, access: &InWorkspace, message: Option<Message>) -> Result<Batch> {
        let company = self.store.company(access.workspace.company).await?.ok_or(Error::NotFound(Missing::Workspace))?;
        Ok(Batch {
            id: BatchId::random(self.random()),
            company: company.id,
            inviter_name: access.profile.full_name(),
            scope_name: access.workspace.name.to_string(),
            company_name: company.name.to_string(),
            message,
        })
    }

    /// What each open row should come to. Rows of service accounts that aren't the company's are refused here.
    async fn drafts(
        &self,
        rows: &mut Rows,
        identities: Vec<Option<Identity>>,
        access: &InWorkspace,
    ) -> Result<Vec<(usize, Draft)>> {
        let company = access.workspace.company;
        let is_colleague = |identity: &Option<Identity>| identity.as_ref().is_some_and(|one| one.company == company);
        let strangers = identities.iter().filter(|identity| !is_colleague(identity)).count();
        let mut number = match u32::try_from(strangers) {
            Ok(0) => 0,
            Ok(count) => self.store.take_numbers(Numbers { users: count, ..Numbers::default() }).await?.users,
            Err(_) => return Err(Error::internal("invite: more rows than numbers")),
        };
        let mut drafts = Vec::with_capacity(rows.open.len());
        for ((index, invitee), identity) in std::mem::take(&mut rows.open).into_iter().zip(identities) {
            let Invitee { address, role } = invitee;
            let person_id = store::person_id(&access.workspace.salt, &address);
            let colleague = is_colleague(&identity);
            let (user, own_number, kind) = match identity {
                Some(identity) if colleague => {
                    let told = identity.kind == ProfileKind::Person;
                    let Identity { user, number, first_name, last_name, .. } = identity;
                    (user, number, DraftKind::Add { told, first_name, last_name })
                }
                _ if address.is_service_account() => {
                    let detail = "This service account doesn't exist in the workspace's company.";
                    rows.results[index] = Some(RowResult::refused(Outcome::Invalid, detail));
                    continue;
                }
                _ => {
                    number += 1;
                    (UserId::random(self.random()), number - 1, DraftKind::Invite)
                }
            };
            drafts.push((index, Draft { address, role, person_id, user, number: own_number, kind }));
        }
        Ok(drafts)
    }
}

/// The request's rows: results where they are known, and what is still open.
struct Rows {
    results: Vec<Option<RowResult>>,
    open: Vec<(usize, Invitee)>,
}

impl Rows {
    /// Judges what can be judged without reading.
    fn judge(rows: Vec<std::result::Result<Invitee, String>>, access: &InWorkspace) -> Self {
        let mut seen = HashSet::with_capacity(rows.len());
        let mut judged = Self { results: Vec::with_capacity(rows.len()), open: Vec::with_capacity(rows.len()) };
        for (index, row) in rows.into_iter().enumerate() {
            let result = match row {
                Err(detail) => Some(RowResult::refused(Outcome::Invalid, detail)),
                Ok(invitee) if !seen.insert(invitee.address.clone()) => {
                    Some(RowResult::refused(Outcome::Duplicate, "An earlier row has the same address."))
                }
                Ok(invitee) if !access.role.may_grant(invitee.role) => {
                    Some(RowResult::refused(Outcome::Forbidden, "This role is above your own."))
                }
                Ok(invitee) => {
                    judged.open.push((index, invitee));
                    None
                }
            };
            judged.results.push(result);
        }
        judged
    }
}

fn drafted(drafted: Drafted, id: PersonId) -> RowResult {
    let (outcome, detail) = match drafted {
        Drafted::Invited => (Outcome::Invited, None),
        Drafted::Added => (Outcome::Added, None),
        Drafted::AlreadyInvited => (Outcome::AlreadyInvited, Some("Was invited a moment ago; no other mail is sent.")),
        Drafted::AlreadyMember => (Outcome::AlreadyMember, Some("This user already has access to the workspace.")),
        Drafted::Forbidden => (Outcome::Forbidden, Some("Is invited to a role above your own.")),
        Drafted::Failed => (Outcome::Failed, Some("This row wasn't written. Send it again.")),
    };
    let invitation = matches!(outcome, Outcome::Invited | Outcome::AlreadyInvited | Outcome::Added).then_some(id);
    RowResult { outcome, invitation, detail: detail.map(str::to_owned) }
}
