//! Bringing many people into a workspace, or into the company, with one request. Each row has its own result.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::{
    Error, Internal, Public, Result, Usher,
    domain::{BatchId, Identifier, Message, Permission, PersonId, Role, Scope, UserId, WorkspaceId},
    store::{
        self, Batch, Brake, Company, Draft, DraftKind, Drafted, Identity, Inviting, Numbers, Profile, ProfileKind,
    },
};

use super::Caller;

/// A workspace's or company's first week, and what it may invite a day in it.
const FIRST_WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
const MOST_IN_FIRST_WEEK: u32 = 20_000;

/// Codes are unique in the deployment.
const CODE_TAKEN: &str = "This code belongs to somebody else.";

/// Somebody to invite.
#[derive(Debug, Clone)]
pub struct Invitee {
    /// Who it is.
    pub identifier: Identifier,
    /// The role to give.
    pub role: Role,
}

/// What a request invites to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InviteTo {
    /// A workspace.
    Workspace(WorkspaceId),
    /// The caller's whole company.
    Company,
}

/// An inviting request.
#[derive(Debug)]
pub struct InviteUsers {
    /// Into what.
    pub to: InviteTo,
    /// The rows; one that couldn't be read says why.
    pub rows: Vec<std::result::Result<Invitee, String>>,
    /// What the inviter writes to all of them.
    pub message: Option<Message>,
    /// Whether the message is mailed only from a published workspace.
    pub only_if_published: bool,
    /// Whether the first bad row refuses the whole request before anything is written. Whoever is invited or a member
    /// already isn't bad.
    pub all_or_nothing: bool,
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
    /// An earlier row of the request is about the same person.
    Duplicate,
    /// The row can't be read, or such an address can't be invited.
    Invalid,
    /// Above what the inviter may give.
    Forbidden,
    /// The workspace or company has invited as many as it may today.
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
    /// When the workspace or company may invite again, if a row was limited.
    pub retry_after: Option<SignedDuration>,
}

/// What is invited to, and what its inviter is there.
struct Host {
    of: Scope,
    name: String,
    salt: String,
    created_at: Timestamp,
    published: bool,
    company: Company,
    inviter: Profile,
    role: Role,
}

