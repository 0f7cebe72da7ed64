//! The program of every Lambda function. The function's handler says which operation the program serves.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    functions::serve().await
}
