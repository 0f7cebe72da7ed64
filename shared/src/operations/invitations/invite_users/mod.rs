//! Inviting many people to a workspace or company with one request. Each row of the request has its own result. The
//! file `mod.rs` has the order of the steps in which the request is processed; each other file of the folder
//! `invite_users` has one step.

mod idempotent_requests;
mod invitation_target;
mod letters;
mod planned_rows;
mod request;
mod row_result;
mod rows;
mod write_decisions;
mod write_rows;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::{
    Error, InternalContext, Result, Usher,
    domain::{BatchId, Identifier, InviteTerms, Lifetime, RowOutcome, Scope},
    operations::{
        Caller,
        invitations::invite_users::{
            rows::{Rows, ValidRow, count},
            write_rows::InvitePlan,
        },
        metrics,
    },
    store::IdempotentRun,
};

pub(in crate::operations) use crate::operations::invitations::invite_users::invitation_target::InvitationTarget;
pub use crate::operations::invitations::invite_users::request::{EntryMethod, InviteeOptions, LetterOptions};
pub use crate::operations::invitations::invite_users::request::{
    InviteResults, InviteRow, InviteTo, InviteUsers, RejectWhole, ResultDetail,
};
pub use crate::operations::invitations::invite_users::row_result::RowResult;
pub(in crate::operations) use crate::operations::invitations::invite_users::rows::refusal_of_address;
pub(in crate::operations) use crate::operations::invitations::invite_users::write_decisions::WritePlan;

/// The identity of each row whose record the response must contain.
fn identifiers(request: &InviteUsers) -> Vec<Option<Identifier>> {
    let rows = request.rows.iter().filter(|_| request.result_detail == ResultDetail::Records);
    rows.map(|row| row.as_ref().ok().map(|invitee| invitee.identifier.clone())).collect()
}

impl Usher {
    /// Invites people to a workspace or company. If the request invites to a workspace, colleagues (users of the
    /// inviter's company) and the company's service accounts become members at once. If the request invites to the
    /// company, colleagues and service accounts are members already. A request with an idempotency key runs once; a
    /// retry of the request gets the stored response.
    ///
    /// # Errors
    /// - [`Error::NotFound`] and [`Error::Forbidden`] for a caller who may not invite people.
    /// - [`Error::Invalid`] for a request with no rows or too many rows.
    /// - [`Error::KeyInUse`] if a request with the same idempotency key is running.
    /// - [`Error::KeyReused`] if another request was sent with the same idempotency key.
    ///
    /// A mistake in one row is in the row's result, unless the request asks for the rejection of the whole request. If
    /// the whole request is rejected, the errors are:
    /// - [`Error::Invalid`] for a row with a mistake, [`Error::Suppressed`] for an address that Usher doesn't mail, and
    ///   [`Error::TooMany`] if the daily quota doesn't cover the rows. If the whole request is rejected with one of
    ///   these errors, no row is written.
    /// - [`Error::Unavailable`] if a row was not written. The caller may send the request again safely.
    pub async fn invite_users(&self, caller: &Caller, mut request: InviteUsers) -> Result<InviteResults> {
        let begun = Instant::now();
        self.admit_rows(request.rows.len())?;
        letters::admit_passwords(request.rows.iter().flatten())?;
        let groups = request.rows.iter().flatten().flat_map(|invitee| &invitee.groups).copied().collect();
        let target = self.invitation_target(caller, request.to, groups).await?;
        match request.idempotency.take().filter(|_| !request.validate_only) {
            Some(idempotency) => self.invite_idempotently(&target, request, idempotency, begun).await,
            None => self.invite_rows(&target, request, begun, None).await,
        }
    }

