//! Puts the outbox items that were given up back into the outbox. Operators invoke this function by hand.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve_events(functions::Operation::RequeueUndelivered).await
}
