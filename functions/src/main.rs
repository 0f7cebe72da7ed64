//! The program of every Lambda function. The setting `Handler` of a Lambda function says which operation the program
//! serves.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), functions::StartError> {
    functions::serve().await
}
