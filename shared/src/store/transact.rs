//! Transactions: all or nothing, with a reason for each action when nothing.

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;

use crate::{
    Error, Internal, Result,
    store::{
        Store,
        conditional_write::ConditionalWrite,
        items::{Item, failed},
        retry::TRIES,
    },
};

/// What a transaction came to.
#[derive(Debug)]
pub(super) enum Transacted {
    /// All of it was written.
    Done,
    /// Nothing was written, because of conditions: for each action `Some` of the item that was there if its condition
    /// failed, `None` if it didn't.
    Refused(Vec<Option<Item>>),
}

impl Transacted {
    /// Whether the condition of the action at `index` failed.
    pub(super) fn refused(&self, index: usize) -> Option<&Item> {
        match self {
            Self::Done => None,
            Self::Refused(reasons) => reasons.get(index)?.as_ref(),
        }
    }
}

impl Store {
    /// Writes all changes or none. A meeting with another transaction, and throttling, are tried again with jitter; a
    /// failed condition is an answer.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if it can't be known to be written, or wasn't.
    pub(super) async fn transact(&self, changes: Vec<ConditionalWrite>) -> Result<Transacted> {
        let actions: Vec<_> = changes.into_iter().map(|change| change.into_action(&self.table)).collect();
        for attempt in 0..TRIES {
            let request = self.client.transact_write_items().set_transact_items(Some(actions.clone()));
            let Err(error) = request.send().await else { return Ok(Transacted::Done) };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error()
            else {
                return Err(failed("TransactWriteItems", &error));
            };
            let reasons = cancelled.cancellation_reasons();
            if reasons.iter().any(|reason| reason.code() == Some("ConditionalCheckFailed")) {
                let refused = reasons.iter().map(|reason| {
                    (reason.code() == Some("ConditionalCheckFailed"))
                        .then(|| reason.item().cloned().unwrap_or_default())
                });
                return Ok(Transacted::Refused(refused.collect()));
            }
            let passing = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];
            let codes = reasons.iter().filter_map(|reason| reason.code());
            if let Some(reason) = codes.filter(|code| *code != "None").find(|code| !passing.contains(code)) {
                return Err(Error::internal(format!("store: TransactWriteItems: cancelled: {reason}")));
            }
            self.pause(attempt).await;
        }
        Err(Error::Unavailable(Internal::new("store: TransactWriteItems: conflicts did not end")))
    }
}
