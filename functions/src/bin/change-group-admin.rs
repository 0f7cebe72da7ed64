//! Makes a user an administrator of a group, or ends that.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::ChangeGroupAdmin).await
}
