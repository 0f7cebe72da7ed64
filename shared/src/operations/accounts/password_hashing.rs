//! Hashing and verifying passwords on hashing threads, one for each processor core.
//!
//! The async threads never hash, because hashing takes tens of milliseconds. At most as many passwords are hashed at
//! the same time as the machine has cores, which bounds the memory that hashing takes. The hashing threads take jobs
//! from a queue, so no core waits for an async thread.

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

/// How long an idle hashing thread keeps the memory in which the thread hashed passwords.
const IDLE_MEMORY_TIME: Duration = Duration::from_secs(1);

type Job = Box<dyn FnOnce(&mut HashingMemory) + Send>;

/// The queue of the jobs that hash or verify a password. The hashing threads take the oldest job of the queue first.
static QUEUE: LazyLock<Sender<Job>> = LazyLock::new(|| {
    let (queue, jobs) = unbounded();
    for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
        let jobs = jobs.clone();
        thread::spawn(move || run_jobs(&jobs));
    }
    queue
});

fn run_jobs(jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let mut memory = HashingMemory::default();
        let mut next = Ok(first);
        while let Ok(job) = next {
            // If a hashing job panics, the job's sender is dropped without a result, and the task that waits for the
            // job returns an error.
            drop(catch_unwind(AssertUnwindSafe(|| job(&mut memory))));
            next = jobs.recv_timeout(IDLE_MEMORY_TIME);
        }
    }
}

/// Runs `work` on one of the hashing threads.
async fn on_hashing_thread<T: Send + 'static>(
    work: impl FnOnce(&mut HashingMemory) -> T + Send + 'static,
) -> Result<T> {
    let (sender, receiver) = oneshot::channel();
    let job = Box::new(move |memory: &mut HashingMemory| drop(sender.send(work(memory))));
    QUEUE.send(job).map_err(|_| Error::internal("hashing a password: no thread takes jobs"))?;
    receiver.await.map_err(|_| Error::internal("hashing a password: the job panicked"))
}

impl Usher {
    /// The hash of a new password, which a hashing thread makes.
    pub(in crate::operations) async fn hash_password(&self, password: Password) -> Result<PasswordHash> {
        let random = self.random.clone();
        on_hashing_thread(move |memory| PasswordHash::create(&password, &*random, memory)).await
    }

    /// Whether `hash` is the hash of `password`, as a hashing thread finds out.
    pub(in crate::operations) async fn verify_password(&self, password: Password, hash: PasswordHash) -> Result<bool> {
        on_hashing_thread(move |memory| hash.verify(&password, memory)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_becomes_an_error_and_the_threads_go_on() {
        let panicking = |_: &mut HashingMemory| -> u8 { panic!("a bug") };
        for _ in 0..100 {
            assert!(on_hashing_thread(panicking).await.is_err());
        }
        assert_eq!(on_hashing_thread(|_| 1).await.unwrap(), 1);
    }
}
