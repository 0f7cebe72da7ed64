//! Requests from pages of another origin, as API Gateway answers them.

use std::collections::BTreeSet;

use local::{
    Options,
    cors::{ALLOWED_HEADERS, ALLOWED_METHODS, EXPOSED_HEADERS},
};
use serde_json::{Value, json};
use tests::{Answer, Endpoint};

const APP: &str = "https://app.example.com";
const OTHER: &str = "https://other.example.com";

async fn start(allowed_origins: &str, app_url: &str) -> Endpoint {
    let options = Options { allowed_origins: allowed_origins.to_owned(), ..Options::in_memory() };
    Endpoint::with_options(options.with("APP_URL", app_url)).await
}

async fn preflight(usher: &Endpoint, path: &str, origin: &str) -> Answer {
    let request = usher.request("OPTIONS", path).header("origin", origin);
    let request = request.header("access-control-request-method", "POST");
    usher.read(request.header("access-control-request-headers", "authorization,content-type")).await
}

fn cors_headers(answer: &Answer) -> Vec<&str> {
    let names = answer.headers.keys().map(reqwest::header::HeaderName::as_str);
    names.filter(|name| name.starts_with("access-control-")).collect()
}

#[tokio::test]
async fn a_preflight_request_to_any_path_succeeds_and_names_what_is_allowed() {
    let usher = start(&format!("{APP},http://localhost:3000"), "").await;
    for path in ["/", "/api/v1/invitations/preview", "/v1/users/x", "/idp/api/v1/user/token", "/api/v0/x", "/nowhere"] {
        for origin in [APP, "http://localhost:3000"] {
            let answer = preflight(&usher, path, origin).await.expect(204);
            assert_eq!(answer.text, "");
            assert_eq!(answer.header("access-control-allow-origin"), origin, "{path}");
            assert_eq!(answer.header("access-control-allow-methods"), ALLOWED_METHODS.join(","));
            assert_eq!(answer.header("access-control-allow-headers"), ALLOWED_HEADERS.join(","));
            assert_eq!(answer.header("access-control-max-age"), "3600");
            assert_eq!(answer.header("access-control-allow-credentials"), "");
        }
        let answer = preflight(&usher, path, OTHER).await.expect(204);
        assert_eq!(cors_headers(&answer), [""; 0], "{path}");
    }
}

#[tokio::test]
async fn every_answer_to_an_allowed_origin_may_be_read_and_no_other() {
    let usher = start(APP, "").await;
    for (method, path, status) in [
        ("GET", "/docs", 200),
        ("GET", "/api/v1/company/invitations", 401),
        ("GET", "/v1/nothing", 404),
        ("DELETE", "/connect/token", 405),
        ("OPTIONS", "/api/v0/login", 405),
    ] {
        let request = || usher.request(method, path);
        let answer = usher.read(request().header("origin", APP)).await.expect(status);
        assert_eq!(answer.header("access-control-allow-origin"), APP, "{method} {path}");
        assert_eq!(answer.header("access-control-expose-headers"), EXPOSED_HEADERS.join(","));
        assert_eq!(cors_headers(&usher.read(request().header("origin", OTHER)).await.expect(status)), [""; 0]);
        assert_eq!(cors_headers(&usher.read(request()).await.expect(status)), [""; 0]);
    }
    // An app that is tested with the faults of routes must see them.
    usher.queue_fault(json!({ "route": "GET /docs", "status": 503, "body": { "message": null } })).await;
    let faulty = usher.read(usher.request("GET", "/docs").header("origin", APP)).await.expect(503);
    assert_eq!(faulty.header("access-control-allow-origin"), APP);
}

#[tokio::test]
async fn without_allowed_origins_the_origin_of_the_mailed_links_is_allowed() {
    let usher = start("", &format!("{APP}/invited")).await;
    let answer = preflight(&usher, "/api/v1/invitations/preview", APP).await.expect(204);
    assert_eq!(answer.header("access-control-allow-origin"), APP);
    assert_eq!(cors_headers(&preflight(&usher, "/docs", OTHER).await.expect(204)), [""; 0]);
}

/// The gateway adds the headers only to a successful answer of the function that its route `$default` leads to.
#[tokio::test]
async fn the_function_of_the_default_route_permits_preflight_requests() {
    let usher = Endpoint::own(&[]).await;
    let mut event: Value = serde_json::from_str(include_str!("../../../events/usher/route-not-found.json")).unwrap();
    event["requestContext"]["http"]["method"] = json!("OPTIONS");
    let asked = json!({ "host": "localhost", "origin": APP, "access-control-request-method": "POST" });
    for (headers, status) in [(asked, 204), (json!({ "host": "localhost", "origin": APP }), 404)] {
        event["headers"] = headers;
        let request = usher.request("POST", "/2015-03-31/functions/route-not-found/invocations");
        let answer = usher.read(request.body(event.to_string())).await.expect(200).json();
        assert_eq!(answer["statusCode"], status, "{answer}");
    }
}

#[tokio::test]
async fn pages_may_use_every_method_and_header_that_the_api_documents() {
    let usher = Endpoint::start().await;
    let document = usher.send("GET", "/openapi.json", None, None).await.expect(200).json();
    let paths = document["paths"].as_object().unwrap().values();
    let operations: Vec<_> = paths.flat_map(|path| path.as_object().unwrap()).collect();
    let methods: BTreeSet<_> = operations.iter().map(|(method, _)| method.to_uppercase()).collect();
    assert_eq!(methods, ALLOWED_METHODS.map(str::to_owned).into());

    let parameters =
        operations.iter().flat_map(|(_, operation)| operation["parameters"].as_array().into_iter().flatten());
    let in_header = parameters.filter(|parameter| parameter["in"] == "header");
    let schemes = document["components"]["securitySchemes"].as_object().unwrap().values();
    let mut read: BTreeSet<_> = in_header
        .chain(schemes.filter(|scheme| scheme["in"] == "header"))
        .map(|header| header["name"].as_str().unwrap().to_lowercase())
        .collect();
    // The scheme `bearer` and the bodies name their headers nowhere.
    read.extend(["authorization", "content-type"].map(str::to_owned));
    assert_eq!(read, ALLOWED_HEADERS.map(str::to_owned).into());

    let replies = operations.iter().flat_map(|(_, operation)| operation["responses"].as_object().unwrap().values());
    let headers = replies.flat_map(|reply| reply["headers"].as_object().into_iter().flatten());
    let mut exposed: BTreeSet<_> = headers.map(|(name, _)| name.to_lowercase()).collect();
    assert!(exposed.contains("retry-after") && exposed.contains("x-ratelimit-remaining"), "{exposed:?}");
    // A refused method, the gateway's id of the request, and the token of a client's own.
    exposed.extend(["allow", "apigw-requestid", "x-auth-token"].map(str::to_owned));
    assert_eq!(exposed, EXPOSED_HEADERS.map(str::to_owned).into());
}
