//! Tests of `--forward-events`: the local stack posts each event to a URL.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::Duration,
};

use local::{Options, Stack};
use serde_json::{Value, json};
use tests::{Endpoint, Need, needs};

/// The longest time that a test waits for a forwarded event.
const PATIENCE: Duration = Duration::from_secs(10);

/// Starts a receiver of events that answers each request with the given status. Returns the receiver's URL and the JSON
/// of the requests.
fn receiver(status: &'static str) -> (String, mpsc::Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/events", listener.local_addr().unwrap());
    let (received, bodies) = mpsc::channel();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let received = received.clone();
            std::thread::spawn(move || while answer(connection.as_ref().unwrap(), status, &received).is_some() {});
        }
    });
    (url, bodies)
}

/// Answers the next request of a connection. Returns `None` at the end of the connection.
fn answer(mut connection: &TcpStream, status: &str, received: &mpsc::Sender<Value>) -> Option<()> {
    let mut lines = BufReader::new(connection);
    let (mut length, mut line) = (0, String::new());
    while lines.read_line(&mut line).ok()? > 2 {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        line.clear();
    }
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    received.send(serde_json::from_slice(&body).ok()?).ok()?;
    write!(connection, "HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").ok()
}

async fn stack(url: &str) -> (Stack, Endpoint) {
    needs(&[Need::Options]);
    let options = Options { forward_events: Some(url.to_owned()), ..Options::in_memory() };
    let stack = Stack::start(options).await.unwrap();
    let endpoint = Endpoint::unchecked(stack.url());
    (stack, endpoint)
}

/// Puts an event on the local stack's event bus.
async fn put_event(usher: &Endpoint, number: u32) {
    let detail = json!({ "number": number }).to_string();
    let entries = json!({ "Entries": [{ "Source": "test", "DetailType": "test.happened", "Detail": detail }] });
    let request = usher.request("POST", "/_aws/events/").header("x-amz-target", "AWSEvents.PutEvents");
    usher.read(request.body(entries.to_string())).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_is_posted_even_after_the_receiver_has_failed() {
    for status in ["204 No Content", "500 Internal Server Error"] {
        let (url, bodies) = receiver(status);
        let (stack, usher) = stack(&url).await;
        for number in 0..3 {
            put_event(&usher, number).await;
            let event = tokio::task::block_in_place(|| bodies.recv_timeout(PATIENCE)).unwrap();
            assert_eq!(
                (&event["detail-type"], &event["detail"]),
                (&json!("test.happened"), &json!({"number": number}))
            );
            assert_eq!(event["source"], "test");
        }
        stack.stop().await;
    }
}

#[tokio::test]
async fn a_receiver_that_does_not_answer_never_delays_the_bus() {
    // This receiver accepts connections and reads nothing from them.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let (stack, usher) = stack(&format!("http://{}", silent.local_addr().unwrap())).await;
    for number in 0..20 {
        put_event(&usher, number).await;
    }
    let listed = usher.send("GET", "/_local/events", None, None).await.json();
    assert_eq!(listed["events"].as_array().unwrap().len(), 20);
    stack.stop().await;
}
