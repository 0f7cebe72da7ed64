//! The program of every Lambda function. The setting `Handler` of a Lambda function says which operation the program
//! serves.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    functions::serve().await
}
