//! Makes a user an administrator of a group, or takes this right from the user.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::ChangeGroupAdmin).await
}
