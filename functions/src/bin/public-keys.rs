//! Serves the public keys that verify access tokens.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::PublicKeys).await
}
