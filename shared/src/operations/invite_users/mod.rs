//! Bringing many people into a workspace, or into the company, with one request. Each row has its own result.

mod drafts;
mod host;
mod rows;

use jiff::SignedDuration;
use tokio::time::Instant;

use crate::{
    Error, Internal, Result, Usher,
    domain::{BatchId, GroupId, Identifier, Lifetime, Message, Metadata, Outcome, Reason, Role, WorkspaceId},
    store::Inviting,
};

use super::Caller;

use drafts::Writing;
use rows::Rows;

pub use rows::RowResult;

/// Somebody to invite.
#[derive(Debug, Clone)]
pub struct Invitee {
    /// Who it is.
    pub identifier: Identifier,
    /// The role to give.
    pub role: Role,
    /// What the inviter's program keeps with the invitation. None leaves what was kept before.
    pub metadata: Option<Metadata>,
    /// The workspace's groups that they come into, besides those they are in. Whoever is in no other is in the topmost one.
    pub groups: Vec<GroupId>,
}

impl Invitee {
    /// Somebody of whom no more is said.
    pub fn new(identifier: impl Into<Identifier>, role: Role) -> Self {
        Self { identifier: identifier.into(), role, metadata: None, groups: Vec::new() }
    }
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
    pub rows: Vec<std::result::Result<Invitee, Reason>>,
    /// What the inviter writes to all of them.
    pub message: Option<Message>,
    /// How long the invitations live, if it isn't as long as the deployment's.
    pub lifetime: Option<Lifetime>,
    /// Whether the message is mailed only from a published workspace.
    pub only_if_published: bool,
    /// Whether the first bad row refuses the whole request before anything is written. Whoever is invited or a member
    /// already isn't bad.
    pub all_or_nothing: bool,
}

impl InviteUsers {
    /// A request that asks for no more than inviting these.
    pub fn new(to: InviteTo, rows: Vec<std::result::Result<Invitee, Reason>>) -> Self {
        Self { to, rows, message: None, lifetime: None, only_if_published: false, all_or_nothing: false }
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
        let named = request.rows.iter().flatten().flat_map(|invitee| &invitee.groups).copied();
        let host = self.host(caller, request.to, named.collect()).await?;

        let mut rows = Rows::judge(request.rows, host.role, request.all_or_nothing)?;
        rows.judge_groups(&host)?;
        let known = self.store.known(&rows.identifiers()).await?;
        let open = rows.judge_known(known, &host)?;
        let now = self.now();
        let inviting = Inviting {
            of: host.of,
            inviter: host.inviter.id,
            inviter_role: host.role,
            batch: BatchId::random(self.random()),
            now,
            expires_at: now + request.lifetime.map_or(self.parameters.invitation_ttl, Lifetime::duration),
            cooldown: self.parameters.resend_cooldown,
            begun,
            random: self.random(),
        };
        let daily = self.daily(&host, now);
        if !open.is_empty() {
            let told = !request.only_if_published || host.published;
            let batch = host.batch(inviting.batch, request.message.filter(|_| told));
            let writing = Writing { host: &host, inviting: &inviting, batch: &batch, daily: &daily };
            self.write_rows(&mut rows, open, &writing).await?;
        }
        if request.all_or_nothing && rows.any(Outcome::Failed) {
            return Err(Error::Unavailable(Internal::new("invite: some rows weren't written")));
        }
        let limited = rows.any(Outcome::Limited);
        Ok(Invited { results: rows.into_results(), retry_after: limited.then(|| daily.left(now)) })
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
}
