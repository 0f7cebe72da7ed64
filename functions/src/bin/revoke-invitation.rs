//! The function that takes an invitation back.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::RevokeInvitation).await
}
