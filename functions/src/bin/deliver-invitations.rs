//! Mails what the table's stream reports as queued.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve_events(functions::Operation::DeliverInvitations).await
}
