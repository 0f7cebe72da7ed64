//! The function that gives a service account an access token for its id and secret.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::IssueClientToken).await
}
