//! Mails, every minute, the items that are still in the outbox.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve_events(functions::Operation::SweepUndelivered).await
}
