//! Issues an access token for a service account's id and secret.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::IssueClientToken).await
}
