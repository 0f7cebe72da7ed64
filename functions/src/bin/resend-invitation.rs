//! Mails an invitation again, with a new link.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::ResendInvitation).await
}
