//! Tests of `--aws-port`: functions and SDK clients of other processes work with the local stack's own table, mail and
//! events.

use std::net::{Ipv4Addr, SocketAddr};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::{
    config::{Credentials, SharedCredentialsProvider},
    types::{AttributeValue, KeysAndAttributes, Put, TransactWriteItem},
};
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use aws_sdk_sesv2::types::{
    Body, BulkEmailContent, BulkEmailEntry, BulkEmailStatus, Content, Destination, EmailContent, EmailTemplateContent,
    Message, Template,
};
use functions::{Operation, events};
use lambda_http::{Body as HttpBody, Request, request::LambdaRequest};
use local::{Options, Stack};
use serde_json::{Value, json};
use shared::Usher;
use tests::{Endpoint, Need, PASSWORD, needs};
use tokio::process::Command;

/// The environment variable that holds the event of [`one_invocation_in_another_process`].
const INVOCATION: &str = "USHER_TEST_INVOCATION";

/// The text that the other process prints before its response.
const RESPONSE: &str = "response: ";

/// A local stack that serves AWS to other processes, and the stack's API.
async fn stack() -> (Stack, Endpoint) {
    needs(&[Need::Options]);
    let aws_address = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let stack = Stack::start(Options { aws_address, ..Options::in_memory() }).await.unwrap();
    let endpoint = Endpoint::unchecked(stack.url());
    (stack, endpoint)
}

/// Invokes a function as Lambda does, in a process of its own, with the stack's port as `AWS_ENDPOINT_URL`.
async fn invoke(stack: &Stack, function: &str, event: Value) -> Value {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "local_stack::aws_port::one_invocation_in_another_process", "--ignored", "--nocapture"])
        .envs([
            (INVOCATION, json!({ "function": function, "event": event }).to_string().as_str()),
            ("AWS_ENDPOINT_URL", stack.aws_url().unwrap()),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "any"),
            ("AWS_SECRET_ACCESS_KEY", "any"),
            ("TABLE_NAME", "usher"),
            // `sam local` passes an empty text for a value that the template can't know, and so does this test.
            ("APP_URL", ""),
            ("SENDER_ADDRESS", "usher@example.com"),
            ("LINK_SECRET", "arn:aws:secretsmanager:us-east-1:123456789012:secret:LinkSecret-AbCdEf"),
            ("TOKEN_SECRET", "TokenSecret"),
            ("EVENT_BUS", "usher"),
        ])
        .output()
        .await
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let response = out.lines().find_map(|line| line.split_once(RESPONSE).map(|(_, response)| response));
    serde_json::from_str(response.unwrap_or_else(|| panic!("no response:\n{out}\n{err}"))).unwrap()
}

#[tokio::test]
#[ignore = "the other tests of this module start it in another process"]
async fn one_invocation_in_another_process() {
    #[expect(clippy::disallowed_methods, reason = "the test that starts this process sets the variable")]
    let Ok(invocation) = std::env::var(INVOCATION) else { return };
    let mut invocation: Value = serde_json::from_str(&invocation).unwrap();
    let operation =
        Operation::ALL.iter().copied().find(|operation| operation.name() == invocation["function"]).unwrap();
    let usher = Usher::from_environment().await.unwrap();
    let event = invocation["event"].take();
    let response = if event["version"] == "2.0" {
        let event: LambdaRequest = serde_json::from_value(event).unwrap();
        let response = functions::answer(&usher, operation, Request::from(event)).await;
        let (HttpBody::Text(body), status) = (response.body(), response.status().as_u16()) else {
            panic!("the body is text");
        };
        json!({ "status": status, "body": serde_json::from_str::<Value>(body).unwrap_or_default() })
    } else {
        events::handle(&usher, operation, event, "invocation").await.unwrap()
    };
    println!("{RESPONSE}{response}");
}

/// API Gateway's event for an HTTP request.
fn event(method: &str, path: &str, token: &str, body: &Value) -> Value {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "", "isBase64Encoded": false,
        "headers": {
            "content-type": "application/json", "host": "127.0.0.1", "authorization": format!("Bearer {token}"),
            "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "http",
        },
        "requestContext": {
            "accountId": "123456789012", "apiId": "local", "domainName": "localhost", "domainPrefix": "localhost",
            "http": {
                "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test",
            },
            "requestId": "1", "routeKey": "$default", "stage": "$default",
            "time": "01/Jan/2025:00:00:00 +0000", "timeEpoch": 1_735_689_600_000_i64,
        },
        "body": body.to_string(),
    })
}

