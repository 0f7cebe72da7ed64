//! Background tasks that start and stop together.

use std::time::Duration;

use tokio::{sync::watch, task::JoinHandle};

/// How long the stop of a group of tasks waits for each task to end before the task is aborted.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// A group of background tasks that receive the same stop signal.
#[derive(Debug)]
pub(crate) struct TaskGroup {
    running: watch::Sender<()>,
    tasks: Vec<JoinHandle<()>>,
}

impl Default for TaskGroup {
    fn default() -> Self {
        Self { running: watch::Sender::new(()), tasks: Vec::new() }
    }
}

impl TaskGroup {
    /// Starts a task. The receiver that `task` gets reports a change when the group stops.
    pub(crate) fn spawn<F: Future<Output = ()> + Send + 'static>(
        &mut self,
        task: impl FnOnce(watch::Receiver<()>) -> F,
    ) {
        self.tasks.push(tokio::spawn(task(self.running.subscribe())));
    }

    /// Sends the stop signal and waits for the tasks, each for at most [`STOP_TIMEOUT`].
    pub(crate) async fn stop(self) {
        drop(self.running);
        for mut task in self.tasks {
            if tokio::time::timeout(STOP_TIMEOUT, &mut task).await.is_err() {
                tracing::warn!("a background task did not end in time and is aborted");
                task.abort();
            }
        }
    }
}
