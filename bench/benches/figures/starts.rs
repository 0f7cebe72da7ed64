//! Measures how long programs take from the start of their process until they are ready.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    figure::{Figure, Limit, median, ms},
    programs::Programs,
    runtime_api::RuntimeApi,
    stack::{LocalStack, memory},
};

const REPETITIONS: usize = 15;

/// The measured functions, one of each kind: a function that reads, one that hashes passwords, one that makes many
/// writes, one that serves a page, and one that handles events.
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

/// Measures the functions, each compared with an empty function that builds the same SDK clients: the time from the start
/// of a function's process to its first poll of the runtime API, the memory at this poll, and the time from the start to
/// the response to a first event, for which the function reads the table once.
pub(crate) async fn of_functions(programs: &Programs) -> Vec<Figure> {
    let stack = LocalStack::start(programs);
    let event = include_str!("../../../events/usher/public-keys.json");
    let mut runtime_api = RuntimeApi::start().await;
    let mut empty = Starts::default();
    let mut functions = [const { Starts::new() }; FUNCTIONS.len()];
    let mut reading = Starts::default();
    for _ in 0..REPETITIONS {
        empty.add(start(&mut runtime_api, &stack, (&programs.empty, ""), Some(event)).await);
        reading.add(start(&mut runtime_api, &stack, (&programs.function, "public-keys"), Some(event)).await);
        for (name, starts) in FUNCTIONS.iter().zip(&mut functions) {
            starts.add(start(&mut runtime_api, &stack, (&programs.function, name), None).await);
        }
    }
    let slowest = |of: fn(&Starts) -> f64| functions.iter().map(of).fold(0.0, f64::max);
    let each = |of: fn(&Starts) -> f64, unit: &str| {
        let values = FUNCTIONS.iter().zip(&functions).map(|(name, starts)| format!("{name} {:.1} {unit}", of(starts)));
        format!("empty {:.1} {unit}; {}", of(&empty), values.collect::<Vec<_>>().join(", "))
    };
    let figure = |name: &str, ratio: f64, absolute: String| Figure {
        name: format!("a function's {name}, as a multiple of an empty one's"),
        measured: ratio,
        limit: Limit::AtMost(1.3),
        absolute,
    };
    let (first, empty_first) = (reading.response(), empty.response());
    let responses = format!("empty {empty_first:.1} ms, public-keys {first:.1} ms");
    vec![
        figure("start", slowest(Starts::poll) / empty.poll(), each(Starts::poll, "ms")),
        figure("memory at rest", slowest(Starts::memory) / empty.memory(), each(Starts::memory, "MB")),
        figure("first response from the store", first / empty_first, responses),
    ]
}

/// The times and the memory that were measured at one start of a function.
struct Start {
    poll: Duration,
    memory: f64,
    response: Option<Duration>,
}

/// What was measured at all starts of a function. The methods of the starts return medians.
#[derive(Default)]
struct Starts(Vec<Start>);

impl Starts {
    const fn new() -> Self {
        Self(Vec::new())
    }

    fn add(&mut self, start: Start) {
        self.0.push(start);
    }

    fn poll(&self) -> f64 {
        median(self.0.iter().map(|start| ms(start.poll)))
    }

    fn memory(&self) -> f64 {
        median(self.0.iter().map(|start| start.memory))
    }

    fn response(&self) -> f64 {
        median(self.0.iter().filter_map(|start| start.response.map(ms)))
    }
}

/// Starts a function as Lambda starts it: the given program with the given handler. The benchmark ends the function
/// when the function has polled the runtime API, or, if there is an event, when the function has responded to the
/// event.
async fn start(
    runtime_api: &mut RuntimeApi,
    stack: &LocalStack,
    (program, handler): (&Path, &str),
    event: Option<&str>,
) -> Start {
    let begin = Instant::now();
    let mut process = Command::new(program)
        .env_clear()
        .envs([
            ("_HANDLER", handler),
            ("AWS_ENDPOINT_URL", stack.aws_url.as_str()),
            ("AWS_LAMBDA_RUNTIME_API", runtime_api.address.as_str()),
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
    let waiting = runtime_api.poll().await;
    let poll = begin.elapsed();
    let memory = memory(process.id(), "VmRSS");
    let response = match event {
        None => None,
        Some(event) => {
            let given = Instant::now();
            waiting.send(event.to_owned()).expect("the function waits");
            let body = runtime_api.response().await;
            assert!(!body.is_empty());
            Some(poll + given.elapsed())
        }
    };
    process.kill().and_then(|()| process.wait()).expect("the function ends");
    Start { poll, memory, response }
}
