//! Shows the caller's profile.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::GetProfile).await
}
