//! The local stack as a process of its own with its data on disk, as developers run it.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tests::Endpoint;

use crate::programs::Programs;

/// The pause between two looks at the mailbox.
const POLL: Duration = Duration::from_millis(250);

/// A running local stack. Dropping it ends the process.
pub(crate) struct LocalStack {
    process: Child,
    /// The service.
    pub(crate) endpoint: Endpoint,
    /// The time from the spawn of the process to its ready line.
    pub(crate) ready_after: Duration,
    /// The data directory, which is deleted after the process has ended.
    data: Option<TempDir>,
}

impl LocalStack {
    /// Starts an empty stack.
    pub(crate) fn start(programs: &Programs) -> Self {
        let data = TempDir::new().expect("a directory");
        let mut stack = Self::start_in(programs, data.path());
        stack.data = Some(data);
        stack
    }

    /// Starts a stack with the data in `directory`.
    pub(crate) fn start_in(programs: &Programs, directory: &Path) -> Self {
        let begin = Instant::now();
        let mut process = Command::new(&programs.usher)
            .args(["--port", "0", "--data-dir"])
            .arg(directory)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the local stack starts");
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().expect("its output"));
        output.read_line(&mut line).expect("its ready line");
        let ready_after = begin.elapsed();
        let (_, rest) = line.split_once("API ").expect("its address");
        let endpoint = Endpoint::unchecked(rest.split(',').next().unwrap_or_default());
        Self { process, endpoint, ready_after, data: None }
    }

    /// A line of the process's status in megabytes: `VmRSS` is the memory now, `VmHWM` the largest so far.
    pub(crate) fn memory(&self, line: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("Linux's /proc");
        let value = status.lines().find_map(|it| it.strip_prefix(line)?.strip_prefix(':')).expect("such a line");
        let kibibytes: f64 = value.trim().trim_end_matches(" kB").parse().expect("a number of kB");
        kibibytes * 1024.0 / 1e6
    }

    /// How many mails SES has accepted so far.
    pub(crate) async fn mails_accepted(&self) -> u64 {
        let newest = self.endpoint.send("GET", "/_local/inbox/mails", None, None).await.expect(200).json();
        newest["mails"][0]["number"].as_u64().unwrap_or(0)
    }

    /// Waits until SES has accepted so many mails in all and the stack is idle: the functions record each mail's delivery
    /// after SES has accepted the mail.
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
