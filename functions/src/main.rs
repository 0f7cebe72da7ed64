//! The program of every Lambda function. The function's handler says which operation the program serves.

use std::{io::Write as _, process::ExitCode};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match functions::serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(std::io::stderr(), "usher: {error}"));
            ExitCode::FAILURE
        }
    }
}
