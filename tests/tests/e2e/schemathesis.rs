//! What our own tests don't think of: requests made up from the description, by schemathesis.

use std::path::Path;

use tests::Endpoint;
use tokio::process::Command;

use crate::emulators::path;

/// No server error, and no answer that isn't documented.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

#[tokio::test]
#[ignore = "needs schemathesis and openapi-spec-validator, which .ci/run provides; see CONTRIBUTING.md"]
async fn requests_made_up_from_the_description_get_documented_answers() {
    let usher = Endpoint::own(&[]).await;
    let folder = tempfile::tempdir().unwrap();
    let document = usher.send("GET", "/openapi.json", None, None).await.expect(200);
    let file = folder.path().join("openapi.json");
    std::fs::write(&file, &document.text).unwrap();
    run("openapi-spec-validator", folder.path(), &[file.to_str().unwrap()]).await;

    std::fs::write(folder.path().join("schemathesis.toml"), settings(&usher).await).unwrap();
    let url = format!("{}/openapi.json", usher.url());
    let options = ["run", &url, "--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-examples", "5"];
    let bounded = ["--seed", "1", "--workers", "2", "--generation-database", "none", "--max-failures", "20"];
    // Passwords are hashed in a build that isn't optimised.
    let patient = ["--request-timeout", "60"];
    run("schemathesis", folder.path(), &[&options[..], &bounded, &patient].concat()).await;
}

/// What a description can't tell: somebody's token, and ids of what is there.
async fn settings(usher: &Endpoint) -> String {
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Made up").await;
    usher.post(&format!("/api/v0/workspaces/{workspace}/select"), &ada.token, serde_json::json!({})).await.expect(200);
    let group = usher.top_group(&ada.token).await;
    let number = usher.number(&ada.token, "Made up").await;
    format!(
        r#"
headers = {{ Authorization = "Bearer {token}" }}
parameters = {{ "path.workspaceId" = "{workspace}", "path.groupId" = "{group}" }}

[[operations]]
include-path = "/api/v1.0/external/sdworkspace/allusers/{{workspaceId}}"
parameters = {{ "path.workspaceId" = {number} }}
"#,
        token = ada.token
    )
}

/// Runs a tool in a folder; it must succeed.
async fn run(tool: &str, folder: &Path, arguments: &[&str]) {
    let mut command = Command::new(path("USHER_TOOLS").join(tool));
    let output = command.args(arguments).current_dir(folder).kill_on_drop(true).output().await.unwrap();
    let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{tool}: {}", told.join("\n"));
}