impl Usher {
    /// Invites people into a workspace or company. In a workspace colleagues and the company's service accounts become
    /// members at once; in their company they are members already.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Forbidden`] for a caller who may not; [`Error::Invalid`] for no rows or too
    /// many. Whatever is wrong with one row is in its result, unless the request is all or nothing: then it is
    /// [`Error::Invalid`] for a bad row and [`Error::TooMany`] for more than may be invited today, with nothing written,
    /// and [`Error::Unavailable`] for a row that wasn't written; sending it again is safe.
    pub async fn invite_users(&self, caller: &Caller, request: InviteUsers) -> Result<Invited> {
        let begun = Instant::now();
        self.admit_rows(request.rows.len())?;
        let host = self.host(caller, request.to).await?;

        let mut rows = Rows::judge(request.rows, host.role, request.all_or_nothing)?;
        let invited: Vec<_> = rows.open.iter().map(|(_, invitee)| &invitee.identifier).collect();
        let identities = self.store.identities(&invited).await?;
        let open = rows.judge_identities(identities, &host)?;
        let mut drafts = self.drafts(open, &host).await?;
        let now = self.now();
        let daily = self.daily(&host, now);
        let reserved = self.reserve(&mut rows, &mut drafts, &daily, now).await?;
        if !drafts.is_empty() {
            let told = !request.only_if_published || host.published;
            let batch = self.batch(&host, request.message.filter(|_| told));
            let inviting = Inviting {
                of: host.of,
                inviter: host.inviter.id,
                inviter_role: host.role,
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
        let came_to = |outcome| rows.results.iter().flatten().any(|row| row.outcome == outcome);
        if request.all_or_nothing && came_to(Outcome::Failed) {
            return Err(Error::Unavailable(Internal::new("invite: some rows weren't written")));
        }
        let limited = came_to(Outcome::Limited);
        let lost = || RowResult::refused(Outcome::Failed, "This row wasn't written. Send it again.");
        let results = rows.results.into_iter().map(|result| result.unwrap_or_else(lost)).collect();
        Ok(Invited { results, retry_after: limited.then(|| daily.left(now)) })
    }

    /// What is invited to, if the caller may. A company's own people are its admins' to invite.
    async fn host(&self, caller: &Caller, to: InviteTo) -> Result<Host> {
        let missing = || Error::internal("invite: the company is gone");
        match to {
            InviteTo::Company => {
                let access = self.in_company(caller).await?;
                access.require_admin()?;
                let company = self.store.company(caller.company).await?.ok_or_else(missing)?;
                Ok(Host {
                    of: Scope::Company(company.id),
                    name: company.name.to_string(),
                    salt: company.salt.clone(),
                    created_at: company.created_at,
                    published: true,
                    company,
                    inviter: access.profile,
                    role: access.role,
                })
            }
            InviteTo::Workspace(id) => {
                let access = self.in_workspace(caller, id).await?;
                access.require(Permission::Invite)?;
                let workspace = access.workspace;
                Ok(Host {
                    of: Scope::Workspace(id),
                    name: workspace.name.to_string(),
                    salt: workspace.salt,
                    created_at: workspace.created_at,
                    published: workspace.published,
                    company: self.store.company(workspace.company).await?.ok_or_else(missing)?,
                    inviter: access.profile,
                    role: access.role,
                })
            }
        }
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

    /// Reserves what may still be invited today; the rows beyond it are limited. Answers how many.
    async fn reserve(
        &self,
        rows: &mut Rows,
        drafts: &mut Vec<(usize, Draft)>,
        daily: &Brake<'_>,
        now: Timestamp,
    ) -> Result<u32> {
        let wanted = u32::try_from(drafts.len()).unwrap_or(u32::MAX);
        let reserved = self.store.reserve(daily, wanted, now).await?;
        let detail = "As many people were invited today as may be.";
        if rows.all_or_nothing && reserved < wanted {
            self.store.give_back(daily, reserved, now).await?;
            return Err(Error::TooMany { public: Public::new("limited", detail), retry_after: daily.left(now) });
        }
        for (index, _) in drafts.split_off(drafts.len().min(reserved as usize)) {
            rows.results[index] = Some(RowResult::refused(Outcome::Limited, detail));
        }
        Ok(reserved)
    }

    /// Only those count who were invited or added. If giving back fails fewer may be invited today, which is no reason to
    /// fail what was written.
    async fn give_back(&self, reserved: u32, outcomes: &[Drafted], daily: &Brake<'_>, now: Timestamp) {
        let made = outcomes.iter().filter(|outcome| matches!(outcome, Drafted::Invited | Drafted::Added)).count();
        let unused = reserved.saturating_sub(u32::try_from(made).unwrap_or(u32::MAX));
        if unused > 0
            && let Err(error) = self.store.give_back(daily, unused, now).await
        {
            tracing::warn!(?error, unused, "a reservation wasn't given back");
        }
    }

    /// Fewer in the first week, and never fewer than one request may name.
    fn daily<'a>(&self, host: &'a Host, now: Timestamp) -> Brake<'a> {
        let most = self.parameters.invitations_per_workspace_per_day;
        let young = now.duration_since(host.created_at) < FIRST_WEEK;
        let most = if young { most.min(MOST_IN_FIRST_WEEK) } else { most };
        let most = most.max(u32::try_from(self.parameters.max_users_per_request).unwrap_or(u32::MAX));
        Brake { kind: "invitations", subject: &host.salt, window: SignedDuration::from_hours(24), most }
    }

    fn batch(&self, host: &Host, message: Option<Message>) -> Batch {
        Batch {
            id: BatchId::random(self.random()),
            company: host.company.id,
            inviter_name: host.inviter.full_name(),
            scope_name: host.name.clone(),
            company_name: host.company.name.to_string(),
            message,
        }
    }

    /// What each open row should come to: a colleague becomes a member, anybody else is invited.
    async fn drafts(&self, open: Vec<Open>, host: &Host) -> Result<Vec<(usize, Draft)>> {
        let strangers = open.iter().filter(|row| row.colleague.is_none()).count();
        let mut number = match u32::try_from(strangers) {
            Ok(0) => 0,
            Ok(count) => self.store.take_numbers(Numbers { users: count, ..Numbers::default() }).await?.users,
            Err(_) => return Err(Error::internal("invite: more rows than numbers")),
        };
        let drafts = open.into_iter().map(|Open { index, invitee: Invitee { identifier, role }, colleague }| {
            let person_id = store::person_id(&host.salt, &identifier);
            let (user, own_number, kind) = if let Some(colleague) = colleague {
                let told = colleague.kind == ProfileKind::Person;
                let Identity { user, number, first_name, last_name, .. } = colleague;
                (user, number, DraftKind::Add { told, first_name, last_name })
            } else {
                number += 1;
                (UserId::random(self.random()), number - 1, DraftKind::Invite)
            };
            (index, Draft { identifier, role, person_id, user, number: own_number, kind })
        });
        Ok(drafts.collect())
    }
}

/// A row that is to be written, and the account of a colleague.
struct Open {
    index: usize,
    invitee: Invitee,
    colleague: Option<Identity>,
}

/// The request's rows: results where they are known, and what is still open.
struct Rows {
    results: Vec<Option<RowResult>>,
    open: Vec<(usize, Invitee)>,
    all_or_nothing: bool,
}

impl Rows {
    /// Judges what can be judged without reading.
    fn judge(rows: Vec<std::result::Result<Invitee, String>>, role: Role, all_or_nothing: bool) -> Result<Self> {
        let mut seen = HashSet::with_capacity(rows.len());
        let mut codes = HashSet::new();
        let mut judged = Self { results: vec![None; rows.len()], open: Vec::with_capacity(rows.len()), all_or_nothing };
        for (index, row) in rows.into_iter().enumerate() {
            match row {
                Err(detail) => judged.refuse(index, None, Outcome::Invalid, detail)?,
                Ok(Invitee { identifier, .. }) if !seen.insert(identifier.clone()) => {
                    let detail = "An earlier row has the same address.";
                    judged.refuse(index, Some(&identifier), Outcome::Duplicate, detail)?;
                }
                // Whoever is named first by a code has it.
                Ok(Invitee { identifier, .. }) if identifier.code.clone().is_some_and(|code| !codes.insert(code)) => {
                    judged.refuse(index, Some(&identifier), Outcome::Invalid, CODE_TAKEN)?;
                }
                Ok(Invitee { identifier, role: asked }) if !role.may_grant(asked) => {
                    judged.refuse(index, Some(&identifier), Outcome::Forbidden, "This role is above your own.")?;
                }
                Ok(invitee) => judged.open.push((index, invitee)),
            }
        }
        Ok(judged)
    }

