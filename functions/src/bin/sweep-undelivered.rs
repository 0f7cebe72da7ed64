//! The function that mails, on a schedule, what was left.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve_events(functions::Operation::SweepUndelivered).await
}
