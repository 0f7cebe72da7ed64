//! The program `usher`, which runs a local stack.

use std::{error::Error, io::Write as _, num::NonZero, path::PathBuf, process::ExitCode, thread};

use clap::{Arg, ArgAction, ArgMatches, Command, builder::FalseyValueParser, value_parser};
use local::{Options, PARAMETERS, Stack};
use tokio::runtime::Builder;
use tracing_subscriber::EnvFilter;

/// After a request that invites thousands, the system's allocator keeps twice as much memory as this one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let options = options(&command().get_matches());
    log(options.parameters.get("LOG_LEVEL").map_or("warn", String::as_str));
    // The database has a thread of its own, so the runtime gets one thread less than there are cores.
    let threads = thread::available_parallelism().map_or(1, NonZero::get).saturating_sub(1).max(1);
    match Builder::new_multi_thread().worker_threads(threads).enable_all().build() {
        Ok(runtime) => runtime.block_on(run(options)),
        Err(error) => fail(&error, 1),
    }
}

async fn run(options: Options) -> ExitCode {
    let stack = match Stack::start(options).await {
        Ok(stack) => stack,
        Err(error) => return fail(&error, if error.is_usage() { 2 } else { 1 }),
    };
    let stopped = stop_signal();
    let url = stack.url();
    let ready = format!("Usher is ready: API {url}, inbox {url}/_local/inbox, reference {url}/docs");
    drop(writeln!(std::io::stdout(), "{ready}"));
    stopped.await;
    stack.stop().await;
    ExitCode::SUCCESS
}

fn fail(error: &dyn Error, code: u8) -> ExitCode {
    drop(writeln!(std::io::stderr(), "usher: {error}"));
    ExitCode::from(code)
}

fn command() -> Command {
    let defaults = Options::default();
    let flag = |name: &'static str, env: &'static str| Arg::new(name).long(name).env(env).hide_env_values(true);
    let command = Command::new("usher")
        .about("Runs the whole of Usher on this machine: the API, its database and its mail")
        .version(env!("CARGO_PKG_VERSION"))
        .arg(
            flag("port", "USHER_PORT")
                .value_parser(value_parser!(u16))
                .default_value(defaults.port.to_string())
                .help("The port of the API on 127.0.0.1; with 0 the system chooses a free port"),
        )
        .arg(
            flag("data-dir", "USHER_DATA_DIR")
                .value_parser(value_parser!(PathBuf))
                .default_value(defaults.data_dir.into_os_string())
                .help("The directory that holds the table and the secrets"),
        )
        .arg(
            flag("memory", "USHER_MEMORY")
                .action(ArgAction::SetTrue)
                .value_parser(FalseyValueParser::new())
                .help("Keep the table in memory and forget everything at the end"),
        )
        .arg(
            flag("endpoint", "USHER_ENDPOINT")
                .value_name("URL")
                .help("An AWS-compatible endpoint that replaces the stack's own DynamoDB, SES and EventBridge"),
        )
        .arg(
            flag("max-send-rate", "USHER_MAX_SEND_RATE")
                .value_parser(value_parser!(u32).range(1..))
                .default_value(defaults.max_send_rate.to_string())
                .help("How many recipients SES accepts in a second"),
        );
    PARAMETERS.iter().fold(command, |command, &(name, help)| {
        let long = name.to_lowercase().replace('_', "-");
        command.arg(Arg::new(name).long(long).env(name).value_name("VALUE").hide_env_values(true).help(help))
    })
}

fn options(matches: &ArgMatches) -> Options {
    let defaults = Options::default();
    Options {
        port: matches.get_one("port").copied().unwrap_or(defaults.port),
        data_dir: matches.get_one("data-dir").cloned().unwrap_or(defaults.data_dir),
        memory: matches.get_flag("memory"),
        endpoint: matches.get_one::<String>("endpoint").filter(|endpoint| !endpoint.is_empty()).cloned(),
        max_send_rate: matches.get_one("max-send-rate").copied().unwrap_or(defaults.max_send_rate),
        parameters: PARAMETERS
            .iter()
            .filter_map(|(name, _)| Some(((*name).to_owned(), matches.get_one::<String>(name)?.clone())))
            .collect(),
    }
}

/// Logs as JSON to stderr. The database engine logs a warning for each failed condition; conditions fail in normal
/// operation, so only the engine's errors are logged.
fn log(level: &str) {
    let own = functions::log::directives(level);
    let filter = EnvFilter::try_new(format!("{own},local={level},dynoxide=error"));
    let filter = filter.unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().json().with_writer(std::io::stderr).with_env_filter(filter).init();
}

/// Waits for Ctrl-C or SIGTERM. A signal that comes after this call and before the `await` counts too.
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
