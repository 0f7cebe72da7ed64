//! The function that lets somebody administer a group, or not any more.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::ChangeGroupAdmin).await
}
