//! The read and write units by which AWS charges for calls of DynamoDB.

use std::ops::AddAssign;

use serde::Serialize;

/// The read and write units that one or more calls of DynamoDB consumed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(crate) struct Units {
    pub(crate) read: f64,
    pub(crate) write: f64,
}

impl AddAssign for Units {
    fn add_assign(&mut self, other: Self) {
        self.read += other.read;
        self.write += other.write;
    }
}