#[tokio::test]
async fn functions_of_another_process_share_table_secrets_mail_and_events() {
    let (stack, usher) = stack().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Project Alpha").await;

    let credentials = json!({ "email": ada.email, "password": PASSWORD });
    let path = "/idp/api/v1/user/token";
    let issued = invoke(&stack, "issue-token", event("POST", path, "", &credentials)).await;
    assert_eq!(issued["status"], 200, "{issued}");
    let token = issued["body"]["token"].as_str().unwrap();
    let profile = usher.get("/idp/api/v1/user", token).await.expect(200).json();
    assert_eq!(profile["email"], ada.email, "the token is signed with the same secret");

    let bob = usher.address("bob");
    let path = format!("/noCo/api/v2/workspaces/{workspace}/bulkUsers");
    let users = json!({ "workSpaceUsers": [{ "email": bob, "role": "EDITOR" }] });
    let invited = invoke(&stack, "invite-users", event("POST", &path, token, &users)).await;
    assert_eq!((&invited["status"], &invited["body"]["summary"]), (&json!(200), &json!({ "invited": 1 })));
    // The triggers of the table's stream ran: the mail came, and the event is on the event bus.
    let hash = usher.mail(&bob, 1).await.hash();
    usher.wait_until_idle().await;
    let events = usher.send("GET", "/_local/events?type=invitation.created", None, None).await.expect(200).json();
    assert_eq!(events["events"][0]["detail"]["invitation"]["email"], bob);

    let sign_up = json!({ "email": bob, "password": PASSWORD, "firstname": "Bob", "lastname": "Guest", "hash": hash });
    let joined = invoke(&stack, "sign-up", event("POST", "/idp/api/v1/user/sign-up", "", &sign_up)).await;
    assert_eq!(joined["status"], 200, "{joined}");
    usher.token(&bob).await;
    assert_eq!(invoke(&stack, "deliver-invitations", json!({ "Records": [] })).await["batchItemFailures"], json!([]));
    invoke(&stack, "sweep-undelivered", json!({})).await;
    stack.stop().await;
}

/// The configuration of a stock AWS SDK that calls the local stack's AWS port.
fn sdk(stack: &Stack) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("any", "any", None, None, "test")))
        .endpoint_url(stack.aws_url().unwrap())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

#[tokio::test]
async fn dynamodb_and_its_streams_are_served() {
    let (stack, _) = stack().await;
    let dynamodb = aws_sdk_dynamodb::Client::new(&sdk(&stack));
    let put = dynamodb.put_item().table_name("usher").item("pk", text("A")).item("sk", text("1"));
    put.send().await.unwrap();
    let put = Put::builder().table_name("usher").item("pk", text("A")).item("sk", text("2")).build().unwrap();
    let put = TransactWriteItem::builder().put(put).build();
    dynamodb.transact_write_items().transact_items(put).send().await.unwrap();
    let get = dynamodb.get_item().table_name("usher").key("pk", text("A")).key("sk", text("2"));
    assert!(get.send().await.unwrap().item.is_some());
    let query = dynamodb.query().table_name("usher").key_condition_expression("pk = :pk");
    assert_eq!(query.expression_attribute_values(":pk", text("A")).send().await.unwrap().count, 2);
    let keys = [("pk".to_owned(), text("A")), ("sk".to_owned(), text("1"))].into();
    let keys = KeysAndAttributes::builder().keys(keys).build().unwrap();
    let got = dynamodb.batch_get_item().request_items("usher", keys).send().await.unwrap();
    assert_eq!(got.responses.unwrap()["usher"].len(), 1);
    let refused = dynamodb.put_item().table_name("usher").item("pk", text("A")).item("sk", text("1"));
    let refused = refused.condition_expression("attribute_not_exists(pk)").send().await.unwrap_err();
    assert!(refused.into_service_error().is_conditional_check_failed_exception());

    let streams = async |operation: &str, body: Value| -> Value {
        let request = reqwest::Client::new().post(stack.aws_url().unwrap());
        let request = request.header("x-amz-target", format!("DynamoDBStreams_20120810.{operation}"));
        let request = request.header("content-type", "application/x-amz-json-1.0").body(body.to_string());
        request.send().await.unwrap().json().await.unwrap()
    };
    let arn = streams("ListStreams", json!({ "TableName": "usher" })).await["Streams"][0]["StreamArn"].take();
    let described = streams("DescribeStream", json!({ "StreamArn": arn })).await;
    let shard = &described["StreamDescription"]["Shards"][0]["ShardId"];
    let start = json!({ "StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON" });
    let iterator = streams("GetShardIterator", start).await["ShardIterator"].take();
    let records = streams("GetRecords", json!({ "ShardIterator": iterator })).await;
    assert_eq!(records["Records"].as_array().unwrap().len(), 2);
    stack.stop().await;
}

