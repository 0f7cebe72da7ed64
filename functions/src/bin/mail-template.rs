//! Shows, replaces or deletes a mail template.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::MailTemplate).await
}
