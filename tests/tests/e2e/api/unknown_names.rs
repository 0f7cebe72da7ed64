//! Tests that routes under /api/v1 refuse each field and query parameter that the route doesn't declare, and name it in
//! the refusal. The tests take the routes from the table of routes and the fields from /openapi.json, so that a new
//! route is tested too.

use functions::routes::{ROUTES, Route};
use serde_json::{Value, json};
use tests::Endpoint;

const UNKNOWN: &str = "unknwon";

fn routes() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().filter(|route| route.path.starts_with("/api/v1/"))
}

/// The route's path with example values for its parameters, but with a workspace of the caller's company.
fn path_of(route: &Route, operation: &Value, workspace: &str) -> String {
    let parameters = operation["parameters"].as_array().unwrap().iter();
    parameters.filter(|parameter| parameter["in"] == "path").fold(route.path.to_owned(), |path, parameter| {
        let name = parameter["name"].as_str().unwrap();
        let example = parameter["schema"]["examples"][0].as_str().unwrap();
        path.replace(&format!("{{{name}}}"), if name == "workspaceId" { workspace } else { example })
    })
}

fn names_of(properties: &Value) -> Vec<&String> {
    properties.as_object().unwrap().keys().collect()
}

#[tokio::test]
async fn every_route_refuses_an_unknown_query_parameter_and_lists_the_known_ones() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Project Alpha").await;
    let document = usher.send("GET", "/openapi.json", None, None).await.expect(200).json();
    assert!(routes().count() > 20, "{}", routes().count());
    for route in routes() {
        let operation = &document["paths"][route.path][route.method.to_lowercase()];
        let body = operation["requestBody"]["content"]["application/json"].get("example").cloned();
        let path = format!("{}?{UNKNOWN}=1", path_of(route, operation, &workspace));
        let refused = usher.send(route.method, &path, Some(&ada.token), body).await.problem(400, "unknown_parameter");
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(&format!("\"{UNKNOWN}\"")), "{route:?}: {detail}");
        let parameters = operation["parameters"].as_array().unwrap().iter();
        for known in parameters.filter(|parameter| parameter["in"] == "query") {
            assert!(detail.contains(known["name"].as_str().unwrap()), "{route:?}: {detail}");
        }
    }
}

#[tokio::test]
async fn every_route_refuses_an_unknown_field_of_its_body_and_lists_the_known_ones() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Project Alpha").await;
    let document = usher.send("GET", "/openapi.json", None, None).await.expect(200).json();
    let mut tried = 0;
    for route in routes() {
        let operation = &document["paths"][route.path][route.method.to_lowercase()];
        let content = &operation["requestBody"]["content"]["application/json"];
        let Some(mut body) = content.get("example").cloned() else { continue };
        body[UNKNOWN] = json!(1);
        let path = path_of(route, operation, &workspace);
        let refused = usher.send(route.method, &path, Some(&ada.token), Some(body)).await.problem(400, "unknown_field");
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(&format!("\"{UNKNOWN}\"")), "{route:?}: {detail}");
        let known = names_of(&content["schema"]["properties"]);
        assert!(known.iter().all(|known| detail.contains(known.as_str())), "{route:?}: {detail}");
        assert_eq!(content["schema"]["additionalProperties"], false, "{route:?}");
        tried += 1;
    }
    assert!(tried >= 8, "{tried}");
}

#[tokio::test]
async fn an_unknown_field_makes_only_its_row_invalid() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Project Alpha").await;
    let (bob, eve) = (usher.address("bob"), usher.address("eve"));
    let users = json!([
        { "email": bob, "rolle": "EDITOR", "role": "EDITOR" },
        { "email": eve, "role": "VIEWER", "metadata": { "any": "field" } },
    ]);
    let results = usher.post_invitations(&ada.token, &workspace, json!({ "users": users })).await.expect(200).json();
    assert_eq!(results["summary"], json!({ "invalid": 1, "invited": 1 }));
    let row = &results["results"][0];
    assert_eq!(
        [&row["status"], &row["code"], &row["email"]],
        [&json!("invalid"), &json!("unknown_field"), &json!(bob)]
    );
    let detail = row["detail"].as_str().unwrap();
    assert!(detail.contains("\"rolle\"") && detail.contains("email, role, metadata and groups"), "{detail}");
}

#[tokio::test]
async fn the_vendors_routes_ignore_unknown_fields_and_query_parameters() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let body = json!({ "name": "Project Alpha", UNKNOWN: 1 });
    usher.post(&format!("/noCo/api/v2/workspaces?{UNKNOWN}=1"), &ada.token, body.clone()).await.expect(200);
    usher.post(&format!("/v1/workspaces?{UNKNOWN}=1"), &ada.token, body).await.expect(200);
    for path in ["/api/v0/workspaces", "/api/v1.0/external/sdworkspace/CurrentWorkspaces", "/register"] {
        let status = if path == "/register" { 410 } else { 200 };
        usher.get(&format!("{path}?{UNKNOWN}=1"), &ada.token).await.expect(status);
    }
}
