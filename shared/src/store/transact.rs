//! Transactions: DynamoDB makes all writes of a transaction or none of the writes. If DynamoDB makes none of the
//! writes, DynamoDB gives a reason for each write.

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;

use crate::{
    Error, InternalContext, Result,
    store::{
        Store,
        conditional_write::ConditionalWrite,
        items::{Item, failed},
        retry::MAX_WRITE_ATTEMPTS,
    },
};

/// The result of a transaction.
#[derive(Debug)]
pub(super) enum Transacted {
    /// DynamoDB made all writes of the transaction.
    Done,
    /// DynamoDB made no write of the transaction, because expectations of some writes failed. The list has one entry
    /// for each write of the transaction, in order: the stored item if an expectation of the write failed, or `None` if
    /// the expectations of the write held. For an item that does not exist, the entry is an empty item.
    Refused(Vec<Option<Item>>),
}

impl Transacted {
    /// The stored item, if the expectation of the write at `index` failed.
    pub(super) fn refused(&self, index: usize) -> Option<&Item> {
        match self {
            Self::Done => None,
            Self::Refused(reasons) => reasons.get(index)?.as_ref(),
        }
    }
}

impl Store {
    /// Makes all writes in one transaction, or none of the writes. A transaction that conflicts with another
    /// transaction, or that DynamoDB throttles, is attempted again after a random pause. If an expectation of a write
    /// fails, the store returns a result and does not attempt the transaction again.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if DynamoDB made no write, or if DynamoDB's reply was lost. If DynamoDB's reply was lost,
    /// the writes of the transaction may have been made.
    pub(super) async fn transact(&self, writes: Vec<ConditionalWrite>) -> Result<Transacted> {
        let actions: Vec<_> = writes.into_iter().map(|write| write.into_action(&self.table)).collect();
        for attempt in 0..MAX_WRITE_ATTEMPTS {
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
            let transient = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];
            let codes = reasons.iter().filter_map(|reason| reason.code());
            if let Some(reason) = codes.filter(|code| *code != "None").find(|code| !transient.contains(code)) {
                return Err(Error::internal(format!("store: TransactWriteItems: cancelled: {reason}")));
            }
            self.pause(attempt).await;
        }
        Err(Error::Unavailable(InternalContext::new("store: TransactWriteItems: conflicts did not end")))
    }
}
