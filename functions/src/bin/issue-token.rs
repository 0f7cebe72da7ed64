//! Issues an access token for an address and a password.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::IssueToken).await
}
