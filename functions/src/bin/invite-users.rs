//! Invites many people to a workspace, or to the company.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::InviteUsers).await
}
