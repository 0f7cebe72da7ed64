//! `--function`: the stack invokes a function that another program runs. In these tests the other program is another
//! local stack, which answers Lambda's Invoke too.

use local::{Options, Stack};
use serde_json::json;
use tests::{Answer, Endpoint};

/// A local stack that invokes these functions at the other stack.
async fn stack_that_invokes(functions: &[&str], other: &str) -> Endpoint {
    let url = |name: &str| format!("{other}/2015-03-31/functions/{name}/invocations");
    let remote_functions = functions.iter().map(|name| ((*name).to_owned(), url(name))).collect();
    Endpoint::with_options(Options { remote_functions, ..Options::in_memory() }).await
}

async fn invoke(usher: &Endpoint, function: &str, event: &str) -> Answer {
    let path = format!("/2015-03-31/functions/{function}/invocations");
    usher.read(usher.request("POST", &path).body(event.to_owned())).await.expect(200)
}

#[tokio::test]
async fn the_function_at_the_url_answers_requests_and_events() {
    let other = Endpoint::own(&[]).await;
    other.founder("ada").await;
    let usher = stack_that_invokes(&["public-keys", "requeue-undelivered"], other.url()).await;
    let keys = usher.send("GET", "/.well-known/jwks.json", None, None).await.expect(200).json();
    assert_eq!(keys["keys"].as_array().map(Vec::len), Some(1), "the other stack has a key, and this stack has none");
    assert_eq!(keys, other.send("GET", "/.well-known/jwks.json", None, None).await.expect(200).json());
    assert_eq!(invoke(&usher, "requeue-undelivered", "{}").await.json(), json!({ "requeued": 0 }));
    assert_eq!(usher.calls().await.get("requeue-undelivered"), None);
    usher.stop().await;
    other.stop().await;
}

#[tokio::test]
async fn the_failure_of_the_function_at_the_url_is_the_failure_of_the_function() {
    let other = Endpoint::own(&[]).await;
    let usher = stack_that_invokes(&["deliver-invitations"], other.url()).await;
    let failed = invoke(&usher, "deliver-invitations", r#"{"Records": 1}"#).await;
    assert_eq!(failed.header("x-amz-function-error"), "Unhandled");
    assert!(failed.json()["errorMessage"].as_str().unwrap().starts_with("Unhandled: "), "{}", failed.text);
    usher.stop().await;
    other.stop().await;
}

#[tokio::test]
async fn a_function_that_cannot_be_reached_fails_and_the_others_answer() {
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let usher = stack_that_invokes(&["public-keys", "sweep-undelivered"], &url).await;
    usher.send("GET", "/.well-known/jwks.json", None, None).await.expect(500);
    let failed = invoke(&usher, "sweep-undelivered", "{}").await;
    assert!(failed.json()["errorMessage"].as_str().unwrap().contains(&url), "{}", failed.text);
    usher.send("GET", "/docs", None, None).await.expect(200);
    usher.stop().await;
}

#[tokio::test]
async fn a_function_that_does_not_exist_and_a_url_that_is_none_stop_the_start() {
    for (name, url, named) in [
        ("invite-everybody", "http://127.0.0.1:8080/", "invite-everybody"),
        ("invite-users", "127.0.0.1:8080", "127.0.0.1:8080"),
    ] {
        let remote_functions = [(name.to_owned(), url.to_owned())].into();
        let error = Stack::start(Options { remote_functions, ..Options::in_memory() }).await.unwrap_err();
        assert!(error.is_usage() && error.to_string().contains(named), "{error}");
    }
}
