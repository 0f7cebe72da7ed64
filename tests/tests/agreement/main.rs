//! The code, the templates, the sample events and the tests for access without credentials must name the same routes
//! and operations. Each test compares two of these places and names the differences.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod alarms;
mod functions;
mod stacks;
mod template;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use ::functions::{
    Operation,
    routes::{ROUTES, Route},
};
use tests::unauthenticated::{CASES, OPEN};

#[test]
fn every_route_and_every_event_function_has_a_sample_event() {
    let in_code = ROUTES.iter().map(|route| format!("{} {}", route.sample(), key(route))).collect();
    let in_code = with(in_code, format!("usher/{} $default", Operation::RouteNotFound.name()));

    let (of_routes, of_events): (Vec<_>, Vec<_>) =
        samples().into_iter().partition(|(_, event)| event["routeKey"].is_string());
    let sampled = of_routes
        .iter()
        .map(|(file, event)| format!("{} {}", file.trim_end_matches(".json"), event["routeKey"].as_str().unwrap()))
        .collect();
    agree("routes.rs", &in_code, "events", &sampled);

    let event_functions = Operation::ALL.iter().filter(|operation| operation.handles_events());
    let event_functions = event_functions.map(|operation| operation.name().to_owned()).collect();
    let sampled = of_events.iter().map(|(file, _)| stem(Path::new(file))).collect();
    agree("the event functions", &event_functions, "events", &sampled);
}

#[test]
fn a_sample_event_equals_the_gateways_event_for_its_route() {
    for (file, event) in samples() {
        let Some(key) = event["routeKey"].as_str() else { continue };
        let (context, path) = (&event["requestContext"], event["rawPath"].as_str().unwrap());
        assert_eq!(context["routeKey"], key, "{file}");
        assert_eq!(context["http"]["path"], path, "{file}");
        let Some((method, template)) = key.split_once(' ') else { continue };
        assert_eq!(context["http"]["method"], method, "{file}");
        let parameters = event["pathParameters"].as_object().cloned().unwrap_or_default();
        let filled = parameters.iter().fold(template.to_owned(), |filled, (name, value)| {
            filled.replace(&format!("{{{name}}}"), value.as_str().unwrap())
        });
        assert_eq!(filled, path, "{file}");
    }
}

#[test]
fn every_route_is_open_or_tried_without_credentials() {
    let lines = |routes: &[(&str, &str)]| -> BTreeSet<_> {
        routes.iter().map(|(method, path)| format!("{method} {path}")).collect()
    };
    let both: Vec<_> = lines(CASES).intersection(&lines(OPEN)).cloned().collect();
    assert!(both.is_empty(), "open and tried without credentials: {both:?}");
    let in_code = ROUTES.iter().map(key).collect();
    agree("routes.rs", &in_code, "tests::unauthenticated", &lines(CASES).union(&lines(OPEN)).cloned().collect());
}

#[test]
fn every_code_that_an_answer_may_have_is_explained() {
    /// The functions and fields in the source code that an error code follows.
    const TAKERS: [&str; 10] = [
        "parse_or(",
        "unknown_name(",
        "code: ",
        "PublicMessage::new(",
        "RowReason::new(",
        "Error::invalid(",
        "Error::unauthenticated(",
        "Error::forbidden(",
        "Error::conflict(",
        "invalid(",
    ];
    let messages = read("functions/src/vocabulary/failure.rs");
    let (messages, _) = messages.split_once("fn missing_message").unwrap();
    let (_, messages) = messages.split_once("fn message_of").unwrap();
    let rows = read("functions/src/vocabulary/row_results.rs");
    let (_, rows) = rows.split_once("fn message").unwrap();
    let (rows, _) = rows.split_once("fn with_retry_after").unwrap();

    let mut codes = codes_after(messages, "(");
    codes.extend(codes_after(rows, "("));
    for file in sources("shared/src").into_iter().chain(sources("functions/src")) {
        let text = fs::read_to_string(file).unwrap();
        let (code, _) = text.split_once("#[cfg(test)]").unwrap_or((&text, ""));
        codes.extend(TAKERS.iter().flat_map(|taker| codes_after(code, taker)));
    }
    assert!(codes.len() > 50, "{codes:?}");
    let explained = read("docs/statuses.md");
    codes.retain(|code| !explained.contains(&format!("`{code}`")));
    assert!(codes.is_empty(), "docs/statuses.md doesn't tell of {codes:?}");
}

/// The error codes that directly follow the given text in a source file.
fn codes_after(text: &str, taker: &str) -> BTreeSet<String> {
    let literals = text.split(taker).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"')?.split_once('"'));
    let is_code = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    literals.map(|(word, _)| word.to_owned()).filter(|word| is_code(word)).collect()
}

/// The Rust source files below a folder of the repository.
fn sources(folder: &str) -> Vec<PathBuf> {
    let (folders, files): (Vec<_>, Vec<_>) = files(folder).into_iter().partition(|path| path.is_dir());
    let below = folders.iter().flat_map(|folder| sources(folder.to_str().unwrap()));
    let own = files.into_iter().filter(|file| file.extension().is_some_and(|ending| ending == "rs"));
    own.chain(below).collect()
}

fn key(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}

fn with(mut set: BTreeSet<String>, one: String) -> BTreeSet<String> {
    set.insert(one);
    set
}

fn agree(left: &str, in_left: &BTreeSet<String>, right: &str, in_right: &BTreeSet<String>) {
    let only_left: Vec<_> = in_left.difference(in_right).collect();
    let only_right: Vec<_> = in_right.difference(in_left).collect();
    let same = only_left.is_empty() && only_right.is_empty();
    assert!(same, "only in {left}: {only_left:#?}\nonly in {right}: {only_right:#?}");
}

/// The sample events by file name below `events`.
fn samples() -> BTreeMap<String, serde_json::Value> {
    let folders = files("events").into_iter().map(|folder| format!("events/{}", stem(&folder)));
    let all = folders.flat_map(|folder| files(&folder));
    all.map(|file| {
        let name = file.strip_prefix(root().join("events")).unwrap().to_str().unwrap().to_owned();
        let event = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        (name, event)
    })
    .collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn files(folder: &str) -> Vec<PathBuf> {
    fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn stem(file: &Path) -> String {
    file.file_stem().unwrap().to_str().unwrap().to_owned()
}
