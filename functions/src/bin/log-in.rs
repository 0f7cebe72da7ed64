//! The function that gives the profile, and an access token in a header.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::LogIn).await
}
