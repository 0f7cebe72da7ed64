//! Idempotent requests: a retry with the same idempotency key resumes an interrupted run or replays the stored
//! response.

use crate::{
    Error, PublicMessage, Result, Usher,
    domain::{IdempotencyKey, Scope, UserId},
    store::{IdempotencyRecord, IdempotentRun, RunStart, StoredResponse},
};

/// The idempotency key of a request, and the data that Usher stores with the key.
#[derive(Debug)]
pub struct IdempotencyRequest {
    /// The idempotency key. Equal idempotency keys of different callers, or for different workspaces or companies, are
    /// independent of each other.
    pub key: IdempotencyKey,
    /// A digest of the whole request. A second request with the same idempotency key and another digest is refused.
    pub body: String,
    /// The trace id by which support finds the request in the logs.
    pub trace_id: String,
}

/// What an operation does for an idempotent request.
pub(in crate::operations) enum BegunRun {
    /// The operation executes the idempotent request. An earlier run of the same request may already have executed a
    /// part of the request.
    Execute(IdempotentRun),
    /// The request was already answered, and the operation replays this response.
    Replay(StoredResponse),
}

impl Usher {
    /// Begins an idempotent request of a user about a workspace or company.
    ///
    /// # Errors
    /// [`Error::KeyInUse`] if a request with the same idempotency key is running, [`Error::KeyReused`] if another
    /// request was sent with the same idempotency key.
    pub(in crate::operations) async fn begin_run(
        &self,
        caller: UserId,
        scope: Scope,
        request: &IdempotencyRequest,
    ) -> Result<BegunRun> {
        let IdempotencyRequest { key, body, .. } = request;
        match self.store.begin_run(&IdempotencyRecord { caller, scope, key, body, now: self.now() }).await? {
            RunStart::Begun(run) => Ok(BegunRun::Execute(run)),
            RunStart::Answered(response) => Ok(BegunRun::Replay(response)),
            RunStart::RunningElsewhere => Err(Error::KeyInUse),
            RunStart::OtherBody => {
                let message = "This Idempotency-Key was sent with another request. Use a new key.";
                Err(Error::KeyReused(PublicMessage::new("idempotency_key_reused", message)))
            }
        }
    }

    /// Releases an idempotent request whose run failed, so that a retry resumes the request at once. A failure to
    /// release the idempotent request is only logged.
    pub(in crate::operations) async fn release_failed_run(&self, run: &IdempotentRun) {
        if let Err(error) = self.store.release_run(run).await {
            tracing::warn!(?error, "an idempotent run was not released: retries are refused until its lease expires");
        }
    }
}
