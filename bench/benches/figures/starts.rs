//! Measures how long programs take from the start of their process until they are ready.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::TcpListener,
};

use crate::{
    figure::{Figure, Limit, median, ms},
    programs::Programs,
    stack::LocalStack,
};

const REPETITIONS: usize = 15;

/// One function of each kind: a function that reads, one that hashes passwords, one that makes many writes, one that
/// serves a page, and one that handles events.
const FUNCTIONS: [&str; 5] = ["list-people", "log-in", "invite-users", "registration-page", "deliver-invitations"];

/// Measures the local stack: the time from the start of its process to its ready line, at the first start and at a
/// later start, and the memory of the idle stack.
pub(crate) async fn of_the_local_stack(programs: &Programs) -> Vec<Figure> {
    let (mut first, mut again, mut idle) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..REPETITIONS {
        let data = TempDir::new().expect("a directory");
        first.push(ms(LocalStack::start_in(programs, data.path()).ready_after));
        let stack = LocalStack::start_in(programs, data.path());
        again.push(ms(stack.ready_after));
        tokio::time::sleep(Duration::from_secs(1)).await;
        idle.push(stack.memory("VmRSS"));
    }
    let (first, again) = (median(first), median(again));
    vec![
        Figure {
            name: "local stack: ready after, s".to_owned(),
            measured: first.max(again) / 1_000.0,
            limit: Limit::AtMost(0.3),
            absolute: format!("first start {first:.0} ms, later ones {again:.0} ms"),
        },
        Figure {
            name: "local stack: idle memory, MB".to_owned(),
            measured: median(idle),
            limit: Limit::AtMost(60.0),
            absolute: "VmRSS a second after the start".to_owned(),
        },
    ]
}

/// Measures the functions: the time from the start of a function's process to its first poll of the runtime API,
/// compared with the time of an empty function that builds the same SDK clients.
pub(crate) async fn of_functions(programs: &Programs) -> Vec<Figure> {
    let runtime_api = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let mut empty = Vec::new();
    let mut functions = [const { Vec::new() }; FUNCTIONS.len()];
    for _ in 0..REPETITIONS {
        empty.push(ms(first_poll(&runtime_api, &programs.empty, "").await));
        for (name, times) in FUNCTIONS.iter().zip(&mut functions) {
            times.push(ms(first_poll(&runtime_api, &programs.function, name).await));
        }
    }
    let empty = median(empty);
    let functions = FUNCTIONS.iter().zip(functions.map(median));
    let slowest = functions.clone().map(|(_, time)| time).fold(0.0, f64::max);
    let absolute: Vec<_> = functions.map(|(name, time)| format!("{name} {time:.1} ms")).collect();
    vec![Figure {
        name: "start of a function, as a multiple of an empty one's".to_owned(),
        measured: slowest / empty,
        limit: Limit::AtMost(1.3),
        absolute: format!("empty {empty:.1} ms; {}", absolute.join(", ")),
    }]
}

/// Starts a function as Lambda starts it, ends the function at its first poll of the runtime API, and returns the time
/// between start and poll.
async fn first_poll(runtime_api: &TcpListener, program: &Path, handler: &str) -> Duration {
    let address = runtime_api.local_addr().expect("an address").to_string();
    let begin = Instant::now();
    let mut process = Command::new(program)
        .env_clear()
        .envs([
            ("_HANDLER", handler),
            ("AWS_LAMBDA_RUNTIME_API", address.as_str()),
            ("AWS_LAMBDA_FUNCTION_NAME", "measured"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/measured"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "measured"),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "none"),
            ("AWS_SESSION_TOKEN", "none"),
            ("APP_URL", "https://app.example.com"),
            ("SENDER_ADDRESS", "usher@example.com"),
            ("TABLE_NAME", "usher"),
            ("LINK_SECRET", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:link"),
            ("TOKEN_SECRET", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:token"),
        ])
        .stdout(Stdio::null())
        .spawn()
        .expect("the function starts");
    let (connection, _) = runtime_api.accept().await.expect("the function connects");
    let request = BufReader::new(connection).lines().next_line().await.expect("the function polls");
    let took = begin.elapsed();
    assert!(request.is_some_and(|line| line.starts_with("GET /2018-06-01/runtime/invocation/next ")));
    process.kill().and_then(|()| process.wait()).expect("the function ends");
    took
}
