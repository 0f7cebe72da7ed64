//! Logs a user in and issues an access token. DataGOL's response has the user's profile, too.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::LogIn).await
}
