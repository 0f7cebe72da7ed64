//! The function that mails what the table's stream says was queued.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve_events(functions::Operation::DeliverInvitations).await
}
