//! Idempotent requests: a retry with the same key resumes an interrupted run or replays the stored response. The folder
//! `idempotency` keeps the record of each idempotent request and a note of what each transaction of the request wrote.

pub(super) mod idempotent_runs;
