//! Bringing many people into a workspace, or into the company, with one request. Each row has its own result.

mod idempotent_requests;
mod invitation_target;
mod letters;
mod planned_rows;
mod request;
mod row_result;
mod rows;
mod write_decisions;
mod write_rows;

use tokio::time::Instant;

use crate::{
    Error, Internal, Result, Usher,
    domain::{BatchId, Identifier, InviteTerms, Lifetime, Outcome, Scope},
    operations::{
        Caller,
        invitations::invite_users::{
            rows::{Rows, count},
            write_rows::InvitePlan,
        },
    },
    store::IdempotentRun,
};

pub(in crate::operations) use crate::operations::invitations::invite_users::invitation_target::InvitationTarget;
pub use crate::operations::invitations::invite_users::request::{Access, InviteeOptions, LetterOptions};
pub use crate::operations::invitations::invite_users::request::{
    IdempotencyRequest, InviteRow, InviteTo, InviteUsers, Invited, RejectWhole, ResultDetail,
};
pub use crate::operations::invitations::invite_users::row_result::RowResult;
pub(in crate::operations) use crate::operations::invitations::invite_users::rows::unfit;
pub(in crate::operations) use crate::operations::invitations::invite_users::write_decisions::WritePlan;

/// Whose records are asked for, by row.
fn identifiers(request: &InviteUsers) -> Vec<Option<Identifier>> {
    let rows = request.rows.iter().filter(|_| request.tells == ResultDetail::Records);
    rows.map(|row| row.as_ref().ok().map(|invitee| invitee.identifier.clone())).collect()
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
        letters::admit_passwords(request.rows.iter().flatten())?;
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
