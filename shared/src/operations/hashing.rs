//! Passwords are hashed off the async threads, on one thread for each core: never more at once, and no core waits for
//! an async thread to hand it the next.

use std::{
    num::NonZero,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, LazyLock, Mutex, PoisonError, mpsc},
    thread,
};

use tokio::sync::oneshot;

use crate::{
    Error, Result, Usher,
    domain::{Password, PasswordHash},
};

type Job = Box<dyn FnOnce() + Send>;

/// What waits for one of the threads, first come first served.
static QUEUE: LazyLock<mpsc::Sender<Job>> = LazyLock::new(|| {
    let (queue, jobs) = mpsc::channel();
    let jobs = Arc::new(Mutex::new(jobs));
    for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
        let jobs = Arc::clone(&jobs);
        thread::spawn(move || {
            while let Some(job) = next(&jobs) {
                // Whoever waits for it hears of a panic by the missing answer.
                drop(catch_unwind(AssertUnwindSafe(job)));
            }
        });
    }
    queue
});

fn next(jobs: &Mutex<mpsc::Receiver<Job>>) -> Option<Job> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let (answer, answered) = oneshot::channel();
    let job = Box::new(move || drop(answer.send(work())));
    QUEUE.send(job).map_err(|_| Error::internal("hashing: nobody does it"))?;
    answered.await.map_err(|_| Error::internal("hashing: it panicked"))
}

impl Usher {
    /// The hash of a new password.
    pub(super) async fn hash_password(&self, password: Password) -> Result<PasswordHash> {
        let random = self.random.clone();
        off_thread(move || PasswordHash::create(&password, &*random)).await
    }

    /// Whether it is the password of this hash.
    pub(super) async fn check_password(&self, password: Password, hash: PasswordHash) -> Result<bool> {
        off_thread(move || hash.verify(&password)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_and_ends_no_thread() {
        for _ in 0..100 {
            assert!(off_thread(|| -> u8 { panic!("a bug") }).await.is_err());
        }
        assert_eq!(off_thread(|| 1).await.unwrap(), 1);
    }
}
