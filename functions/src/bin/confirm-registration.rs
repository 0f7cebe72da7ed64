//! Registers an invited person and logs them in.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::ConfirmRegistration).await
}
