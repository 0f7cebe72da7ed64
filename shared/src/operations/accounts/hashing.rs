//! Passwords are hashed off the async threads, on one thread for each core: never more at once, and no core waits for
//! an async thread to hand it the next.

use std::{
    num::NonZero,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::LazyLock,
    thread,
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender, unbounded};
use tokio::sync::oneshot;

use crate::{
    Error, Result, Usher,
    domain::{HashingMemory, Password, PasswordHash},
};

/// How long a thread that has nothing to do keeps the memory that it hashed in.
const MEMORY_KEPT: Duration = Duration::from_secs(1);

type Job = Box<dyn FnOnce(&mut HashingMemory) + Send>;

/// What waits for one of the threads, first come first served.
static QUEUE: LazyLock<Sender<Job>> = LazyLock::new(|| {
    let (queue, jobs) = unbounded();
    for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
        let jobs = jobs.clone();
        thread::spawn(move || work(&jobs));
    }
    queue
});

fn work(jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let mut memory = HashingMemory::default();
        let mut next = Ok(first);
        while let Ok(job) = next {
            // Whoever waits for it hears of a panic by the missing answer.
            drop(catch_unwind(AssertUnwindSafe(|| job(&mut memory))));
            next = jobs.recv_timeout(MEMORY_KEPT);
        }
    }
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce(&mut HashingMemory) -> T + Send + 'static) -> Result<T> {
    let (answer, answered) = oneshot::channel();
    let job = Box::new(move |memory: &mut HashingMemory| drop(answer.send(work(memory))));
    QUEUE.send(job).map_err(|_| Error::internal("hashing: nobody does it"))?;
    answered.await.map_err(|_| Error::internal("hashing: it panicked"))
}

impl Usher {
    /// The hash of a new password.
    pub(in crate::operations) async fn hash_password(&self, password: Password) -> Result<PasswordHash> {
        let random = self.random.clone();
        off_thread(move |memory| PasswordHash::create(&password, &*random, memory)).await
    }

    /// Whether it is the password of this hash.
    pub(in crate::operations) async fn check_password(&self, password: Password, hash: PasswordHash) -> Result<bool> {
        off_thread(move |memory| hash.verify(&password, memory)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_and_ends_no_thread() {
        for _ in 0..100 {
            assert!(off_thread(|_| -> u8 { panic!("a bug") }).await.is_err());
        }
        assert_eq!(off_thread(|_| 1).await.unwrap(), 1);
    }
}
