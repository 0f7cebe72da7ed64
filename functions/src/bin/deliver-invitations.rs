//! Sends the mails of the outbox items that the table's stream reports as new.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve_events(functions::Operation::DeliverInvitations).await
}
