use std::{fs, path::Path, time::Duration};

use aws_sdk_dynamodb::types::AttributeValue;
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::streams::{self, MAPPINGS, TableStream};

async fn in_memory() -> Stack {
    Stack::start(Options::in_memory()).await.unwrap()
}

async fn on_disk(data_dir: &Path) -> Result<Stack, StackStartError> {
    Stack::start(Options { port: 0, data_dir: data_dir.to_owned(), ..Options::default() }).await
}

async fn ask(stack: &Stack, method: Method, path: &str, body: Value) -> Response {
    let request = Client::new().request(method, format!("{}{path}", stack.url()));
    let request = if body.is_null() { request } else { request.json(&body) };
    request.send().await.unwrap()
}

async fn get(stack: &Stack, path: &str) -> Response {
    ask(stack, Method::GET, path, Value::Null).await
}

/// SDK clients like the SDK clients of the functions.
fn clients(stack: &Stack, faults: &Arc<Faults>) -> Clients {
    Clients::new(stack.engine.as_ref(), aws_urls(None, &stack.url), faults.clone())
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

async fn put(clients: &Clients, key: &str, purge_at: i64) {
    let put = clients.dynamodb(Some("sign-up")).put_item().table_name("usher").item("pk", text(key));
    put.item("sk", text("-")).item("purge_at", AttributeValue::N(purge_at.to_string())).send().await.unwrap();
}

async fn exists(clients: &Clients, key: &str) -> bool {
    let get = clients.dynamodb(None).get_item().table_name("usher").key("pk", text(key)).key("sk", text("-"));
    get.send().await.unwrap().item.is_some()
}

#[tokio::test]
async fn a_function_answers_an_unknown_path_and_the_gateway_a_reserved_one() {
    let stack = in_memory().await;
    let unknown = get(&stack, "/nowhere").await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    assert!(unknown.headers().contains_key("apigw-requestid"));
    let reserved = get(&stack, "/_local/nowhere").await;
    assert_eq!(reserved.status(), StatusCode::NOT_FOUND);
    assert!(!reserved.headers().contains_key("apigw-requestid"));
    let head = ask(&stack, Method::HEAD, "/nowhere", Value::Null).await;
    assert_eq!(head.status(), StatusCode::NOT_FOUND);
    assert!(head.bytes().await.unwrap().is_empty());
    stack.stop().await;
}

#[tokio::test]
async fn two_stacks_share_nothing() {
    let (one, two) = (in_memory().await, in_memory().await);
    let faults = Arc::default();
    put(&clients(&one, &faults), "X", i64::MAX / 1000).await;
    assert!(exists(&clients(&one, &faults), "X").await);
    assert!(!exists(&clients(&two, &faults), "X").await);
    one.stop().await;
    assert_eq!(get(&two, "/nowhere").await.status(), StatusCode::NOT_FOUND);
    two.stop().await;
}

#[tokio::test]
async fn a_restart_finds_the_table_and_the_secrets() {
    let directory = TempDir::new().unwrap();
    let stack = on_disk(directory.path()).await.unwrap();
    let faults = Arc::default();
    put(&clients(&stack, &faults), "X", i64::MAX / 1000).await;
    assert!(matches!(on_disk(directory.path()).await, Err(StackStartError::InUse(_))));
    let secret = fs::read(directory.path().join("link-secret.json")).unwrap();
    stack.stop().await;
    let stack = on_disk(directory.path()).await.unwrap();
    assert!(exists(&clients(&stack, &faults), "X").await);
    assert_eq!(fs::read(directory.path().join("link-secret.json")).unwrap(), secret);
    stack.stop().await;
}

#[tokio::test]
async fn answered_writes_survive_a_kill() {
    let (before, after) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let stack = on_disk(before.path()).await.unwrap();
    let faults = Arc::default();
    put(&clients(&stack, &faults), "X", i64::MAX / 1000).await;
    // The test copies the files of a running stack, because a kill leaves the files as they are while the stack runs.
    for file in fs::read_dir(before.path()).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), after.path().join(file.file_name())).unwrap();
    }
    let restarted = on_disk(after.path()).await.unwrap();
    assert!(exists(&clients(&restarted, &faults), "X").await);
    restarted.stop().await;
    stack.stop().await;
}

