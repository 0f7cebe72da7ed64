//! Lists the company's service accounts.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::ListServiceAccounts).await
}
