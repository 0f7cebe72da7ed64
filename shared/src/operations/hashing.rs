//! Passwords are hashed off the async threads, and never more at once than there are cores.

use std::{num::NonZero, sync::LazyLock};

use tokio::sync::Semaphore;

use crate::{
    Error, Result, Usher,
    domain::{Password, PasswordHash},
};

static CORES: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(1, NonZero::get)));

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let permit = CORES.acquire().await.map_err(|_| Error::internal("hashing: closed"))?;
    // The permit goes with the work: who asked may be gone before it is done.
    let held = move || {
        let _permit = permit;
        work()
    };
    tokio::task::spawn_blocking(held).await.map_err(|_| Error::internal("hashing: it panicked"))
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
