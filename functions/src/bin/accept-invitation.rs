//! Accepts an invitation with an existing account.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::AcceptInvitation).await
}
