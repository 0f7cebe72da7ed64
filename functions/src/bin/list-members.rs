//! The function that lists the members of workspaces, and who is invited to them.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::ListMembers).await
}
