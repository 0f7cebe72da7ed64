//! The program: its ready line, its end, and a restart after a kill.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::{
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, Command, Stdio},
};

fn usher(data_dir: &Path, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_usher"))
        .args(["--port", "0", "--data-dir"])
        .arg(data_dir)
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The API's address in the ready line.
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
fn a_bad_value_stops_the_start_and_is_named() {
    let directory = tempfile::TempDir::new().unwrap();
    for (arguments, name) in [
        (["--invitation-ttl-seconds", "0"], "INVITATION_TTL_SECONDS"),
        (["--log-level", "loud"], "LOG_LEVEL"),
        (["--endpoint", "nowhere"], "endpoint"),
        (["--max-send-rate", "0"], "max-send-rate"),
    ] {
        let mut refused = usher(directory.path(), &arguments);
        let mut said = String::new();
        refused.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(refused.wait().unwrap().code(), Some(2), "{said}");
        assert!(said.contains(name), "{said}");
    }
}
