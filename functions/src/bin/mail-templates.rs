//! Stores a mail template of the company, or lists the templates.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::MailTemplates).await
}
