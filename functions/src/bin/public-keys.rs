//! The function that serves the keys that access tokens are verified with.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::PublicKeys).await
}
