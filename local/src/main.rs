//! The program `usher`, which runs a local stack.

use std::{
    error::Error,
    io::Write as _,
    net::{IpAddr, SocketAddr},
    num::NonZero,
    path::PathBuf,
    process::ExitCode,
    thread,
};

use clap::{Arg, ArgAction, ArgMatches, Command, builder::FalseyValueParser, value_parser};
use local::{Options, PARAMETERS, Stack};
use serde_json::json;
use tokio::runtime::Builder;
use tracing_subscriber::filter::LevelFilter;

/// The program uses the memory allocator `mimalloc`, because after a request that invites thousands of people the
/// system's allocator keeps twice as much memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let matches = command().get_matches();
    let (options, json) = (options(&matches), matches.get_flag("json"));
    log(options.parameters.get("LOG_LEVEL").map_or("warn", String::as_str));
    // The database has a thread of its own, so the async runtime gets one thread less than the machine has cores.
    let threads = thread::available_parallelism().map_or(1, NonZero::get).saturating_sub(1).max(1);
    match Builder::new_multi_thread().worker_threads(threads).enable_all().build() {
        Ok(runtime) => runtime.block_on(run(options, json)),
        Err(error) => fail(&error, 1),
    }
}

async fn run(options: Options, json: bool) -> ExitCode {
    let stack = match Stack::start(options).await {
        Ok(stack) => stack,
        Err(error) => return fail(&error, if error.is_usage() { 2 } else { 1 }),
    };
    let stopped = stop_signal();
    drop(writeln!(std::io::stdout(), "{}", ready_line(&stack, json)));
    stopped.await;
    stack.stop().await;
    ExitCode::SUCCESS
}

fn fail(error: &dyn Error, code: u8) -> ExitCode {
    drop(writeln!(std::io::stderr(), "usher: {error}"));
    ExitCode::from(code)
}

fn command() -> Command {
    let command = Command::new("usher")
        .about("Runs the whole of Usher on this machine: the API, its database and its mail")
        .version(env!("CARGO_PKG_VERSION"))
        .args(stack_flags())
        .args(aws_flags())
        .arg(function_flag())
        .arg(
            flag("json", "USHER_JSON", "Print the ready line as a JSON object")
                .action(ArgAction::SetTrue)
                .value_parser(FalseyValueParser::new()),
        );
    PARAMETERS.iter().fold(command, |command, &(name, help)| {
        let long = name.to_lowercase().replace('_', "-");
        command.arg(Arg::new(name).long(long).env(name).value_name("VALUE").hide_env_values(true).help(help))
    })
}

/// A command-line flag that an environment variable can set too.
fn flag(name: &'static str, env: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).env(env).hide_env_values(true).help(help)
}

/// The flags of the stack itself.
fn stack_flags() -> [Arg; 9] {
    let defaults = Options::default();
    [
        flag(
            "host",
            "USHER_HOST",
            "The address that --port listens on; in a container 0.0.0.0, so that other machines reach the API",
        )
        .value_name("ADDRESS")
        .value_parser(value_parser!(IpAddr))
        .default_value(defaults.host.to_string()),
        flag("port", "USHER_PORT", "The port of the API; with 0 the system chooses a free port")
            .value_parser(value_parser!(u16))
            .default_value(defaults.port.to_string()),
        flag("data-dir", "USHER_DATA_DIR", "The directory that holds the table and the secrets")
            .value_parser(value_parser!(PathBuf))
            .default_value(defaults.data_dir.into_os_string()),
        flag("memory", "USHER_MEMORY", "Keep the table in memory and forget everything at the end")
            .action(ArgAction::SetTrue)
            .value_parser(FalseyValueParser::new()),
        flag("max-send-rate", "USHER_MAX_SEND_RATE", "How many recipients SES accepts in a second")
            .value_parser(value_parser!(u32).range(1..))
            .default_value(defaults.max_send_rate.to_string()),
        flag("shards", "USHER_SHARDS", "How many shards the table's stream has, each with its own deliverer of mails")
            .value_parser(value_parser!(u16).range(1..=100))
            .default_value(defaults.shards.to_string()),
        flag("seed", "USHER_SEED", "A YAML file with the companies, people and workspaces that the stack begins with")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf)),
        flag(
            "allowed-origins",
            "ALLOWED_ORIGINS",
            "The origins whose pages may call the API, with commas between them [default: the origin of APP_URL]",
        )
        .value_name("ORIGINS"),
        flag("forward-events", "USHER_FORWARD_EVENTS", "A URL to which every event of the bus is posted as JSON")
            .value_name("URL"),
    ]
}

