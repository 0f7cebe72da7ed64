//! Every minute, sends the mails of the outbox items that are still in the outbox.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve_events(functions::Operation::SweepUndelivered).await
}