#[tokio::test]
async fn an_expired_item_is_deleted_when_the_clock_is_moved() {
    let stack = in_memory().await;
    let now = get(&stack, "/_local/clock").await.json::<Value>().await.unwrap();
    let now: jiff::Timestamp = serde_json::from_value(now["now"].clone()).unwrap();
    let faults = Arc::default();
    let clients = clients(&stack, &faults);
    put(&clients, "soon", now.as_second() + 3_600).await;
    put(&clients, "later", now.as_second() + 36_000).await;
    let moved = ask(&stack, Method::POST, "/_local/clock", json!({"advanceSeconds": 7_200})).await;
    assert_eq!(moved.status(), StatusCode::OK);
    for _ in 0..100 {
        if !exists(&clients, "soon").await {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(!exists(&clients, "soon").await && exists(&clients, "later").await);
    stack.stop().await;
}

#[tokio::test]
async fn a_queued_fault_reaches_the_function_that_calls() {
    let stack = in_memory().await;
    let faults = Arc::new(Faults::default());
    let clients = clients(&stack, &faults);
    faults.queue(json!({"action": "dynamodb:TransactWriteItems", "fault": "TransactionConflict"})).unwrap();
    let check = aws_sdk_dynamodb::types::Put::builder().table_name("usher").item("pk", text("T")).item("sk", text("-"));
    let write = aws_sdk_dynamodb::types::TransactWriteItem::builder().put(check.build().unwrap()).build();
    let client = clients.dynamodb(Some("invite-users"));
    let error = client.transact_write_items().transact_items(write.clone()).send().await.unwrap_err();
    let error = error.into_service_error();
    assert!(error.is_transaction_canceled_exception(), "{error:?}");
    // The reply to the call was lost, so the SDK retries a call that was already executed.
    faults.queue(json!({"action": "dynamodb:TransactWriteItems", "fault": "lostReply"})).unwrap();
    client.transact_write_items().transact_items(write).send().await.unwrap();
    assert!(exists(&clients, "T").await);
    assert_eq!(faults.calls(), json!({"invite-users": {"dynamodb:TransactWriteItems": 3}}));
    stack.stop().await;
}

#[tokio::test]
async fn faults_and_calls_are_managed_over_http() {
    let stack = in_memory().await;
    let fault = json!({"action": "dynamodb:Query", "fault": "noReply", "function": "log-in", "skip": 0, "times": 2});
    assert_eq!(ask(&stack, Method::POST, "/_local/faults", fault.clone()).await.status(), StatusCode::NO_CONTENT);
    let left = get(&stack, "/_local/faults").await.json::<Value>().await.unwrap();
    assert_eq!(left, json!({"faults": [fault]}));
    let refused = ask(&stack, Method::POST, "/_local/faults", json!({"action": "dynamodb:Query", "fault": "x"})).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    let refused = refused.json::<Value>().await.unwrap();
    assert!(refused["message"].as_str().unwrap().contains("lostReply"), "{refused}");
    ask(&stack, Method::DELETE, "/_local/faults", Value::Null).await;
    let left = get(&stack, "/_local/faults").await.json::<Value>().await.unwrap();
    assert_eq!(left, json!({"faults": []}));
    assert_eq!(ask(&stack, Method::DELETE, "/_local/calls", Value::Null).await.status(), StatusCode::NO_CONTENT);
    stack.stop().await;
}

#[tokio::test]
async fn a_stop_releases_the_calls_that_are_held() {
    let stack = in_memory().await;
    let hold = json!({"action": "dynamodb:Query", "function": "public-keys", "fault": "hold", "point": "before"});
    let added = ask(&stack, Method::POST, "/_local/faults", hold).await;
    assert_eq!(added.status(), StatusCode::CREATED);
    let path = format!("/_local/faults/{}", added.json::<Value>().await.unwrap()["id"]);
    let keys = tokio::spawn(reqwest::get(format!("{}/.well-known/jwks.json", stack.url())));
    assert_eq!(get(&stack, &path).await.status(), StatusCode::NO_CONTENT);
    assert!(!keys.is_finished());
    stack.stop().await;
    assert_eq!(keys.await.unwrap().unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_mail_sent_with_the_sdk_is_in_the_mailbox_and_in_the_inbox() {
    use aws_sdk_sesv2::types::{
        BulkEmailContent, BulkEmailEntry, BulkEmailStatus, Destination, EmailTemplateContent, ReplacementEmailContent,
        ReplacementTemplate, Template,
    };
    let stack = in_memory().await;
    let faults = Arc::default();
    let clients = clients(&stack, &faults);
    let content = EmailTemplateContent::builder().subject("{{s}}").text("{{t}}").html("{{h}}").build();
    let template = Template::builder().template_content(content).template_data("{}").build();
    let data = json!({"s": "Hello", "t": "text", "h": "<b>bold</b>"}).to_string();
    let replacement = ReplacementTemplate::builder().replacement_template_data(data).build();
    let entry = BulkEmailEntry::builder()
        .destination(Destination::builder().to_addresses("ann@example.com").build())
        .replacement_email_content(ReplacementEmailContent::builder().replacement_template(replacement).build());
    let send = clients.ses(Some("deliver-invitations")).send_bulk_email().from_email_address("usher@example.com");
    let send = send.default_content(BulkEmailContent::builder().template(template).build());
    let answer = send.bulk_email_entries(entry.build()).send().await.unwrap();
    assert_eq!(answer.bulk_email_entry_results()[0].status(), Some(&BulkEmailStatus::Success));

    let mails = get(&stack, "/_aws/ses?email=ann@example.com").await.json::<Value>().await.unwrap();
    assert_eq!(mails["messages"][0]["Body"], json!({"text_part": "text", "html_part": "<b>bold</b>"}));
    let listed = get(&stack, "/_local/inbox/mails?search=ANN").await.json::<Value>().await.unwrap();
    assert_eq!(listed["mails"][0]["subject"], "Hello");
    let account = clients.ses(None).get_account().send().await.unwrap();
    assert!((account.send_quota().unwrap().max_send_rate() - 500.0).abs() < f64::EPSILON);
    let page = get(&stack, "/_local/inbox").await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains(&format!("nonce=\"{nonce}\"")) || page.contains(&nonce.replace('+', "&#43;")));
    stack.stop().await;
}

#[tokio::test]
async fn functions_are_invoked_by_name() {
    let stack = in_memory().await;
    let invoke = |name: &str, body| {
        let path = format!("/2015-03-31/functions/{name}/invocations");
        let stack = &stack;
        async move { ask(stack, Method::POST, &path, body).await }
    };
    assert_eq!(invoke("requeue-undelivered", json!({})).await.status(), StatusCode::OK);
    let delivered = invoke("deliver-invitations", json!({"Records": []})).await.json::<Value>().await.unwrap();
    assert_eq!(delivered, json!({"batchItemFailures": []}));
    let unread = invoke("deliver-invitations", json!({"Records": 1})).await;
    assert_eq!(unread.headers()["x-amz-function-error"], "Unhandled");
    let unknown = invoke("no-such-function", json!({})).await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    assert_eq!(unknown.headers()["x-amzn-errortype"], "ResourceNotFoundException");
    stack.stop().await;
}

#[tokio::test]
async fn the_stream_has_queued_mails_and_nothing_else() {
    let stack = in_memory().await;
    let faults = Arc::default();
    let clients = clients(&stack, &faults);
    let mut stream = TableStream::open(stack.engine.as_ref().unwrap().table.clone()).unwrap();
    for key in ["Q#3", "QX#3", "W#1", "Q#otp", "Q#3"] {
        put(&clients, key, i64::MAX / 1000).await;
    }
    let records = stream.read().unwrap();
    let [outbox, people] = MAPPINGS;
    assert!(people.accepted(&records, 2).concat().is_empty());
    let records: Vec<_> =
        outbox.accepted(&records, 1)[0].iter().map(|record| streams::event_record(&stream.arn, record)).collect();
    let keys: Vec<_> = records.iter().map(|record| record["dynamodb"]["Keys"]["pk"]["S"].clone()).collect();
    assert_eq!(keys, [json!("Q#3"), json!("Q#otp")]);
    assert!(records[0]["eventSourceARN"].as_str().unwrap().contains("table/usher/stream/"));
    assert!(stream.read().unwrap().is_empty());
    stack.stop().await;
}

/// Posts a JSON body to a path of the stack with this access token, and returns the JSON of the response.
async fn post(stack: &Stack, path: &str, token: &str, body: Value) -> Value {
    let request = Client::new().post(format!("{}{path}", stack.url())).bearer_auth(token).json(&body);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.json().await.unwrap_or_default()
}

/// Waits for the first mail to an address and gives the words of its text.
async fn mail(stack: &Stack, address: &str) -> Vec<String> {
    for _ in 0..600 {
        let mails: Value = get(stack, &format!("/_aws/ses?email={address}")).await.json().await.unwrap();
        if let Some(text) = mails["messages"][0]["Body"]["text_part"].as_str() {
            return text.split_whitespace().map(str::to_owned).collect();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no mail for {address}");
}

const SIGN_UP: &str = "/idp/api/v1/user/sign-up";

/// Signs a founder up and gives the founder's access token.
async fn founder(stack: &Stack) -> String {
    let ada = json!({
        "email": "ada@a.example", "password": "Demo12#$", "firstname": "Ada", "lastname": "F", "companyName": "A",
    });
    post(stack, SIGN_UP, "", ada.clone()).await;
    let words = mail(stack, "ada@a.example").await;
    let otp = words.iter().find(|word| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit()));
    let verify = "/idp/api/v1/user/signUp/verifyEmailOtp";
    post(stack, verify, "", json!({"email": "ada@a.example", "otp": otp})).await;
    post(stack, "/idp/api/v1/user/token", "", ada).await["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_still_verifies_after_the_clock_has_moved_forward_and_back() {
    const TEN_DAYS: i64 = 10 * 86_400;
    let stack = in_memory().await;
    let token = founder(&stack).await;
    let jwks = async || get(&stack, "/.well-known/jwks.json").await.json::<Value>().await.unwrap();
    let before = jwks().await;
    assert_eq!(before["keys"].as_array().unwrap().len(), 1);
    let forward = ask(&stack, Method::POST, "/_local/clock", json!({"advanceSeconds": TEN_DAYS})).await;
    let now = forward.json::<Value>().await.unwrap();
    let now: jiff::Timestamp = serde_json::from_value(now["now"].clone()).unwrap();
    assert_eq!(jwks().await, json!({"keys": []}), "the key verifies nothing any more");
    // The stack's own deletion of expired items runs in the background. The test deletes the expired items itself
    // before it continues.
    let table = &stack.engine.as_ref().unwrap().table;
    table.sweep_expired(now.as_second()).unwrap();
    ask(&stack, Method::POST, "/_local/clock", json!({"advanceSeconds": -TEN_DAYS})).await;
    assert_eq!(jwks().await, before);
    // This request is the first whose function verifies an access token, so no function has read the public key before.
    let profile =
        Client::new().get(format!("{}/idp/api/v1/user", stack.url())).bearer_auth(token).send().await.unwrap();
    assert_eq!(profile.status(), StatusCode::OK);
    stack.stop().await;
}

#[tokio::test]
async fn a_hash_without_the_inviter_opens_its_invitation_with_one_more_read() {
    let stack = in_memory().await;
    let token = founder(&stack).await;
    let workspace = post(&stack, "/noCo/api/v2/workspaces", &token, json!({"name": "P"})).await;
    let invite = format!("/noCo/api/v2/workspaces/{}/bulkUsers", workspace["id"].as_str().unwrap());
    let users = json!({"workSpaceUsers": [{"email": "bob@b.example", "role": "EDITOR"}]});
    post(&stack, &invite, &token, users).await;
    let words = mail(&stack, "bob@b.example").await;
    let hash = words.iter().find_map(|word| word.split("hash=").nth(1)?.split('&').next()).unwrap();

    let table = &stack.engine.as_ref().unwrap().table;
    let hashes = json!({
        "TableName": "usher", "FilterExpression": "begins_with(pk, :hash) AND attribute_exists(invited_by)",
        "ExpressionAttributeValues": {":hash": {"S": "H#"}},
    });
    let hashes = table.database.scan(crate::dynamodb::request(hashes).unwrap()).unwrap().items.unwrap();
    assert_eq!(hashes.len(), 1);
    let forget = json!({
        "TableName": "usher", "UpdateExpression": "REMOVE invited_by",
        "Key": {"pk": hashes[0]["pk"], "sk": hashes[0]["sk"]},
    });
    table.database.update_item(crate::dynamodb::request(forget).unwrap()).unwrap();
    ask(&stack, Method::DELETE, "/_local/calls", Value::Null).await;
    let bob =
        json!({"email": "bob@b.example", "password": "Demo12#$", "firstname": "Bob", "lastname": "G", "hash": hash});
    post(&stack, SIGN_UP, "", bob).await;
    let calls: Value = get(&stack, "/_local/calls").await.json().await.unwrap();
    // The item of the link's hash no longer names the inviter, so the sign-up needs one more `BatchGetItem` to read the
    // inviter's records.
    let expected = json!({"dynamodb:GetItem": 1, "dynamodb:BatchGetItem": 2, "dynamodb:TransactWriteItems": 1});
    assert_eq!(calls["sign-up"], expected);
    stack.stop().await;
}

#[tokio::test]
async fn another_endpoint_replaces_the_embedded_database() {
    let listener = listen((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let other = tokio::spawn(dynoxide::server::serve_on(listener, dynoxide::Database::memory().unwrap()));
    let options = Options { endpoint: Some(url.clone()), ..Options::in_memory() }.with("TABLE_NAME", "other");
    let stack = Stack::start(options.clone()).await.unwrap();
    assert!(stack.engine.is_none());
    let clients = Clients::new(None, aws_urls(Some(url.clone()), ""), Arc::default());
    let described = clients.dynamodb(None).describe_table().table_name("other").send().await.unwrap();
    assert_eq!(described.table.unwrap().global_secondary_indexes()[0].index_name(), Some("person-id"));
    stack.stop().await;
    // The second start of the stack finds the table that the first start created.
    Stack::start(options).await.unwrap().stop().await;
    other.abort();
    for endpoint in ["localhost:4566", "ftp://a", ""] {
        let options = Options { endpoint: Some(endpoint.to_owned()), ..Options::in_memory() };
        assert!(matches!(Stack::start(options).await, Err(StackStartError::Endpoint(_))), "{endpoint}");
    }
}

#[tokio::test]
async fn the_error_names_a_port_in_use() {
    let stack = in_memory().await;
    let port = stack.url().rsplit(':').next().unwrap().parse().unwrap();
    let error = Stack::start(Options { port, ..Options::in_memory() }).await.unwrap_err();
    assert!(error.to_string().contains(&port.to_string()) && !error.is_usage());
    stack.stop().await;
}

#[tokio::test]
async fn a_stack_that_listens_on_every_address_names_the_one_that_this_machine_reaches() {
    let stack = Stack::start(Options { host: "0.0.0.0".parse().unwrap(), ..Options::in_memory() }).await.unwrap();
    assert!(stack.url().starts_with("http://127.0.0.1:"), "{}", stack.url());
    assert_eq!(get(&stack, "/nowhere").await.status(), StatusCode::NOT_FOUND);
    stack.stop().await;
}

#[tokio::test]
async fn the_error_of_an_address_that_the_machine_lacks_names_the_option_for_another_address() {
    let options = Options { host: "192.0.2.1".parse().unwrap(), ..Options::in_memory() };
    let error = Stack::start(options).await.unwrap_err().to_string();
    assert!(error.contains("192.0.2.1:0") && error.contains("--host"), "{error}");
}
