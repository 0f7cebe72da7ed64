//! The log of a function: one line of JSON for each log event. Each line has the time, and the operation that the line is
//! about. The line's spans name the request to which the log event belongs.

use std::fmt;

use serde::Deserialize;
use tracing::{Event, Subscriber};
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt::{
        FmtContext, FormatEvent, FormatFields, FormattedFields, MakeWriter,
        format::{Format, Json, JsonFields, Writer},
    },
    layer::SubscriberExt,
    registry::LookupSpan,
};

/// The log filter for a level. Our own crates log at the given level. All other crates log warnings at most, because at
/// lower levels the Lambda runtime and the SDKs log what they receive and send, with addresses, tokens and passwords.
pub fn filter(level: &str) -> Targets {
    let own = level.parse().unwrap_or(LevelFilter::INFO);
    Targets::new().with_default(own.min(LevelFilter::WARN)).with_target("shared", own).with_target("functions", own)
}

/// A log that writes to `writer` the log events that the given filter admits. The `spans` of a line name the request
/// or event that is being handled, and the mail that is being sent. The field `operation` has the operation of that
/// request or event, and on all other lines the name `function`, if the process is one function.
pub fn to<W>(writer: W, filter: Targets, function: Option<&str>) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let format = Format::default().json().with_current_span(false).with_span_list(true);
    tracing_subscriber::fmt()
        .fmt_fields(JsonFields::new())
        .event_format(LineFormat { format, function: function.map(str::to_owned) })
        .with_writer(writer)
        .with_max_level(LevelFilter::TRACE)
        .finish()
        .with(filter)
}

/// The format of a log line: the JSON object of `tracing_subscriber`, with the field `operation` in front.
struct LineFormat {
    format: Format<Json>,
    function: Option<String>,
}

impl<S, N> FormatEvent<S, N> for LineFormat
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut line = String::new();
        self.format.format_event(context, Writer::new(&mut line), event)?;
        match (operation(context).or_else(|| self.function.clone()), line.strip_prefix('{')) {
            (Some(operation), Some(fields)) => {
                write!(writer, r#"{{"operation":{},{fields}"#, serde_json::Value::from(operation))
            }
            _ => writer.write_str(&line),
        }
    }
}

/// The operation of the request or event that is being handled. The outermost span of this crate names the operation.
fn operation<S, N>(context: &FmtContext<'_, S, N>) -> Option<String>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    #[derive(Deserialize)]
    struct SpanFields {
        operation: String,
    }
    context.event_scope()?.from_root().find_map(|span| {
        let extensions = span.extensions();
        let fields = extensions.get::<FormattedFields<N>>()?;
        serde_json::from_str::<SpanFields>(&fields.fields).ok().map(|fields| fields.operation)
    })
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        sync::{Arc, Mutex},
    };

    use serde_json::Value;

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

    fn written(level: &str, function: Option<&str>, log: impl FnOnce()) -> Vec<Value> {
        let written = Written::default();
        let writer = written.clone();
        tracing::subscriber::with_default(to(move || writer.clone(), filter(level), function), log);
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn messages_at(level: &str) -> Vec<Value> {
        let lines = written(level, None, || {
            tracing::trace!(target: "lambda_runtime::layers", "raw event");
            tracing::info!(target: "aws_smithy_runtime", "request");
            tracing::error!(target: "lambda_runtime", "theirs");
            tracing::trace!(target: "shared::store", "fine");
            tracing::info!(target: "functions::http_edge", "ours");
        });
        lines.iter().map(|line| line["fields"]["message"].clone()).collect()
    }

    #[test]
    fn no_level_makes_other_crates_log_what_they_receive_and_send() {
        assert_eq!(messages_at("trace"), ["theirs", "fine", "ours"]);
        assert_eq!(messages_at("info"), ["theirs", "ours"]);
        assert_eq!(messages_at("error"), ["theirs"]);
    }

    #[test]
    fn each_line_has_the_time() {
        let lines = written("info", None, || tracing::info!("ours"));
        let time: jiff::Timestamp = lines[0]["timestamp"].as_str().unwrap().parse().unwrap();
        assert!(time > jiff::Timestamp::UNIX_EPOCH);
    }

    #[test]
    fn each_line_has_the_operation_of_its_request_or_else_the_functions_name() {
        let lines = written("info", Some("a \"function\""), || {
            tracing::warn!(target: "lambda_runtime", "outside of requests");
            tracing::info_span!("request", operation = "invite-users").in_scope(|| {
                tracing::info!("in a request");
                tracing::info_span!("mail", people = 2).in_scope(|| tracing::info!("deeper in a request"));
            });
            tracing::info_span!("other", people = 2).in_scope(|| tracing::info!("in another span"));
        });
        let operations: Vec<_> = lines.iter().map(|line| line["operation"].as_str().unwrap()).collect();
        assert_eq!(operations, ["a \"function\"", "invite-users", "invite-users", "a \"function\""]);
        assert_eq!(lines[2]["spans"][1]["people"], 2);
        let lines = written("info", None, || tracing::info!("in no function"));
        assert_eq!(lines[0].get("operation"), None);
    }
}
