//! Makes a workspace the current workspace of the caller.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::SelectWorkspace).await
}