    /// Judges the open rows by their accounts; what is left is to be written.
    fn judge_identities(&mut self, identities: Vec<Option<Identity>>, host: &Host) -> Result<Vec<Open>> {
        let mut open = Vec::with_capacity(self.open.len());
        for ((index, invitee), identity) in std::mem::take(&mut self.open).into_iter().zip(identities) {
            let colleague = identity.filter(|identity| identity.company == host.company.id);
            if colleague.is_some() && matches!(host.of, Scope::Company(_)) {
                let detail = "This user is in the company already.";
                self.results[index] = Some(RowResult::refused(Outcome::AlreadyMember, detail));
            } else if colleague.is_none() && invitee.identifier.address.is_service_account() {
                let detail = "This service account doesn't exist in the company.";
                self.refuse(index, Some(&invitee.identifier), Outcome::Invalid, detail)?;
            } else {
                open.push(Open { index, invitee, colleague });
            }
        }
        Ok(open)
    }

    /// A bad row. Of a request that is all or nothing it is the end, and the sentence names the address.
    fn refuse(
        &mut self,
        index: usize,
        identifier: Option<&Identifier>,
        outcome: Outcome,
        detail: impl Into<String>,
    ) -> Result<()> {
        let detail = detail.into();
        if self.all_or_nothing {
            let named = match identifier {
                Some(identifier) => format!("'{}': {detail}", identifier.address.as_typed()),
                None => detail,
            };
            return Err(Error::invalid("invalid_user", named));
        }
        self.results[index] = Some(RowResult::refused(outcome, detail));
        Ok(())
    }
}

fn drafted(drafted: Drafted, id: PersonId) -> RowResult {
    let (outcome, detail) = match drafted {
        Drafted::Invited => (Outcome::Invited, None),
        Drafted::Added => (Outcome::Added, None),
        Drafted::AlreadyInvited => (Outcome::AlreadyInvited, Some("Was invited a moment ago; no other mail is sent.")),
        Drafted::AlreadyMember => (Outcome::AlreadyMember, Some("This user already has access to the workspace.")),
        Drafted::Forbidden => (Outcome::Forbidden, Some("Is invited to a role above your own.")),
        Drafted::CodeTaken => (Outcome::Invalid, Some(CODE_TAKEN)),
        Drafted::Failed => (Outcome::Failed, Some("This row wasn't written. Send it again.")),
    };
    let invitation = matches!(outcome, Outcome::Invited | Outcome::AlreadyInvited | Outcome::Added).then_some(id);
    RowResult { outcome, invitation, detail: detail.map(str::to_owned) }
}
