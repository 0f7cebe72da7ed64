//! Requests to a named stage, and requests to a base path of a custom domain, find their route and the format of their
//! contract.

use serde_json::{Value, json};
use tests::{Endpoint, Need};

use crate::samples::{PROBLEM, Sample, fields, succeeds};

/// The path of a stage with a name.
const STAGE: &str = "/prod";

/// The event of the same request to a named stage, or to a base path of a custom domain.
fn behind(base: &str, mut event: Value) -> Value {
    let path = format!("{base}{}", event["rawPath"].as_str().unwrap());
    event["requestContext"]["http"]["path"] = json!(path);
    event["rawPath"] = json!(path);
    if base == STAGE {
        event["requestContext"]["stage"] = json!(STAGE.trim_start_matches('/'));
    }
    event
}

#[tokio::test]
async fn a_sample_request_succeeds_behind_a_stage_and_a_base_path_too() {
    for (sample, base) in [
        ("datagol/get-workspace", STAGE),
        ("datagol/invite-users", "/v1"),
        ("datagol/reset-service-account-token.post", "/noCo"),
        ("smart_documentor/issue-client-token", STAGE),
        ("smart_documentor/list-members", "/api/v0"),
        ("dock/change-workspace", STAGE),
        ("dock/get-person", "/api"),
        ("hexabase/change-group-admin.put", STAGE),
        ("hexabase/select-workspace", "/connect/x"),
        ("usher/invite-users", STAGE),
        ("usher/resend-invitation.workspaces", "/v1"),
        ("usher/change-member", "/idp"),
        ("usher/registration-page.register.get", STAGE),
        ("usher/registration-page.root.get", "/usher"),
        ("usher/describe-api.openapi", STAGE),
        ("usher/route-not-found", STAGE),
    ] {
        let Sample { name, event } = Sample::named(sample);
        let usher = Endpoint::with(&[Need::Clock, Need::EventFunctions]).await;
        succeeds(Sample { name, event: behind(base, event) }, &usher).await;
        usher.stop().await;
    }
}

/// The status and the body of the function's answer to an event.
async fn answer(usher: &Endpoint, function: &str, event: &Value) -> (Value, Value) {
    let path = format!("/2015-03-31/functions/{function}/invocations");
    let answer = usher.read(usher.request("POST", &path).body(event.to_string())).await.expect(200).json();
    let body = serde_json::from_str(answer["body"].as_str().unwrap_or_default()).unwrap_or_default();
    (answer["statusCode"].clone(), body)
}

#[tokio::test]
async fn a_refusal_behind_a_stage_and_a_base_path_has_the_format_of_its_contract() {
    let usher = Endpoint::own(&[]).await;
    // The placeholder for the token is no token.
    for (sample, base, fields_of_error) in [
        ("datagol/get-workspace", "/v1", "error errorCodes message status traceId"),
        ("smart_documentor/list-members", "/idp", "detail status title"),
        ("dock/get-person", "/api", "error"),
        ("hexabase/select-workspace", STAGE, "error_code message"),
        ("usher/change-member", "/connect", PROBLEM),
    ] {
        let sample = Sample::named(sample);
        let (function, name) = (sample.operation().to_owned(), &sample.name);
        let (status, body) = answer(&usher, &function, &behind(base, sample.event)).await;
        assert_eq!((status, fields(&body).as_str()), (json!(401), fields_of_error), "{name} {body}");
    }
    for (method, path, status, fields_of_error) in [
        ("GET", "/idp/api/v1/nothing", 404, "error errorCodes message status traceId"),
        ("GET", "/connect/token", 405, "detail status title"),
        ("GET", "/v1/nothing", 404, "error"),
        ("PUT", "/api/v0/workspaces", 405, "error_code message"),
        ("PUT", "/register", 405, PROBLEM),
    ] {
        let mut event = Sample::named("usher/route-not-found").event;
        event["rawPath"] = json!(path);
        event["requestContext"]["http"]["method"] = json!(method);
        let (answered, body) = answer(&usher, "route-not-found", &behind(STAGE, event)).await;
        assert_eq!((answered, fields(&body).as_str()), (json!(status), fields_of_error), "{method} {path} {body}");
    }
}
