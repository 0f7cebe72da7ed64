//! Lists the workspaces that the caller can reach.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::ListWorkspaces).await
}
