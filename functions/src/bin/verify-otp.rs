//! Activates a registered person by the mailed one-time password.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::VerifyOtp).await
}
