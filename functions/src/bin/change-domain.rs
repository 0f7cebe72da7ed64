//! Changes the role that people of a mail domain get.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve(functions::Operation::ChangeDomain).await
}
