//! Removes a member, or revokes an invitation.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::RemoveMember).await
}
