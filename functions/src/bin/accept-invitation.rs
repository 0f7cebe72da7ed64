//! The function that accepts an invitation with an account that is there.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::AcceptInvitation).await
}
