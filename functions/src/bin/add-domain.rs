//! Adds a mail domain to a workspace.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::AddDomain).await
}
