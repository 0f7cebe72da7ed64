//! Tests of `/openapi.json` and `/docs`, the descriptions of the API.

use tests::Endpoint;

#[tokio::test]
async fn the_description_is_openapi_3_1_and_names_the_service_that_it_was_read_from() {
    let usher = Endpoint::start().await;
    let answer = usher.send("GET", "/openapi.json", None, None).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert!(answer.header("cache-control").starts_with("public, max-age="));
    let document = answer.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."), "{}", document["openapi"]);
    assert_eq!(document["servers"][0]["url"], "/");
    assert!(document["paths"]["/openapi.json"]["get"].is_object());
}

#[tokio::test]
async fn the_reference_page_shows_every_operation_and_loads_nothing() {
    let usher = Endpoint::start().await;
    let document = usher.send("GET", "/openapi.json", None, None).await.expect(200).json();
    let page = usher.send("GET", "/docs", None, None).await.expect(200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    for loading in ["<script", "<link", "<img", "<iframe", " src=", "@import", "url("] {
        assert!(!page.text.contains(loading), "{loading}");
    }
    for operation in document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values())
    {
        let id = operation["operationId"].as_str().unwrap();
        assert!(page.text.contains(&format!("<h3 id=\"{id}\">")), "{id}");
    }
}
