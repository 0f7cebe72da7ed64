//! The function that stores and lists mail templates.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::MailTemplates).await
}
