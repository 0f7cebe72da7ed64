//! Registers a person, with or without an invitation.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::SignUp).await
}