/// The flags of the AWS services: the flags of the services that the stack uses, and the flags of the services that the
/// stack serves to other processes.
fn aws_flags() -> [Arg; 3] {
    [
        flag(
            "endpoint",
            "USHER_ENDPOINT",
            "An AWS-compatible endpoint that replaces the stack's own DynamoDB, SES and EventBridge",
        )
        .value_name("URL"),
        flag(
            "aws-port",
            "USHER_AWS_PORT",
            "A port that serves DynamoDB, DynamoDB Streams, SES v2, EventBridge and Secrets Manager to other processes; \
             with 0 the system chooses a free port [default: none]",
        )
        .value_name("PORT")
        .value_parser(value_parser!(u16)),
        flag(
            "aws-host",
            "USHER_AWS_HOST",
            "The address that --aws-port listens on; containers need one that they can reach, such as 0.0.0.0",
        )
        .value_name("ADDRESS")
        .value_parser(value_parser!(IpAddr))
        .default_value("127.0.0.1"),
    ]
}

/// The flag of the functions that other programs run.
fn function_flag() -> Arg {
    flag(
        "function",
        "USHER_FUNCTIONS",
        "Invoke the function of this name at this URL, where the runtime interface emulator or cargo lambda watch runs it; \
         can be given for each function",
    )
    .value_name("NAME=URL")
    .action(ArgAction::Append)
    .value_delimiter(',')
    .value_parser(named_url)
}

/// Reads the value of `--function`: a function's name and its URL.
fn named_url(value: &str) -> Result<(String, String), &'static str> {
    let named = value.split_once('=').map(|(name, url)| (name.to_owned(), url.to_owned()));
    named.ok_or(
        "give a function's name and its URL, such as \
         invite-users=http://127.0.0.1:8080/2015-03-31/functions/function/invocations",
    )
}

fn options(matches: &ArgMatches) -> Options {
    let defaults = Options::default();
    let text = |name| matches.get_one::<String>(name).filter(|value| !value.is_empty()).cloned();
    let aws_host = matches.get_one("aws-host").copied().unwrap_or(IpAddr::from([127, 0, 0, 1]));
    Options {
        host: matches.get_one("host").copied().unwrap_or(defaults.host),
        port: matches.get_one("port").copied().unwrap_or(defaults.port),
        data_dir: matches.get_one("data-dir").cloned().unwrap_or(defaults.data_dir),
        memory: matches.get_flag("memory"),
        endpoint: text("endpoint"),
        aws_address: matches.get_one("aws-port").map(|port| SocketAddr::new(aws_host, *port)),
        forward_events: text("forward-events"),
        remote_functions: matches.get_many("function").into_iter().flatten().cloned().collect(),
        seed: matches.get_one("seed").cloned(),
        allowed_origins: text("allowed-origins").unwrap_or_default(),
        shards: matches.get_one("shards").copied().unwrap_or(defaults.shards),
        max_send_rate: matches.get_one("max-send-rate").copied().unwrap_or(defaults.max_send_rate),
        parameters: PARAMETERS
            .iter()
            .filter_map(|(name, _)| Some(((*name).to_owned(), matches.get_one::<String>(name)?.clone())))
            .collect(),
    }
}

/// The line that the program prints when it accepts requests.
fn ready_line(stack: &Stack, json: bool) -> String {
    let (api, aws) = (stack.url(), stack.aws_url());
    let (inbox, docs) = (format!("{api}/_local/inbox"), format!("{api}/docs"));
    if json {
        return json!({ "api": api, "inbox": inbox, "docs": docs, "aws": aws }).to_string();
    }
    let aws = aws.map(|url| format!(", AWS endpoint {url}")).unwrap_or_default();
    format!("Usher is ready: API {api}, inbox {inbox}, reference {docs}{aws}")
}

/// Logs as JSON to stderr. The database engine logs a warning for each failed condition; conditions fail in normal
/// operation, so only the engine's errors are logged.
fn log(level: &str) {
    let own = level.parse().unwrap_or(LevelFilter::WARN);
    let filter = functions::log::filter(level).with_target("local", own).with_target("dynoxide", LevelFilter::ERROR);
    let log = functions::log::to(std::io::stderr, filter, None);
    // Setting the log fails only if the process has a log already.
    drop(tracing::subscriber::set_global_default(log));
}

/// Waits for Ctrl-C or SIGTERM. A signal that comes between the call of this function and the `await` counts too.
#[cfg(unix)]
fn stop_signal() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async {
        let (Ok(mut interrupted), Ok(mut terminated)) = signals else { return std::future::pending().await };
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    }
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
async fn stop_signal() {
    drop(tokio::signal::ctrl_c().await);
}