    /// Checks and writes the rows of an inviting request. If the request has no idempotency key, the reserved
    /// invitations that no row used are given back to the daily quota at once. If the request has an idempotency key,
    /// the unused invitations are given back when the response of the run is stored.
    async fn invite_rows(
        &self,
        target: &InvitationTarget,
        mut request: InviteUsers,
        begun: Instant,
        mut run: Option<&mut IdempotentRun>,
    ) -> Result<InviteResults> {
        let identifiers = identifiers(&request);
        let mut rows = Rows::check(std::mem::take(&mut request.rows), target.role, request.reject_whole)?;
        let mut valid = self.check_rows(&mut rows, target, run.as_deref()).await?;
        let batch_id = run.as_ref().map_or_else(|| BatchId::random(self.random()), |run| run.batch);
        let with_message = !request.only_if_published || target.published;
        let batch = target.batch(batch_id, request.message.filter(|_| with_message));
        let letters = self.prepare_letters(&mut rows, &mut valid, target, &batch).await?;
        let now = self.now();
        let quota = self.daily_quota(target, now);
        let slots = match &mut run {
            _ if valid.is_empty() || request.validate_only => 0,
            None => self.store.reserve(&quota, count(valid.len()), now).await?,
            Some(run) => self.reserve_once(run, &quota, count(valid.len()), now).await?,
        };
        let terms = self.invite_terms(target, request.lifetime, now);
        let with_records = request.result_detail == ResultDetail::Records;
        let write = WritePlan { scope: target.scope, terms, begun, run: run.as_deref(), with_records };
        let plan = InvitePlan { target, batch: &batch, letters: &letters, quota: &quota, write };
        let written = if request.validate_only {
            self.predict_rows(&mut rows, valid, &plan).await
        } else {
            self.write_rows(&mut rows, valid, &plan, slots).await
        };
        if !request.validate_only {
            metrics::invited(rows.count_of(RowOutcome::Invited));
        }
        if run.is_none() {
            self.give_back(&quota, slots.saturating_sub(rows.used_quota()), now).await;
        }
        written?;
        if request.reject_whole != RejectWhole::Nothing && rows.has_outcome(RowOutcome::Failed) {
            return Err(Error::Unavailable(InternalContext::new("invite: some rows were not written")));
        }
        let retry_after = rows.has_outcome(RowOutcome::Limited).then(|| quota.left(now));
        let mut results = rows.into_results();
        self.read_records(target.scope, &identifiers, &mut results).await?;
        Ok(InviteResults { results, retry_after, answered_before: None })
    }

    /// Makes the checks of rows that need reads from the store, and returns the rows that passed all checks. Rows that
    /// an earlier run of the same request wrote are not checked again.
    async fn check_rows(
        &self,
        rows: &mut Rows,
        target: &InvitationTarget,
        run: Option<&IdempotentRun>,
    ) -> Result<Vec<ValidRow>> {
        if let Some(run) = run {
            rows.restore_written(&run.written, target);
        }
        rows.check_groups(target)?;
        let addresses = self.store.address_records(&rows.identifiers()).await?;
        rows.check_addresses(addresses, target)
    }

    /// The terms by which the service decides about the rows of an inviting request: the inviter's rights, the times
    /// and the cooldown.
    fn invite_terms<'a>(
        &self,
        target: &'a InvitationTarget,
        lifetime: Option<Lifetime>,
        now: Timestamp,
    ) -> InviteTerms<'a> {
        InviteTerms {
            rights: target.rights(),
            top_group: target.top_group(),
            now,
            expires_at: now + lifetime.map_or(self.parameters.invitation_ttl, Lifetime::duration),
            cooldown: self.parameters.resend_cooldown,
        }
    }

    /// Reads the people's records that the response must contain and that no write of a row has returned.
    async fn read_records(
        &self,
        scope: Scope,
        identifiers: &[Option<Identifier>],
        results: &mut [RowResult],
    ) -> Result<()> {
        let rows = identifiers.iter().zip(results);
        let unread = rows.filter(|(_, result)| result.is_there() && result.record.is_none());
        let (identifiers, results): (Vec<_>, Vec<_>) =
            unread.filter_map(|(identifier, result)| Some((identifier.as_ref()?, result))).unzip();
        let people = self.store.people_by_identifier(scope, &identifiers).await?;
        for (result, person) in results.into_iter().zip(people) {
            result.record = person.map(Box::new);
        }
        Ok(())
    }

    /// Checks the number of rows of a request. A contract checks the number of rows before the contract parses the
    /// rows, so that a refused request costs nothing.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a request with no rows and for a request with too many rows.
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
