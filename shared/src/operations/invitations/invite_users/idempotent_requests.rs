//! Idempotent requests: a retry with the same key resumes an interrupted run or replays the stored response.

use jiff::Timestamp;
use tokio::time::Instant;

use crate::{
    Error, Public, Result, Usher,
    domain::{Outcome, PersonId},
    operations::invitations::invite_users::{
        invitation_target::InvitationTarget,
        request::{IdempotencyRequest, InviteUsers, Invited},
        row_result::RowResult,
        rows::count,
    },
    store::{IdempotencyRecord, IdempotentRun, RateLimit, RunStart, StoredResponse},
};

impl Usher {
    /// Runs a named request, goes on with it, or answers as it was answered.
    pub(super) async fn invite_named(
        &self,
        host: &InvitationTarget,
        request: InviteUsers,
        name: IdempotencyRequest,
        begun: Instant,
    ) -> Result<Invited> {
        let IdempotencyRequest { key, body, trace_id } = name;
        let naming =
            IdempotencyRecord { caller: host.inviter.id, of: host.of, key: &key, body: &body, now: self.now() };
        let mut run = match self.store.begin_run(&naming, self.random()).await? {
            RunStart::IdempotentRun(run) => run,
            RunStart::Running => return Err(Error::KeyInUse),
            RunStart::OtherBody => {
                let message = "This Idempotency-Key was sent with another request. Use a new key.";
                return Err(Error::KeyReused(Public::new("idempotency_key_reused", message)));
            }
            RunStart::Answered(answer) => return Ok(again(&answer, &request, host)),
        };
        match self.invite_rows(host, request, begun, Some(&mut run)).await {
            Ok(invited) => {
                self.keep(host, &run, &invited, trace_id).await?;
                Ok(invited)
            }
            Err(error) => {
                if let Err(error) = self.store.let_go(&run).await {
                    tracing::warn!(?error, "a named request stays in hand until its lease is over");
                }
                Err(error)
            }
        }
    }

    /// What is reserved for the run and not used yet; an earlier run may have reserved it.
    pub(super) async fn reserve_once(
        &self,
        run: &mut IdempotentRun,
        daily: &RateLimit<'_>,
        n: u32,
        now: Timestamp,
    ) -> Result<u32> {
        match run.reserved {
            Some(reserved) => Ok(reserved.count.saturating_sub(count(run.made()))),
            None => self.store.reserve_for(run, daily, n, now).await,
        }
    }

    /// Keeps the answer. One that says to come again later, and by which nothing was written, isn't kept: the request may
    /// then be sent again by the same name.
    async fn keep(
        &self,
        host: &InvitationTarget,
        run: &IdempotentRun,
        invited: &Invited,
        trace_id: String,
    ) -> Result<()> {
        let results = &invited.results;
        let made = results.iter().filter(|row| row.counts()).count();
        let unused = run.reserved.map_or(0, |reserved| reserved.count.saturating_sub(count(made)));
        let first = results.first().map(|row| row.outcome);
        let passing = matches!(first, Some(Outcome::Limited | Outcome::Failed));
        let kept = !passing || results.iter().any(|row| row.outcome.succeeded());
        if !kept && results.iter().any(RowResult::is_unsure) {
            // The next run finds out what was written, and has what is reserved for it.
            return self.store.let_go(run).await;
        }
        let rows = results.iter().map(|row| (row.outcome, row.reason.as_ref()));
        let answer = kept.then(|| StoredResponse::of(trace_id, rows));
        self.store.end_run(run, answer.as_ref(), &self.daily(host, self.now()), unused).await
    }
}

/// The answer that the request got before: what was told of each row, with the ids that its people have.
fn again(answer: &StoredResponse, request: &InviteUsers, host: &InvitationTarget) -> Invited {
    let results = answer.rows().zip(&request.rows).map(|((outcome, reason), row)| {
        let id: Option<PersonId> = row.as_ref().ok().map(|invitee| host.person_id(invitee));
        RowResult::new(outcome, id.filter(|_| outcome.succeeded()), reason)
    });
    Invited { results: results.collect(), retry_after: None, answered_before: Some(answer.trace_id.clone()) }
}
