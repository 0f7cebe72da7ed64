//! The function that shows what an invitation's hash opens.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::PreviewInvitation).await
}
