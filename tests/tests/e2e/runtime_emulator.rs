//! The functions as they are built for Lambda, under Lambda's runtime interface emulator. The functions run against the
//! local stack, which sends them its requests and events in place of its own functions.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, SocketAddr},
    process::Stdio,
};

use functions::Operation;
use local::Options;
use serde_json::json;
use shared::domain::{Random, SystemRandom};
use tests::{Endpoint, eventually};
use tokio::{
    net::TcpStream,
    process::{Child, Command},
};

use crate::{
    built_functions::BuiltFunction,
    emulators::runtime_emulator,
    journey::first_day,
    samples::{self, Sample},
};

/// The ports of the runtime interface emulator: for invocations, and for the function.
const INVOKE_PORT: u16 = 8080;
const RUNTIME_PORT: u16 = 9001;

#[tokio::test]
#[ignore = "needs the functions that sam builds: deploy/under-runtime-emulator runs it"]
async fn the_first_day_passes_with_every_function_under_the_runtime_emulator() {
    let built = BuiltFunction::all();
    let deployed: BTreeSet<_> = built.iter().map(|function| function.handler.as_str()).collect();
    assert_eq!(deployed, Operation::ALL.iter().map(|operation| operation.name()).collect());

    let (usher, _emulators) = stack_with(built.iter()).await;
    first_day(&usher).await;
    usher.wait_until_idle().await;
    assert_eq!(usher.calls().await, json!({}), "the local stack's own functions did nothing");
    usher.stop().await;
}

#[tokio::test]
#[ignore = "needs the functions that sam builds: deploy/under-runtime-emulator runs it"]
async fn every_function_answers_its_samples_under_the_runtime_emulator() {
    let built = BuiltFunction::all();
    let mut started = BTreeSet::new();
    for sample in Sample::all() {
        let operation = sample.operation().to_owned();
        let function = built.iter().find(|function| function.handler == operation).expect("a function of that name");
        let (usher, _emulator) = stack_with([function]).await;
        samples::succeeds(sample, &usher).await;
        assert_eq!(usher.calls().await.get(&operation), None, "the local stack's own function did nothing");
        started.insert(operation);
        usher.stop().await;
    }
    assert_eq!(started.len(), built.len(), "every function has a sample");
}

/// A local stack with these functions under the runtime interface emulator, each at a loopback address of its own.
async fn stack_with(functions: impl IntoIterator<Item = &BuiltFunction>) -> (Endpoint, Vec<Child>) {
    let placed: Vec<_> = functions.into_iter().map(|function| (function, loopback_address())).collect();
    let url = |address| format!("http://{address}:{INVOKE_PORT}/2015-03-31/functions/function/invocations");
    let options = Options {
        aws_address: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
        remote_functions: placed.iter().map(|(function, address)| (function.handler.clone(), url(address))).collect(),
        ..Options::in_memory()
    };
    let usher = Endpoint::with_options(options).await;
    let emulators = placed.iter().map(|(function, address)| start(function, *address, &usher)).collect();
    for (_, address) in &placed {
        let connect = async || TcpStream::connect((*address, INVOKE_PORT)).await.ok();
        eventually(&format!("a runtime interface emulator at {address}"), connect).await;
    }
    (usher, emulators)
}

/// Starts a function under the runtime interface emulator. The function gets no environment variable but those that its
/// template declares.
fn start(function: &BuiltFunction, address: Ipv4Addr, usher: &Endpoint) -> Child {
    let credentials = [("AWS_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "any"), ("AWS_SECRET_ACCESS_KEY", "any")];
    Command::new(runtime_emulator())
        .args(["--runtime-interface-emulator-address", &format!("{address}:{INVOKE_PORT}")])
        .args(["--runtime-api-address", &format!("{address}:{RUNTIME_PORT}")])
        .arg(function.folder.join("bootstrap"))
        .arg(&function.handler)
        .env_clear()
        .envs(credentials)
        .envs(function.variables.iter().map(|name| (name, value(name, usher))))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// The value of a variable that the template declares. A function takes its default in place of an empty value.
fn value<'a>(variable: &str, usher: &'a Endpoint) -> &'a str {
    match variable {
        "AWS_ENDPOINT_URL" => usher.aws_url(),
        "APP_URL" => usher.url(),
        "TABLE_NAME" | "EVENT_BUS" => "usher",
        "METRICS_NAMESPACE" => "Usher",
        "SENDER_ADDRESS" => "usher@example.com",
        "LINK_SECRET" => "LinkSecret",
        "TOKEN_SECRET" => "TokenSecret",
        // The emulator reads this variable too, and ends if it is empty.
        "LOG_LEVEL" => "warn",
        // The samples resend invitations that were made just before, and these functions have the system's clock.
        "RESEND_COOLDOWN_SECONDS" => "0",
        _ => "",
    }
}

/// A random address of the loopback network 127.0.0.0/8, which Linux routes to this machine as a whole. No other
/// program uses the address, so its ports are free.
fn loopback_address() -> Ipv4Addr {
    let [a, b, c, ..] = SystemRandom.uuid().into_bytes();
    Ipv4Addr::new(127, 1 + a % 253, b, 1 + c % 253)
}
