//! Logs a user in. DataGOL's response has the profile, too.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::LogIn).await
}
