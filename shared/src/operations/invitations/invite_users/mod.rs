//! Bringing many people into a workspace, or into the company, with one request. Each row has its own result.

mod idempotent_requests;
mod invitation_target;
mod invitee_options;
mod planned_rows;
mod rows;
mod write_decisions;
mod write_rows;

use jiff::SignedDuration;
use tokio::time::Instant;

use crate::{
    Error, Internal, Result, Usher,
    domain::{
        BatchId, GroupId, IdempotencyKey, Identifier, InviteTerms, Lifetime, Message, Metadata, Outcome, PersonName,
        Reason, Role, Scope, WorkspaceId,
    },
    operations::{
        Caller,
        invitations::invite_users::{
            rows::Rows,
            write_rows::{InvitePlan, count},
        },
    },
    store::IdempotentRun,
};

pub(in crate::operations) use crate::operations::invitations::invite_users::invitation_target::InvitationTarget;
pub use crate::operations::invitations::invite_users::invitee_options::{Access, InviteeOptions, LetterOptions};
pub use crate::operations::invitations::invite_users::rows::RowResult;
pub(in crate::operations) use crate::operations::invitations::invite_users::rows::unfit;
pub(in crate::operations) use crate::operations::invitations::invite_users::write_decisions::WritePlan;

/// Somebody to invite.
#[derive(Debug, Clone)]
pub struct InviteRow {
    /// Who it is.
    pub identifier: Identifier,
    /// The role to give.
    pub role: Role,
    /// What the inviter's program keeps with the invitation. None leaves what was kept before.
    pub metadata: Option<Metadata>,
    /// The workspace's groups that they come into, besides those they are in. Whoever is in no other is in the topmost one.
    pub groups: Vec<GroupId>,
    /// Their first name, or their whole one, until they say so themselves.
    pub name: Option<PersonName>,
    /// Their last name, if it is apart.
    pub last_name: Option<PersonName>,
    /// What else is special about them.
    pub personal: InviteeOptions,
}

impl InviteRow {
    /// Somebody of whom no more is said.
    pub fn new(identifier: impl Into<Identifier>, role: Role) -> Self {
        Self {
            identifier: identifier.into(),
            role,
            metadata: None,
            groups: Vec::new(),
            name: None,
            last_name: None,
            personal: InviteeOptions::default(),
        }
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

/// What the results of a request say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultDetail {
    /// What became of each row.
    Outcomes,
    /// That, and the record of whoever is invited or a member then.
    Records,
}

/// What refuses a request as a whole, before anything is written. Whoever is invited or a member already never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectWhole {
    /// Each row is for itself.
    Nothing,
    /// A bad row. An address that isn't mailed is no mistake of the request.
    Mistakes,
    /// A bad row, or an address that isn't mailed.
    AnyRow,
}

/// An inviting request.
#[derive(Debug)]
pub struct InviteUsers {
    /// Into what.
    pub to: InviteTo,
    /// The rows; one that couldn't be read says why.
    pub rows: Vec<std::result::Result<InviteRow, Reason>>,
    /// What the inviter writes to all of them.
    pub message: Option<Message>,
    /// How long the invitations live, if it isn't as long as the deployment's.
    pub lifetime: Option<Lifetime>,
    /// Whether the message is mailed only from a published workspace.
    pub only_if_published: bool,
    /// What refuses the whole request.
    pub refused_by: RejectWhole,
    /// Whether nothing is to be written or mailed: the answer is the same.
    pub validate_only: bool,
    /// What the results say.
    pub tells: ResultDetail,
    /// The name by which the request is known again, if it has one.
    pub name: Option<IdempotencyRequest>,
}

/// The name that a client gave a request.
#[derive(Debug)]
pub struct IdempotencyRequest {
    /// The name. It is the caller's own, and the workspace's.
    pub key: IdempotencyKey,
    /// A digest of all that was sent: the same name for something else is an error.
    pub body: String,
    /// By which support finds the request.
    pub trace_id: String,
}

impl InviteUsers {
    /// A request that asks for no more than inviting these.
    pub fn new(to: InviteTo, rows: Vec<std::result::Result<InviteRow, Reason>>) -> Self {
        Self {
            to,
            rows,
            message: None,
            lifetime: None,
            only_if_published: false,
            refused_by: RejectWhole::Nothing,
            validate_only: false,
            tells: ResultDetail::Outcomes,
            name: None,
        }
    }
}

/// Whose records are asked for, by row.
fn identifiers(request: &InviteUsers) -> Vec<Option<Identifier>> {
    let rows = request.rows.iter().filter(|_| request.tells == ResultDetail::Records);
    rows.map(|row| row.as_ref().ok().map(|invitee| invitee.identifier.clone())).collect()
}

