//! Asks the inviter for a new invitation in place of an expired one.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::RenewInvitation).await
}
