//! Gives people and mail domains access to a workspace.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::SetAccess).await
}
