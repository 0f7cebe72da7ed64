//! The local stack as people run it: a process of its own, its data on disk.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tests::Endpoint;

use crate::programs::Programs;

/// How often is looked whether all mails have come.
const LOOK: Duration = Duration::from_millis(250);

/// A running local stack. Dropping it ends it.
pub(crate) struct LocalStack {
    process: Child,
    /// Its services.
    pub(crate) endpoint: Endpoint,
    /// From before the process was spawned to its ready line.
    pub(crate) ready_after: Duration,
    /// Its data, gone after the process.
    data: Option<TempDir>,
}

impl LocalStack {
    /// A stack with nothing in it.
    pub(crate) fn start(programs: &Programs) -> Self {
        let data = TempDir::new().expect("a directory");
        let mut stack = Self::start_in(programs, data.path());
        stack.data = Some(data);
        stack
    }

    /// A stack on the data in `directory`.
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

    /// A line of the process's status in megabytes: `VmRSS` is its memory now, `VmHWM` the most it ever had.
    pub(crate) fn memory(&self, line: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("Linux's /proc");
        let value = status.lines().find_map(|it| it.strip_prefix(line)?.strip_prefix(':')).expect("such a line");
        let kibibytes: f64 = value.trim().trim_end_matches(" kB").parse().expect("a number of kB");
        kibibytes * 1024.0 / 1e6
    }

    /// How many mails were ever taken.
    pub(crate) async fn mails_taken(&self) -> u64 {
        let newest = self.endpoint.send("GET", "/_local/inbox/mails", None, None).await.expect(200).json();
        newest["mails"][0]["number"].as_u64().unwrap_or(0)
    }

    /// Waits until so many mails were taken in all and the stack is idle again: what became of a mail is written after it.
    pub(crate) async fn mails_come(&self, taken: u64) {
        while self.mails_taken().await < taken {
            tokio::time::sleep(LOOK).await;
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