/// The results, one for each row, in order.
#[derive(Debug)]
pub struct Invited {
    /// One for each row.
    pub results: Vec<RowResult>,
    /// When the workspace or company may invite again, if a row was limited.
    pub retry_after: Option<SignedDuration>,
    /// If this is the answer that a named request got before: by which support finds that request.
    pub answered_before: Option<String>,
}

impl Usher {
    /// Invites people into a workspace or company. In a workspace colleagues and the company's service accounts become
    /// members at once; in their company they are members already. A request with a name is run once, and again it gets the
    /// answer it got.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Forbidden`] for a caller who may not; [`Error::Invalid`] for no rows or too
    /// many. Whatever is wrong with one row is in its result, unless it refuses the whole request: then it is
    /// [`Error::Invalid`] for a bad row, [`Error::Suppressed`] for an address that isn't mailed and [`Error::TooMany`] for more
    /// than may be invited today, with nothing written, and [`Error::Unavailable`] for a row that wasn't written; sending it
    /// again is safe. [`Error::KeyInUse`] and
    /// [`Error::KeyReused`] of a name that stands for a request under way, or for another one.
    pub async fn invite_users(&self, caller: &Caller, mut request: InviteUsers) -> Result<Invited> {
        let begun = Instant::now();
        self.admit_rows(request.rows.len())?;
        invitee_options::admit_passwords(request.rows.iter().flatten())?;
        let named = request.rows.iter().flatten().flat_map(|invitee| &invitee.groups).copied();
        let host = self.host(caller, request.to, named.collect()).await?;
        match request.name.take().filter(|_| !request.validate_only) {
            Some(name) => self.invite_named(&host, request, name, begun).await,
            None => self.invite_rows(&host, request, begun, None).await,
        }
    }

    /// Judges and writes the rows. What a run reserved for its named request is given back when its answer is kept.
    async fn invite_rows(
        &self,
        host: &InvitationTarget,
        request: InviteUsers,
        begun: Instant,
        mut run: Option<&mut IdempotentRun>,
    ) -> Result<Invited> {
        let identifiers = identifiers(&request);
        let mut rows = Rows::check(request.rows, host.role, request.refused_by)?;
        if let Some(run) = &run {
            rows.restore_written(&run.written, host);
        }
        rows.check_groups(host)?;
        let addresses = self.store.known(&rows.identifiers()).await?;
        let mut valid = rows.check_addresses(addresses, host)?;
        let id = run.as_ref().map_or_else(|| BatchId::random(self.random()), |run| run.batch);
        let with_message = !request.only_if_published || host.published;
        let batch = host.batch(id, request.message.filter(|_| with_message));
        let letters = self.letters(&mut rows, &mut valid, host, &batch).await?;
        let now = self.now();
        let quota = self.daily(host, now);
        let slots = match &mut run {
            _ if valid.is_empty() || request.validate_only => 0,
            None => self.store.reserve(&quota, count(valid.len()), now).await?,
            Some(run) => self.reserve_once(run, &quota, count(valid.len()), now).await?,
        };
        let terms = InviteTerms {
            rights: host.rights(),
            top_group: host.top(),
            now,
            expires_at: now + request.lifetime.map_or(self.parameters.invitation_ttl, Lifetime::duration),
            cooldown: self.parameters.resend_cooldown,
        };
        let with_records = request.tells == ResultDetail::Records;
        let plan = InvitePlan {
            target: host,
            batch: &batch,
            letters: &letters,
            quota: &quota,
            write: WritePlan { of: host.of, terms, begun, run: run.as_deref(), with_records },
        };
        let done = if request.validate_only {
            self.predict_rows(&mut rows, valid, &plan).await
        } else {
            self.write_rows(&mut rows, valid, &plan, slots).await
        };
        if run.is_none() {
            self.give_back(&quota, slots.saturating_sub(rows.made()), now).await;
        }
        done?;
        if request.refused_by != RejectWhole::Nothing && rows.any(Outcome::Failed) {
            return Err(Error::Unavailable(Internal::new("invite: some rows weren't written")));
        }
        let retry_after = rows.any(Outcome::Limited).then(|| quota.left(now));
        let mut results = rows.into_results();
        self.read_records(host.of, &identifiers, &mut results).await?;
        Ok(Invited { results, retry_after, answered_before: None })
    }

    /// Reads the records of these people that aren't known from writing them.
    async fn read_records(&self, of: Scope, named: &[Option<Identifier>], results: &mut [RowResult]) -> Result<()> {
        let unknown = named.iter().zip(results).filter(|(_, result)| result.is_there() && result.record.is_none());
        let (whom, results): (Vec<_>, Vec<_>) =
            unknown.filter_map(|(identifier, result)| Some((identifier.as_ref()?, result))).unzip();
        let people = self.store.people_by_identifier(of, &whom).await?;
        for (result, person) in results.into_iter().zip(people) {
            result.record = person.map(Box::new);
        }
        Ok(())
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
