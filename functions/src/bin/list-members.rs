//! Lists the members of workspaces or groups; the vendors' routes list the invited people too.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::ListMembers).await
}
