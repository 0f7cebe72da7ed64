//! Lists the mail domains whose people join a workspace.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::ListDomains).await
}
