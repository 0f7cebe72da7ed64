//! Lists the groups of a workspace.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::ListGroups).await
}
