//! Tests of the service on an emulator of AWS that others made, and of a function in the form in which it is deployed.
//! These tests need more tools than `cargo test` alone.

use std::{path::PathBuf, process::Stdio};

use local::Options;
use serde_json::{Value, json};
use tests::{Endpoint, PASSWORD, eventually};
use tokio::process::{Child, Command};

use crate::journey::first_day;

#[tokio::test]
#[ignore = "needs ministack and the built functions, which .ci/run provides; see CONTRIBUTING.md"]
async fn the_first_day_on_ministack_and_a_deployed_function_that_shares_its_table() {
    let (port, http) = (free_port().await, reqwest::Client::new());
    let ministack = format!("http://127.0.0.1:{port}");
    let _emulator = Command::new(path("USHER_TOOLS").join("ministack"))
        .envs([("BIND_HOST", "127.0.0.1"), ("GATEWAY_PORT", &port.to_string())])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    until_answered(&format!("{ministack}/_ministack/health")).await;
    let identity = http.post(format!("{ministack}/v2/email/identities")).body(r#"{"EmailIdentity":"example.com"}"#);
    assert!(identity.send().await.unwrap().status().is_success());

    let options = Options { port: 0, memory: true, endpoint: Some(ministack.clone()), ..Options::default() };
    let usher = Endpoint::with_options(options).await.with_mails_at(&format!("{ministack}/_ministack/ses/messages"));
    first_day(&usher).await;

    let email = usher.address("ada");
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), r#"{"current":"deployed","deployed":"not the local stack's"}"#).unwrap();
    let (_function, url) = deployed("IssueToken", &ministack, &format!("file:{}", secret.path().display())).await;
    let mut event = sample("datagol/issue-token.json");
    event["body"] = json!({ "email": email, "password": PASSWORD }).to_string().into();
    event["isBase64Encoded"] = false.into();
    let answer: Value = http.post(url).body(event.to_string()).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["statusCode"], 200, "{answer}");
    let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();

    // The function signs the access token with its own key. Every function accepts the token, because the public key is
    // in the table.
    let profile = usher.get("/idp/api/v1/user", body["token"].as_str().unwrap()).await.expect(200).json();
    assert_eq!(profile["email"], email);
}

/// Runs a built function under Lambda's runtime interface emulator. Returns the address that invokes it.
async fn deployed(function: &str, endpoint: &str, token_secret: &str) -> (Child, String) {
    let (invoke, runtime) = (free_port().await, free_port().await);
    let child = Command::new(runtime_emulator())
        .args(["--runtime-interface-emulator-address", &format!("127.0.0.1:{invoke}")])
        .args(["--runtime-api-address", &format!("127.0.0.1:{runtime}")])
        .arg(path("USHER_BUILD").join(function).join("bootstrap"))
        .envs([
            ("AWS_ENDPOINT_URL", endpoint),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("TOKEN_SECRET", token_secret),
            ("TABLE_NAME", "usher"),
            ("APP_URL", "https://app.example.com"),
            ("SENDER_ADDRESS", "usher@example.com"),
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    until_listening(invoke).await;
    (child, format!("http://127.0.0.1:{invoke}/2015-03-31/functions/function/invocations"))
}

/// The path of Lambda's runtime interface emulator, which comes with SAM's command line.
fn runtime_emulator() -> PathBuf {
    let library = path("USHER_TOOLS").join("../lib");
    let pythons = std::fs::read_dir(library).unwrap().map(|entry| entry.unwrap().path());
    let found = pythons.map(|python| python.join("site-packages/samcli/local/rapid/aws-lambda-rie-x86_64"));
    found.into_iter().find(|path| path.exists()).expect("SAM's command line is installed")
}

fn sample(name: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../events").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

pub(crate) fn path(variable: &str) -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "where the tools are is the environment's say")]
    let path = std::env::var(variable).unwrap_or_else(|_| panic!("{variable} must be set, as .ci/run does it"));
    path.into()
}

async fn free_port() -> u16 {
    tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

async fn until_listening(port: u16) {
    let connect = async || tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok();
    eventually(&format!("a program that listens on {port}"), connect).await;
}

async fn until_answered(url: &str) {
    let get = async || reqwest::get(url).await.ok().filter(|answer| answer.status().is_success());
    eventually(&format!("an answer of {url}"), get).await;
}
