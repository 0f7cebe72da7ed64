//! The program of the Lambda functions, started as Lambda starts it: what it writes to its log.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Command, Output, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use serde_json::{Value, json};

/// How long a test waits for a request of the function. A function that ended makes none.
const PATIENCE: Duration = Duration::from_mins(1);

/// The program with the environment of a function that can start.
fn function(handler: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_usher-function"));
    command.env_clear().stdout(Stdio::piped()).stderr(Stdio::piped()).envs([
        ("_HANDLER", handler),
        ("AWS_LAMBDA_FUNCTION_NAME", "tested"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/tested"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "tested"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "any"),
        ("AWS_SECRET_ACCESS_KEY", "any"),
        ("APP_URL", "https://app.example.com"),
        ("SENDER_ADDRESS", "usher@example.com"),
        ("TABLE_NAME", "usher"),
    ]);
    command
}

/// Runs the function for one event, as Lambda's runtime API does. Returns the function's response and the lines of its
/// log.
fn invoke(mut function: Command, event: &Value) -> (Value, Vec<Value>) {
    let runtime_api = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = runtime_api.local_addr().unwrap().to_string();
    let requests = requests(runtime_api);
    let mut process = function.env("AWS_LAMBDA_RUNTIME_API", address).spawn().unwrap();
    let mut response = Value::Null;
    let mut events = vec![event.to_string()];
    loop {
        let mut request = requests.recv_timeout(PATIENCE).expect("the function calls the runtime API");
        if request.line.starts_with("GET ") {
            // The poll after the response waits on Lambda. Here it ends the function.
            let Some(event) = events.pop() else { break };
            reply(&mut request.connection, "200 OK", &event);
        } else {
            response = serde_json::from_str(&request.body).unwrap();
            reply(&mut request.connection, "202 Accepted", "");
        }
    }
    process.kill().unwrap();
    (response, lines(&process.wait_with_output().unwrap()))
}

/// A request of the function, and the connection that its response goes to.
struct ApiRequest {
    /// Method and path.
    line: String,
    body: String,
    connection: TcpStream,
}

/// The requests on all connections of the listener.
fn requests(listener: TcpListener) -> Receiver<ApiRequest> {
    let (sender, requests) = mpsc::channel();
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let sender = sender.clone();
            thread::spawn(move || {
                let mut connection = BufReader::new(connection);
                while let Some(request) = next_request(&mut connection) {
                    // The test no longer waits for requests once it has ended the function.
                    drop(sender.send(request));
                }
            });
        }
    });
    requests
}

/// The next request on a connection. `None` if the function has closed the connection.
fn next_request(connection: &mut BufReader<TcpStream>) -> Option<ApiRequest> {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        connection.read_line(&mut line).ok().filter(|bytes| *bytes > 0)?;
        if line == "\r\n" {
            break;
        }
        head.push(line.to_lowercase());
    }
    let length = head.iter().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    connection.read_exact(&mut body).ok()?;
    let (line, body) = (head.first()?.to_uppercase(), String::from_utf8(body).ok()?);
    Some(ApiRequest { line, body, connection: connection.get_ref().try_clone().ok()? })
}

fn reply(connection: &mut TcpStream, status: &str, body: &str) {
    let head = [
        "lambda-runtime-aws-request-id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd",
        "lambda-runtime-deadline-ms: 4102444800000",
        "lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-central-1:123456789012:function:tested",
        "content-type: application/json",
    ]
    .join("\r\n");
    let length = body.len();
    write!(connection, "HTTP/1.1 {status}\r\n{head}\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
}

/// The lines of the log, which the program writes to its standard output and nowhere else.
fn lines(output: &Output) -> Vec<Value> {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(err, "");
    out.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// The log lines without the metrics. Each of them has a time and this operation.
fn logged<'a>(lines: &'a [Value], operation: &str) -> Vec<&'a str> {
    let lines = lines.iter().filter(|line| line["_aws"].is_null());
    lines
        .map(|line| {
            assert_eq!(line["operation"], operation, "{line}");
            assert!(line["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{line}");
            line["fields"]["message"].as_str().unwrap()
        })
        .collect()
}

/// The operations whose latency was written.
fn measured(lines: &[Value]) -> Vec<&str> {
    let metrics = lines.iter().filter(|line| !line["_aws"].is_null());
    metrics
        .map(|line| {
            assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Namespace"], "Usher/test", "{line}");
            assert!(line["Latency"][0].as_f64().unwrap() > 0.0, "{line}");
            line["Operation"].as_str().unwrap()
        })
        .collect()
}

/// API Gateway's event of a GET request.
fn get(path: &str) -> Value {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "", "isBase64Encoded": false,
        "headers": { "host": "127.0.0.1" },
        "requestContext": {
            "accountId": "123456789012", "apiId": "api", "domainName": "localhost", "domainPrefix": "localhost",
            "http": {
                "method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test",
            },
            "requestId": "1", "routeKey": "$default", "stage": "$default",
            "time": "01/Jan/2025:00:00:00 +0000", "timeEpoch": 1_735_689_600_000_i64,
        },
    })
}

#[test]
fn a_function_logs_time_and_operation_and_writes_metrics_if_they_have_a_namespace() {
    let mut measuring = function("describe-api");
    measuring.env("METRICS_NAMESPACE", "Usher/test");
    let (response, lines) = invoke(measuring, &get("/openapi.json"));
    assert_eq!(response["statusCode"], 200);
    assert_eq!(logged(&lines, "describe-api"), ["answered"]);
    assert_eq!(measured(&lines), ["describe-api"]);

    let (response, lines) = invoke(function("describe-api"), &get("/openapi.json"));
    assert_eq!(response["statusCode"], 200);
    assert_eq!(logged(&lines, "describe-api"), ["answered"]);
    assert!(measured(&lines).is_empty());
}

#[test]
fn a_function_that_handles_events_does_the_same() {
    let mut measuring = function("record-mail-events");
    measuring.env("METRICS_NAMESPACE", "Usher/test");
    let (response, lines) = invoke(measuring, &json!({ "detail": "no event of SES" }));
    assert_eq!(response, json!({ "recorded": false }));
    assert_eq!(logged(&lines, "record-mail-events"), ["an event of SES can't be read"]);
    assert_eq!(measured(&lines), ["record-mail-events"]);
}

#[test]
fn a_program_that_serves_every_route_logs_the_operation_of_each_request() {
    let (_, lines) = invoke(function(""), &get("/openapi.json"));
    assert_eq!(logged(&lines, "describe-api"), ["answered"]);
}

#[test]
fn a_function_that_cannot_start_logs_why_and_ends_with_an_error() {
    for (handler, variable, value) in [
        ("invite-users", "TABLE_NAME", ""),
        ("invite-users", "LOG_LEVEL", "off"),
        ("record-mail-events", "OTP_TTL_SECONDS", "soon"),
        ("InviteUsers", "LOG_LEVEL", "info"),
    ] {
        let output = function(handler).env(variable, value).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let lines = lines(&output);
        assert_eq!(logged(&lines, handler), ["the function can't run"]);
        let reason = lines[0]["fields"]["reason"].as_str().unwrap();
        let named = if handler == "InviteUsers" { handler } else { variable };
        assert!(reason.contains(named), "{reason}");
    }
}
