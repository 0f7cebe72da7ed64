//! Records the events by which SES reports what became of mails.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve_events(functions::Operation::RecordMailEvents).await
}
