//! What a test needs of the service that it calls, and which service the tests of this run call.
//!
//! A test says what it needs when it asks for an [`Endpoint`](crate::Endpoint). A local stack of the test's own has
//! everything. The service at `USHER_TEST_URL` may lack something: then the test can't run there, and it fails instead
//! of starting a local stack that nobody asked for. `deploy/test-at` finds these tests out first and skips them by name.
//! To do so, it starts a run with `USHER_TEST_PLAN`, in which each test only writes down what it would miss.

use std::{fmt, fs::OpenOptions, io::Write, path::Path};

/// Something that a test needs beside the API and the people's mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The test moves the clock, or stops it.
    Clock,
    /// The test makes AWS calls fail, holds them, or counts them.
    Calls,
    /// The test invokes event functions, or waits until they rest.
    EventFunctions,
    /// The test reads the events that the service publishes.
    Events,
    /// SES reports what happened to the mails.
    MailReports,
    /// The test chooses options of the local stack.
    Options,
}

impl fmt::Display for Need {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Clock => "a clock that the test moves",
            Self::Calls => "AWS calls that the test makes fail, holds or counts",
            Self::EventFunctions => "event functions that the test invokes or waits for",
            Self::Events => "the events that the service publishes",
            Self::MailReports => "SES's reports about mails",
            Self::Options => "a local stack with options of its own",
        })
    }
}

/// The running service at `USHER_TEST_URL`.
pub(crate) struct Running {
    /// The address of the service.
    pub(crate) url: String,
    /// The address of the list of all mails, if the service isn't a local stack: `USHER_TEST_MAILS`.
    pub(crate) mails: Option<String>,
    /// The parameters of the service that aren't the default, as `NAME=value NAME=value`: `USHER_TEST_PARAMETERS`.
    parameters: String,
}

impl Running {
    /// The service that the environment names. The value is `None` if each test has a local stack of its own.
    fn from_environment() -> Option<Self> {
        let url = variable("USHER_TEST_URL")?;
        assert!(url.starts_with("http://"), "USHER_TEST_URL must begin with http://, but it is {url}");
        let parameters = variable("USHER_TEST_PARAMETERS").unwrap_or_default();
        Some(Self { url: url.trim_end_matches('/').to_owned(), mails: variable("USHER_TEST_MAILS"), parameters })
    }

    /// The needs among the given ones that the service doesn't meet. All tests share the service, so that no test can
    /// change how it works. A local stack lists its events and reports what happens to mails. An emulator does neither.
    fn lacks(&self, needs: &[Need]) -> Vec<Need> {
        let shared = [Need::Events, Need::MailReports];
        let has = |need: &Need| self.mails.is_none() && shared.contains(need);
        needs.iter().copied().filter(|need| !has(need)).collect()
    }
}

/// The service that this run's tests share, if they share one and it has the default parameters.
///
/// # Panics
/// If the service doesn't meet the needs of the test, or if the run only asks what the tests need.
pub(crate) fn running(needs: &[Need]) -> Option<Running> {
    let running = Running::from_environment();
    let mut lacks = Vec::new();
    if let Some(running) = &running {
        lacks.extend(running.lacks(needs).iter().map(ToString::to_string));
        lacks.extend((!running.parameters.is_empty()).then(|| "the default parameters".to_owned()));
    }
    proceed(running, &lacks)
}

/// The service that this run's tests share, if they share one and it has just these parameters.
///
/// # Panics
/// If the service has other parameters, or if the run only asks what the tests need.
pub(crate) fn running_with(parameters: &[(&str, &str)]) -> Option<Running> {
    let mut wanted: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    wanted.sort_unstable();
    let running = Running::from_environment();
    let lacks = running.as_ref().filter(|running| running.parameters != wanted.join(" "));
    let lacks = lacks.map(|_| format!("the parameters {}", wanted.join(" and ")));
    proceed(running, lacks.as_slice())
}

/// Says what a test needs that doesn't say so when it asks for an [`Endpoint`](crate::Endpoint).
///
/// # Panics
/// If the service that this run's tests share doesn't meet the needs.
pub fn needs(needs: &[Need]) {
    if let Some(running) = Running::from_environment() {
        let lacks: Vec<_> = running.lacks(needs).iter().map(ToString::to_string).collect();
        if !lacks.is_empty() {
            proceed(Some(running), &lacks);
        }
    }
}

/// Whether a path is one of a local stack's controls: a test that uses the controls would disturb the others.
pub(crate) fn controls(path: &str) -> bool {
    [
        "/_local/clock",
        "/_local/faults",
        "/_local/calls",
        "/_local/units",
        "/_local/functions",
        "/_local/reset",
        "/2015-03-31/",
    ]
    .iter()
    .any(|control| path.starts_with(control))
}

fn proceed(running: Option<Running>, lacks: &[String]) -> Option<Running> {
    let lacks = lacks.join(", and ");
    if let Some(plan) = variable("USHER_TEST_PLAN") {
        write_down(Path::new(&plan), &lacks);
        panic!("this run only asks what the tests need");
    }
    assert!(lacks.is_empty(), "the service at USHER_TEST_URL can't run this test, which needs {lacks}");
    running
}

/// Appends the running test's name and what the test would miss to the plan. Rust's test harness runs each test in a
/// thread that has the name of the test.
fn write_down(plan: &Path, lacks: &str) {
    let test = std::thread::current().name().expect("the test harness names the thread").to_owned();
    let mut plan = OpenOptions::new().create(true).append(true).open(plan).expect("USHER_TEST_PLAN can be written");
    plan.write_all(format!("{test}\t{lacks}\n").as_bytes()).expect("USHER_TEST_PLAN can be written");
}

/// A variable of the environment. A variable that is set to nothing counts as not set.
fn variable(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the environment decides which service is tested")]
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
