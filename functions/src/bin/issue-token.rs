//! The function that gives an access token for address and password.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::IssueToken).await
}
