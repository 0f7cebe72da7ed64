//! A measured ratio and its limit.

use std::time::Duration;

/// What a figure may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Limit {
    /// Not less than this.
    AtLeast(f64),
    /// Not more than this.
    AtMost(f64),
}

/// One line of the table.
#[derive(Debug)]
pub(crate) struct Figure {
    /// What was measured, with its unit.
    pub(crate) name: String,
    /// What it came to.
    pub(crate) measured: f64,
    /// What is asked.
    pub(crate) limit: Limit,
    /// The absolute values behind it, of this machine and this run.
    pub(crate) behind: String,
}

impl Figure {
    pub(crate) fn is_met(&self) -> bool {
        match self.limit {
            Limit::AtLeast(least) => self.measured >= least,
            Limit::AtMost(most) => self.measured <= most,
        }
    }
}

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, measured, behind, .. } = self;
        let verdict = if self.is_met() { "ok" } else { "MISSED" };
        let limit = match self.limit {
            Limit::AtLeast(least) => format!("≥ {least}"),
            Limit::AtMost(most) => format!("≤ {most}"),
        };
        write!(f, "| {name} | {measured:.2} | {limit} | {verdict} | {behind} |")
    }
}

/// The middle value: one disturbed repetition doesn't move it.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A duration in milliseconds.
pub(crate) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
