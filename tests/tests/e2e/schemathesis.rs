//! Tests with requests that the tool schemathesis generates from the API description, to find cases that no other test
//! has.

mod examples;
mod report;

use std::path::Path;

use tests::World;
use tokio::process::Command;

use crate::emulators::path;
use examples::Examples;
use report::Report;

/// The checks of schemathesis: no answer may be a server error, and every answer must be documented.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

/// The file into which schemathesis writes its report.
const REPORT: &str = "report.ndjson";

#[tokio::test]
#[ignore = "needs schemathesis and openapi-spec-validator, which .ci/run provides; see CONTRIBUTING.md"]
async fn requests_made_up_from_the_description_get_documented_answers() {
    let world = World::new(&[]).await;
    let folder = tempfile::tempdir().unwrap();
    let document = world.usher.send("GET", "/openapi.json", None, None).await.expect(200);
    let file = folder.path().join("openapi.json");
    std::fs::write(&file, &document.text).unwrap();
    run("openapi-spec-validator", folder.path(), &[file.to_str().unwrap()]).await;

    let examples = Examples::of(&world, document.json()).await;
    std::fs::write(&file, examples.document().to_string()).unwrap();
    std::fs::write(folder.path().join("schemathesis.toml"), examples.settings()).unwrap();
    let options = ["run", "openapi.json", "--url", world.usher.url(), "--checks", CHECKS, "--max-examples", "5"];
    // Schemathesis runs with one worker, because CPython 3.11 with several threads sometimes fails to parse
    // (python/cpython#106905).
    let bounded = ["--seed", "1", "--workers", "1", "--generation-database", "none", "--max-failures", "20"];
    let phases = ["--phases", "examples,coverage,fuzzing", "--report", "ndjson", "--report-ndjson-path", REPORT];
    // Requests may take long, because the tested build hashes passwords without the compiler's optimisations.
    let patient = ["--request-timeout", "60"];
    run("schemathesis", folder.path(), &[&options[..], &bounded, &phases, &patient].concat()).await;

    let report = Report::read(&folder.path().join(REPORT));
    let silent: Vec<_> = examples.operations().into_iter().filter(|operation| !report.has_success(operation)).collect();
    let failures: Vec<_> =
        silent.iter().map(|operation| format!("{operation}: {:?}", report.answers(operation))).collect();
    assert!(failures.is_empty(), "nothing but refusals, by status: {failures:#?}");
}

/// Runs a command-line tool in a folder. The tool must succeed.
async fn run(tool: &str, folder: &Path, arguments: &[&str]) {
    let mut command = Command::new(path("USHER_TOOLS").join(tool));
    let output = command.args(arguments).current_dir(folder).kill_on_drop(true).output().await.unwrap();
    let output_texts = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{tool}: {}", output_texts.join("\n"));
}
