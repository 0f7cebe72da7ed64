//! The function that shows, replaces and removes a mail template.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::MailTemplate).await
}
