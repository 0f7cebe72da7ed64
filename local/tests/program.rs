//! Tests of the program `usher`: its ready line, its end, and a restart after a kill.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::{
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, Command, Stdio},
};

fn usher(data_dir: &Path, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_usher"))
        .env("USHER_PORT", "0")
        .arg("--data-dir")
        .arg(data_dir)
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The address of the API, as the program's ready line prints it.
fn ready(usher: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(usher.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let (_, rest) = line.split_once("API ").unwrap_or_else(|| panic!("not the ready line: {line:?}"));
    assert!(line.contains("/_local/inbox"));
    rest.split(',').next().unwrap().to_owned()
}

fn signal(usher: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &usher.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn it_starts_again_after_a_kill_and_ends_cleanly_when_asked() {
    let directory = tempfile::TempDir::new().unwrap();
    let mut killed = usher(directory.path(), &[]);
    ready(&mut killed);
    let secret = std::fs::read(directory.path().join("token-secret.json")).unwrap();
    killed.kill().unwrap();
    killed.wait().unwrap();
    for name in ["-INT", "-TERM"] {
        let mut stopped = usher(directory.path(), &[]);
        assert!(ready(&mut stopped).starts_with("http://127.0.0.1:"));
        signal(&stopped, name);
        assert_eq!(stopped.wait().unwrap().code(), Some(0), "{name}");
    }
    assert_eq!(std::fs::read(directory.path().join("token-secret.json")).unwrap(), secret);
}

#[test]
fn the_ready_line_is_json_when_asked_for() {
    let directory = tempfile::TempDir::new().unwrap();
    let mut usher = usher(directory.path(), &["--json", "--aws-port", "0"]);
    let mut line = String::new();
    BufReader::new(usher.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    usher.kill().unwrap();
    usher.wait().unwrap();
    let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
    let api = ready["api"].as_str().unwrap();
    assert_eq!(ready["inbox"], format!("{api}/_local/inbox"));
    assert_eq!(ready["docs"], format!("{api}/docs"));
    let aws = ready["aws"].as_str().unwrap();
    assert!(aws.starts_with("http://127.0.0.1:") && aws != api, "{line}");
}

/// The exit code and the message of a program that does not start.
fn refusal(data_dir: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut refused = usher(data_dir, arguments);
    let mut said = String::new();
    refused.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (refused.wait().unwrap().code(), said)
}

#[test]
fn an_unreachable_endpoint_and_a_port_in_use_stop_the_start_with_advice() {
    let directory = tempfile::TempDir::new().unwrap();
    // The port was free a moment ago, so no server answers at this port.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let endpoint = format!("http://{free}");
    let (code, said) = refusal(directory.path(), &["--endpoint", &endpoint]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(&endpoint) && said.contains("leave --endpoint out"), "{said}");

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for (arguments, option) in [(["--port", &port], "--port"), (["--aws-port", &port], "--aws-port")] {
        let (code, said) = refusal(directory.path(), &arguments);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(&port) && said.contains(&format!("another port with {option}")), "{said}");
    }
}

#[test]
fn a_bad_value_stops_the_start_and_is_named() {
    let directory = tempfile::TempDir::new().unwrap();
    for (arguments, name) in [
        (["--invitation-ttl-seconds", "0"], "INVITATION_TTL_SECONDS"),
        (["--after-join-url", "app.example.com"], "AFTER_JOIN_URL must be an http or https URL"),
        (["--allowed-origins", "https://app.example.com/"], "ALLOWED_ORIGINS must be origins such as"),
        (["--log-level", "loud"], "LOG_LEVEL"),
        (["--log-level", "off"], "LOG_LEVEL"),
        (["--shards", "0"], "shards"),
        (["--endpoint", "nowhere"], "endpoint must be an http or https URL"),
        (["--max-send-rate", "0"], "max-send-rate"),
        (["--forward-events", "nowhere"], "forward-events must be an http or https URL"),
    ] {
        let (code, said) = refusal(directory.path(), &arguments);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(name), "{said}");
    }
}
