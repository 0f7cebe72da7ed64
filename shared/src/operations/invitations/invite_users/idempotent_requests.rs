//! Inviting with an idempotency key: the daily quota is reserved once, and the results of the rows are stored for
//! retries.

use jiff::Timestamp;
use tokio::time::Instant;

use crate::{
    Result, Usher,
    domain::{PersonId, RateLimit, RowOutcome},
    operations::{
        IdempotencyRequest,
        idempotency::begin_run::BegunRun,
        invitations::invite_users::{
            invitation_target::InvitationTarget,
            request::{InviteResults, InviteUsers},
            row_result::RowResult,
            rows::count,
        },
    },
    store::{IdempotentRun, StoredResponse},
};

impl Usher {
    /// Runs an inviting request with an idempotency key: starts a run of the request, resumes an interrupted run, or
    /// replays the stored response.
    pub(super) async fn invite_idempotently(
        &self,
        target: &InvitationTarget,
        request: InviteUsers,
        idempotency: IdempotencyRequest,
        begun: Instant,
    ) -> Result<InviteResults> {
        let mut run = match self.begin_run(target.inviter.id, target.scope, &idempotency).await? {
            BegunRun::Execute(run) => run,
            BegunRun::Replay(stored) => return Ok(replayed(&stored, &request, target)),
        };
        match self.invite_rows(target, request, begun, Some(&mut run)).await {
            Ok(invited) => {
                self.store_response(target, &run, &invited, idempotency.trace_id).await?;
                Ok(invited)
            }
            Err(error) => {
                self.release_failed_run(&run).await;
                Err(error)
            }
        }
    }

    /// Reserves up to `n` invitations of the daily quota for the request, unless an earlier run of the same request has
    /// reserved invitations. Returns how many of the reserved invitations are unused.
    pub(super) async fn reserve_once(
        &self,
        run: &mut IdempotentRun,
        quota: &RateLimit<'_>,
        n: u32,
        now: Timestamp,
    ) -> Result<u32> {
        match run.reserved {
            Some(reserved) => Ok(reserved.count.saturating_sub(count(run.made()))),
            None => self.store.reserve_for(run, quota, n, now).await,
        }
    }

    /// Ends the run of an idempotent request and stores the run's response. No response is stored if the request wrote
    /// nothing and the caller should try again later. A caller whose request wrote nothing may send the request again
    /// with the same idempotency key.
    async fn store_response(
        &self,
        target: &InvitationTarget,
        run: &IdempotentRun,
        invited: &InviteResults,
        trace_id: String,
    ) -> Result<()> {
        let results = &invited.results;
        let used = results.iter().filter(|row| row.uses_quota()).count();
        let unused = run.reserved.map_or(0, |reserved| reserved.count.saturating_sub(count(used)));
        let first = results.first().map(|row| row.outcome);
        let may_pass = matches!(first, Some(RowOutcome::Limited | RowOutcome::Failed));
        let is_final = !may_pass || results.iter().any(|row| row.outcome.succeeded());
        if !is_final && results.iter().any(RowResult::is_maybe_written) {
            // The next run of an interrupted request reads which rows the interrupted run wrote, and uses the
            // invitations that the interrupted run reserved from the daily quota.
            return self.store.release_run(run).await;
        }
        let rows = results.iter().map(|row| (row.outcome, row.reason.as_ref()));
        let response = is_final.then(|| StoredResponse::of(trace_id, rows));
        self.store.end_run(run, response.as_ref(), &self.daily_quota(target, self.now()), unused).await
    }
}

/// The results of the rows, rebuilt from the stored response of an idempotent request. The stored response of an
/// idempotent request has no public ids of people: the public ids are derived from the rows again.
fn replayed(stored: &StoredResponse, request: &InviteUsers, target: &InvitationTarget) -> InviteResults {
    let results = stored.rows().zip(&request.rows).map(|((outcome, reason), row)| {
        let id: Option<PersonId> = row.as_ref().ok().map(|invitee| target.person_id(invitee));
        RowResult::new(outcome, id.filter(|_| outcome.succeeded()), reason)
    });
    InviteResults { results: results.collect(), retry_after: None, answered_before: Some(stored.trace_id.clone()) }
}
