//! Makes a workspace the caller's current one.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::SelectWorkspace).await
}
