//! Records the deliveries, bounces and complaints of mails that SES reports.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve_events(functions::Operation::RecordMailEvents).await
}
