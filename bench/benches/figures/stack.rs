//! The local stack as a separate process with its data on disk, as developers run the local stack.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tests::Endpoint;

use crate::programs::Programs;

/// The pause between two checks of how many mails have arrived.
const POLL: Duration = Duration::from_millis(250);

/// A running local stack. Dropping this value ends the stack's process.
pub(crate) struct LocalStack {
    process: Child,
    /// The service that the local stack runs.
    pub(crate) endpoint: Endpoint,
    /// The address of the AWS services that the local stack offers to other processes.
    pub(crate) aws_url: String,
    /// The time from the start of the stack's process to the line by which the process says that it is ready.
    pub(crate) ready_after: Duration,
    /// The stack's data directory, which is deleted after the stack's process has ended.
    data: Option<TempDir>,
}

impl LocalStack {
    /// Starts a local stack without data.
    pub(crate) fn start(programs: &Programs) -> Self {
        let data = TempDir::new().expect("a directory");
        let mut stack = Self::start_in(programs, data.path());
        stack.data = Some(data);
        stack
    }

    /// Starts a local stack with the data in `directory`.
    pub(crate) fn start_in(programs: &Programs, directory: &Path) -> Self {
        let begin = Instant::now();
        let mut process = Command::new(&programs.usher)
            .args(["--port", "0", "--aws-port", "0", "--json", "--data-dir"])
            .arg(directory)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the local stack starts");
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().expect("its output"));
        output.read_line(&mut line).expect("its ready line");
        let ready_after = begin.elapsed();
        let urls: serde_json::Value = serde_json::from_str(&line).expect("its ready line is JSON");
        let url = |name: &str| urls[name].as_str().expect("its address").to_owned();
        Self { process, endpoint: Endpoint::unchecked(&url("api")), aws_url: url("aws"), ready_after, data: None }
    }

    /// A value in megabytes from the status of the stack's process.
    pub(crate) fn memory(&self, line: &str) -> f64 {
        memory(self.process.id(), line)
    }

    /// How many mails SES has accepted since the local stack started.
    pub(crate) async fn mails_accepted(&self) -> u64 {
        let newest = self.endpoint.send("GET", "/_local/inbox/mails", None, None).await.expect(200).json();
        newest["mails"][0]["number"].as_u64().unwrap_or(0)
    }

    /// Waits until SES has accepted the given number of mails in all and the local stack is idle. The functions still
    /// record each mail's delivery after SES has accepted the mail.
    pub(crate) async fn wait_for_mails(&self, accepted: u64) {
        while self.mails_accepted().await < accepted {
            tokio::time::sleep(POLL).await;
        }
        self.endpoint.wait_until_idle().await;
    }
}

impl Drop for LocalStack {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// A value in megabytes from the status of a process: `VmRSS` is the present memory, and `VmHWM` is the largest memory so
/// far.
pub(crate) fn memory(process: u32, line: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("Linux's /proc");
    let value = status.lines().find_map(|it| it.strip_prefix(line)?.strip_prefix(':')).expect("such a line");
    let kibibytes: f64 = value.trim().trim_end_matches(" kB").parse().expect("a number of kB");
    kibibytes * 1024.0 / 1e6
}
