//! Shows the invitation that a link's hash belongs to.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::PreviewInvitation).await
}
