//! The function that lists a workspace's members, and who is invited to it.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::ListMembers).await
}
