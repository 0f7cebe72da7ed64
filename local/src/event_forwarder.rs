//! Forwards the events of the bus to a URL. A full queue or a failing receiver of the events never delays the event
//! bus.

use std::sync::Arc;

use aws_smithy_http_client::{
    Connector,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{http::HttpConnector as _, orchestrator::HttpRequest, result::ConnectorError};
use aws_smithy_types::body::SdkBody;
use tokio::{
    sync::{mpsc, watch},
    time::Duration,
};

/// How many events may wait to be forwarded. While this many events wait to be forwarded, further events are dropped.
const MAX_WAITING: usize = 10_000;

/// How long the receiver of the forwarded events may take to answer one event.
const RECEIVER_TIMEOUT: Duration = Duration::from_secs(5);

/// The queue of events to forward.
#[derive(Debug, Clone)]
pub(crate) struct EventForwarder(mpsc::Sender<Arc<str>>);

impl EventForwarder {
    /// Makes a queue of events to forward, and the receiving end of the queue that [`forward`] reads.
    pub(crate) fn new() -> (Self, mpsc::Receiver<Arc<str>>) {
        let (queue, queued) = mpsc::channel(MAX_WAITING);
        (Self(queue), queued)
    }

    /// Queues an event's JSON. If the queue is full, the event is dropped and a warning is logged.
    pub(crate) fn queue(&self, event: &str) {
        if self.0.try_send(event.into()).is_err() {
            tracing::warn!(MAX_WAITING, "an event is not forwarded: the receiver is too slow");
        }
    }
}

/// Posts each queued event to the URL, one after the other. If forwarding an event fails, the failure is logged, and
/// the event is not sent again.
pub(crate) async fn forward(url: String, mut queued: mpsc::Receiver<Arc<str>>, mut stopped: watch::Receiver<()>) {
    let connector = if url.starts_with("https:") {
        Connector::builder().tls_provider(Provider::Rustls(CryptoMode::Ring)).build()
    } else {
        Connector::builder().build_http()
    };
    loop {
        let event = tokio::select! {
            _ = stopped.changed() => return,
            event = queued.recv() => event,
        };
        let Some(event) = event else { return };
        let sent = tokio::time::timeout(RECEIVER_TIMEOUT, post(&connector, &url, &event)).await;
        match sent {
            Ok(Ok(status)) if (200..300).contains(&status) => {}
            Ok(Ok(status)) => tracing::warn!(status, "the receiver refused a forwarded event"),
            Ok(Err(error)) => tracing::warn!(?error, "an event can't be forwarded"),
            Err(_) => tracing::warn!("the receiver of forwarded events did not answer in time"),
        }
    }
}

/// Posts one event to the URL and returns the HTTP status of the receiver's response.
async fn post(connector: &Connector, url: &str, event: &str) -> Result<u16, ConnectorError> {
    let mut request = HttpRequest::new(SdkBody::from(event));
    request.set_method("POST").map_err(|error| ConnectorError::user(error.into()))?;
    request.set_uri(url).map_err(|error| ConnectorError::user(error.into()))?;
    request.headers_mut().insert("content-type", "application/json");
    Ok(connector.call(request).await?.status().as_u16())
}
