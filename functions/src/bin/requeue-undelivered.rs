//! The function that brings back, when asked, what was given up.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve_events(functions::Operation::RequeueUndelivered).await
}