#[tokio::test]
async fn ses_is_served_and_its_mails_are_in_the_inbox() {
    let (stack, usher) = stack().await;
    let ses = aws_sdk_sesv2::Client::new(&sdk(&stack));
    assert!(ses.get_account().send().await.unwrap().sending_enabled());
    let identity = ses.get_email_identity().email_identity("usher@example.com").send().await.unwrap();
    assert!(identity.verified_for_sending_status());
    assert!(ses.get_email_identity().email_identity("else.example").send().await.is_err());

    let content = EmailTemplateContent::builder().subject("Hello").text("bulk").build();
    let template = Template::builder().template_content(content).template_data("{}").build();
    let ann = Destination::builder().to_addresses("ann@example.com").build();
    let send = ses.send_bulk_email().from_email_address("usher@example.com");
    let send = send.default_content(BulkEmailContent::builder().template(template).build());
    let bulk = send.bulk_email_entries(BulkEmailEntry::builder().destination(ann).build()).send().await.unwrap();
    assert_eq!(bulk.bulk_email_entry_results()[0].status(), Some(&BulkEmailStatus::Success));
    assert_eq!(usher.mail("ann@example.com", 1).await.text, "bulk");

    let part = |data: &str| Content::builder().data(data).build().unwrap();
    let message = Message::builder().subject(part("Hi")).body(Body::builder().text(part("single")).build()).build();
    let bob = Destination::builder().to_addresses("bob@example.com").build();
    let send = ses.send_email().from_email_address("usher@example.com").destination(bob);
    send.content(EmailContent::builder().simple(message).build()).send().await.unwrap();
    assert_eq!(usher.mail("bob@example.com", 1).await.text, "single");
    stack.stop().await;
}

#[tokio::test]
async fn eventbridge_and_secrets_manager_are_served() {
    let (stack, usher) = stack().await;
    let events = aws_sdk_eventbridge::Client::new(&sdk(&stack));
    let entry = PutEventsRequestEntry::builder().event_bus_name("usher").source("test").detail_type("test.happened");
    let put = events.put_events().entries(entry.detail(r#"{"number": 1}"#).build()).send().await.unwrap();
    assert_eq!(put.failed_entry_count, 0);
    let listed = usher.send("GET", "/_local/events?type=test.happened", None, None).await.json();
    assert_eq!(listed["events"][0]["detail"], json!({ "number": 1 }));

    let secrets = aws_sdk_secretsmanager::Client::new(&sdk(&stack));
    let value = async |id: &str| secrets.get_secret_value().secret_id(id).send().await.map(|value| value.secret_string);
    let link = value("link-secret").await.unwrap().unwrap();
    let keys: Value = serde_json::from_str(&link).unwrap();
    assert!(keys["current"].is_string());
    let arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:usher/LinkSecret-AbCdEf";
    assert_eq!(value(arn).await.unwrap().as_deref(), Some(link.as_str()));
    assert_ne!(value("TokenSecret").await.unwrap().as_deref(), Some(link.as_str()));
    let unknown = value("password").await.unwrap_err().into_service_error();
    assert!(unknown.is_resource_not_found_exception());
    stack.stop().await;
}

#[tokio::test]
async fn an_unknown_service_and_an_unknown_operation_are_refused() {
    let (stack, _) = stack().await;
    let url = stack.aws_url().unwrap();
    let http = reqwest::Client::new();
    for target in ["", "AmazonSQS.SendMessage", "secretsmanager.CreateSecret", "AWSEvents.PutRule"] {
        let answer = http.post(url).header("x-amz-target", target).body("{}").send().await.unwrap();
        assert_eq!(answer.headers()["x-amzn-errortype"], "UnknownOperationException", "{target}");
    }
    assert_eq!(http.get(format!("{url}/bucket")).send().await.unwrap().status(), 400);
    stack.stop().await;
}
