//! Gives a service account a new token.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::ResetServiceAccountToken).await
}
