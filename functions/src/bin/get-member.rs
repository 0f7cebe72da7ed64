//! The function that shows one member, or somebody invited.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::GetMember).await
}
