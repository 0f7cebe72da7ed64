//! Lambda's runtime API, as far as a function needs it to start and to answer one event
//! (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>).

use axum::{
    Router,
    body::Bytes,
    http::StatusCode,
    routing::{get, post},
};
use tokio::{
    net::TcpListener,
    sync::{
        mpsc::{UnboundedReceiver, unbounded_channel},
        oneshot,
    },
};

/// A simulated runtime API of Lambda, which a function polls for events and responds to.
pub(crate) struct RuntimeApi {
    /// The host and port of the runtime API, which the function gets in `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) address: String,
    polls: UnboundedReceiver<oneshot::Sender<String>>,
    responses: UnboundedReceiver<Bytes>,
}

impl RuntimeApi {
    pub(crate) async fn start() -> Self {
        let (poll, polls) = unbounded_channel::<oneshot::Sender<String>>();
        let (respond, responses) = unbounded_channel();
        let next = move || {
            let poll = poll.clone();
            async move {
                let (event, given) = oneshot::channel();
                drop(poll.send(event));
                let event = given.await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
                let headers = [
                    ("lambda-runtime-aws-request-id", "1"),
                    ("lambda-runtime-deadline-ms", "32503680000000"),
                    (
                        "lambda-runtime-invoked-function-arn",
                        "arn:aws:lambda:eu-central-1:123456789012:function:measured",
                    ),
                ];
                Ok::<_, StatusCode>((headers, event))
            }
        };
        let response = move |body: Bytes| {
            drop(respond.send(body));
            async { StatusCode::ACCEPTED }
        };
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, polls, responses }
    }

    /// Waits until the function polls the runtime API. The function gets the event that the returned sender sends.
    pub(crate) async fn poll(&mut self) -> oneshot::Sender<String> {
        self.polls.recv().await.expect("the function polls")
    }

    /// Waits until the function has responded to an event.
    pub(crate) async fn response(&mut self) -> Bytes {
        self.responses.recv().await.expect("the function responds")
    }
}
