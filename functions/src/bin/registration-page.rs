//! Serves the page behind a mailed link.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::RegistrationPage).await
}
