//! [`Clock`]: the source of the time. Code that needs the time receives a clock, so that tests can choose the time.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicI64, Ordering},
};

use jiff::{SignedDuration, Timestamp};

/// A source of the time. Only [`SystemClock`] reads the system's clock.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present moment, according to this clock.
    fn now(&self) -> Timestamp;
}

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one function that reads the system's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock for tests: the system's clock with an offset, or a stopped clock. A test of expiry moves this clock instead
/// of sleeping.
#[derive(Debug, Default)]
pub struct TestClock {
    ahead_ms: AtomicI64,
    stopped: Mutex<Option<Timestamp>>,
}

impl TestClock {
    /// Moves the clock forward by this duration, or backward by a negative duration. After the move the clock runs on,
    /// even if a test had stopped the clock.
    pub fn advance(&self, by: SignedDuration) {
        let stopped = self.stopped().take();
        if let Some(at) = stopped {
            self.advance(at.duration_since(self.now()));
        }
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.ahead_ms.fetch_add(by, Ordering::SeqCst);
    }

    /// Stops the test's clock at the given moment.
    pub fn stop_at(&self, at: Timestamp) {
        *self.stopped() = Some(at);
    }

    /// Lets the test's clock show the system's time again.
    pub fn reset(&self) {
        *self.stopped() = None;
        self.ahead_ms.store(0, Ordering::SeqCst);
    }

    fn stopped(&self) -> MutexGuard<'_, Option<Timestamp>> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        if let Some(at) = *self.stopped() {
            return at;
        }
        let ahead = SignedDuration::from_millis(self.ahead_ms.load(Ordering::SeqCst));
        SystemClock.now().saturating_add(ahead).unwrap_or(Timestamp::MAX)
    }
}
