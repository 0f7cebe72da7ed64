//! A figure of the benchmark: a measured ratio and its limit.

use std::time::Duration;

/// The limit that a measured figure must keep.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Limit {
    /// The figure must be at least the given number.
    AtLeast(f64),
    /// The figure must be at most the given number.
    AtMost(f64),
}

/// A measured figure: one line of the table that the benchmark prints.
#[derive(Debug)]
pub(crate) struct Figure {
    /// What the figure measures, with its unit.
    pub(crate) name: String,
    /// The measured value of the figure.
    pub(crate) measured: f64,
    /// The limit that the measured value must keep.
    pub(crate) limit: Limit,
    /// The absolute values behind the ratio. The absolute values of a figure depend on the machine and on the run of
    /// the benchmark.
    pub(crate) absolute: String,
}

impl Figure {
    /// Whether the measured value keeps its limit.
    pub(crate) fn is_met(&self) -> bool {
        match self.limit {
            Limit::AtLeast(least) => self.measured >= least,
            Limit::AtMost(most) => self.measured <= most,
        }
    }
}

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, measured, absolute, .. } = self;
        let verdict = if self.is_met() { "ok" } else { "MISSED" };
        let limit = match self.limit {
            Limit::AtLeast(least) => format!("≥ {least}"),
            Limit::AtMost(most) => format!("≤ {most}"),
        };
        write!(f, "| {name} | {measured:.2} | {limit} | {verdict} | {absolute} |")
    }
}

/// The median of repeated measurements. One disturbed repetition doesn't change the median.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A duration in milliseconds.
pub(crate) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
