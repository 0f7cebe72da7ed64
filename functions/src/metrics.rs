//! The metrics of a function: lines of CloudWatch's embedded metric format in the function's log, from which CloudWatch
//! reads the metrics. A metric costs no call. `docs/deploy.md` explains the metrics.

use std::io::{self, Write};

use metrics::{Unit, counter, describe_counter, describe_histogram, histogram};
use metrics_cloudwatch_embedded::{Builder, Collector};
use shared::operations::COUNTED;
use tokio::time::Duration;

use crate::operation::Operation;

const LATENCY: &str = "Latency";
const THROTTLES: &str = "Throttles";

/// The names of all metrics.
pub fn names() -> impl Iterator<Item = &'static str> {
    COUNTED.into_iter().chain([LATENCY, THROTTLES])
}

/// The metrics of this process. Only a function on Lambda installs them. In the local stack nothing is counted.
#[derive(Clone, Copy)]
pub struct Metrics(&'static Collector);

impl Metrics {
    /// Counts metrics of this CloudWatch namespace from now on. A process can install its metrics once.
    ///
    /// # Errors
    /// The process has installed its metrics before.
    pub fn install(namespace: String) -> Result<Self, lambda_runtime::Error> {
        let collector = Builder::new().cloudwatch_namespace(namespace).init()?;
        for name in COUNTED.into_iter().chain([THROTTLES]) {
            describe_counter!(name, Unit::Count, "");
        }
        describe_histogram!(LATENCY, Unit::Milliseconds, "");
        Ok(Self(collector))
    }

    /// Writes what was counted since the last call, one line for each combination of dimensions. Nothing is written for
    /// metrics that are zero.
    ///
    /// # Errors
    /// The writer's errors.
    pub fn write(&self, writer: &mut impl Write) -> io::Result<()> {
        // The collector writes a line in many parts. Another thread must not log between the parts.
        let mut lines = Vec::new();
        self.0.flush(&mut lines)?;
        writer.write_all(&lines)?;
        writer.flush()
    }
}

/// Counts how long an operation took.
pub(crate) fn took(operation: Operation, time: Duration) {
    histogram!(LATENCY, "Operation" => operation.name()).record(time.as_secs_f64() * 1_000.0);
}

/// Counts a request that was refused with the status 429.
pub(crate) fn throttled() {
    counter!(THROTTLES).increment(1);
}
