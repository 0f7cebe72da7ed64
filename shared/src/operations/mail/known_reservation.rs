//! [`KnownReservation`]: what a process knows of the reserved sending time.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// The end of the reserved sending time, as far as this process knows. With this knowledge a deliverer usually needs one
/// write to reserve sending time.
#[derive(Debug, Default)]
pub(crate) struct KnownReservation(Mutex<Option<Timestamp>>);

impl KnownReservation {
    /// The end that this process reserved most recently.
    pub(super) fn end(&self) -> Option<Timestamp> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers the end that this process has reserved.
    pub(super) fn remember(&self, end: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
    }
}
