//! Idempotent requests: a retry with the same key resumes an interrupted run or replays the stored response. This
//! folder keeps the record of each idempotent request and a note of what each of its transactions wrote.

pub(super) mod idempotent_runs;
