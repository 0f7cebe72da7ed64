//! The log of a function: one line of JSON for each log event. A line of the log names the request to which the log
//! event belongs.

use tracing::Subscriber;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

/// The log filter for a level. Usher's own crates log at the given level. All other crates log warnings at most,
/// because at lower levels the Lambda runtime and the SDKs log what they receive and send, with addresses, tokens and
/// passwords.
pub fn directives(level: &str) -> String {
    let others = if matches!(level, "off" | "error") { level } else { "warn" };
    format!("{others},shared={level},functions={level}")
}

/// A log that writes to `writer` the log events that the given directives admit. The field `spans` of a log line names
/// the request or event that is being handled, and the mail that is being sent.
pub fn to<W>(writer: W, directives: &str) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .json()
        .with_writer(writer)
        .with_env_filter(EnvFilter::new(directives))
        .with_current_span(false)
        .with_span_list(true)
        .without_time()
        .finish()
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        sync::{Arc, Mutex},
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn written_at(level: &str) -> Vec<serde_json::Value> {
        let written = Written::default();
        let writer = written.clone();
        tracing::subscriber::with_default(to(move || writer.clone(), &directives(level)), || {
            tracing::trace!(target: "lambda_runtime::layers", "raw event");
            tracing::info!(target: "aws_smithy_runtime", "request");
            tracing::error!(target: "lambda_runtime", "theirs");
            tracing::trace!(target: "shared::store", "fine");
            tracing::info!(target: "functions::http_edge", "ours");
        });
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        text.lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["fields"]["message"].clone())
            .collect()
    }

    #[test]
    fn no_level_makes_other_crates_log_what_they_receive_and_send() {
        assert_eq!(written_at("trace"), ["theirs", "fine", "ours"]);
        assert_eq!(written_at("info"), ["theirs", "ours"]);
        assert_eq!(written_at("error"), ["theirs"]);
        assert!(written_at("off").is_empty());
    }
}
