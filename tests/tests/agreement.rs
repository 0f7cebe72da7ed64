//! The routes in the code, the programs, the template, the sample events and the tests for access without credentials
//! must say the same. Each test compares some of them and names what differs.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use functions::{
    Operation,
    routes::{ROUTES, Route},
};
use serde_yaml_ng::Value;
use shared::Parameters;
use tests::unauthenticated::{CASES, OPEN};

#[test]
fn every_operation_is_a_program() {
    let programs = files("functions/src/bin").into_iter().map(|file| stem(&file)).collect();
    agree("operation.rs", &operations(), "functions/src/bin", &programs);

    let manifest = read("functions/Cargo.toml");
    let name = |section: &str| section.lines().find_map(|line| line.strip_prefix("name = ").map(unquoted));
    let listed = manifest.split("[[bin]]").skip(1).filter_map(name).collect();
    agree("operation.rs", &operations(), "functions/Cargo.toml", &listed);
}

#[test]
fn every_program_serves_its_own_operation() {
    for operation in Operation::ALL {
        let serve = if is_event_function(*operation) { "serve_events" } else { "serve" };
        let call = format!("functions::{serve}(functions::Operation::{operation:?})");
        let path = format!("functions/src/bin/{}.rs", operation.name());
        assert!(read(&path).contains(&call), "{path} does not call {call}");
    }
}

#[test]
fn every_operation_is_a_function_of_that_name() {
    let template = Template::load();
    let in_code = Operation::ALL.iter().map(|operation| format!("{operation:?}: {}", operation.name())).collect();
    let deployed = template.functions().map(|(id, function)| format!("{id}: {}", program(function))).collect();
    agree("operation.rs", &in_code, "template.yaml", &deployed);
}

#[test]
fn the_gateway_has_the_routes_of_the_code() {
    let line = |key: &str, operation: &str| format!("{key} -> {operation}");
    let in_code: BTreeSet<_> = ROUTES.iter().map(|route| line(&key(route), route.operation.name())).collect();
    assert_eq!(in_code.len(), ROUTES.len(), "a route is in routes.rs twice");
    let in_code = with(in_code, line("$default", Operation::RouteNotFound.name()));

    let template = Template::load();
    let deployed = template
        .all("AWS::ApiGatewayV2::Route")
        .map(|(_, route)| {
            let target = text(&route["Properties"]["Target"]);
            let integration = target.trim_start_matches("integrations/${").trim_end_matches('}');
            let uri = text(&template.resource(integration)["Properties"]["IntegrationUri"]);
            let function = template.resource(uri.trim_end_matches(".Arn"));
            line(text(&route["Properties"]["RouteKey"]), program(function))
        })
        .collect();
    agree("routes.rs", &in_code, "template.yaml", &deployed);
}

#[test]
fn the_gateway_may_invoke_the_functions_it_leads_to_and_no_others() {
    let template = Template::load();
    let role = &template.resource("GatewayRole")["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0];
    let invocable = list(&role["Resource"]).into_iter().map(str::to_owned).collect();
    let integrated = template
        .all("AWS::ApiGatewayV2::Integration")
        .map(|(_, integration)| text(&integration["Properties"]["IntegrationUri"]).to_owned())
        .collect();
    agree("GatewayRole", &invocable, "the integrations", &integrated);
}

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

    let event_functions = Operation::ALL.iter().filter(|operation| is_event_function(**operation));
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
fn a_function_may_make_only_the_calls_that_its_own_policy_allows() {
    /// Actions without resources in IAM, and actions about every identity of the account, as requests choose their senders.
    const WITHOUT_RESOURCE: [&str; 6] = [
        "ses:GetAccount",
        "dynamodb:ListStreams",
        "ses:GetEmailIdentity",
        "ses:SendEmail",
        "ses:SendBulkEmail",
        "ses:SendBulkTemplatedEmail",
    ];
    let template = Template::load();
    for (id, function) in template.functions() {
        for statement in statements(function) {
            for action in list(&statement["Action"]) {
                assert!(!action.contains('*'), "{id} may do {action}");
                for resource in list(&statement["Resource"]) {
                    let named = !resource.contains('*') || WITHOUT_RESOURCE.contains(&action);
                    assert!(named, "{id} may do {action} to {resource}");
                }
            }
        }
    }
}

#[test]
fn a_secret_is_known_only_to_the_functions_that_need_it() {
    const HOLDERS: [(&str, &str); 7] = [
        ("verify-otp", "LINK_SECRET"),
        ("deliver-invitations", "LINK_SECRET"),
        ("sweep-undelivered", "LINK_SECRET"),
        ("issue-token", "TOKEN_SECRET"),
        ("log-in", "TOKEN_SECRET"),
        ("issue-client-token", "TOKEN_SECRET"),
        ("confirm-registration", "TOKEN_SECRET"),
    ];
    let needed = HOLDERS.iter().map(|(program, secret)| format!("{program} {}", pascal(secret))).collect();

    let template = Template::load();
    let mut declared = BTreeSet::new();
    let mut readable = BTreeSet::new();
    for (_, function) in template.functions() {
        let variables = entries(&function["Properties"]["Environment"]["Variables"]);
        for (name, secret) in variables.filter(|(name, _)| name.ends_with("_SECRET")) {
            assert_eq!(pascal(name), text(secret), "{name} of {}", program(function));
            declared.insert(format!("{} {}", program(function), text(secret)));
        }
        for statement in statements(function) {
            if list(&statement["Action"]).contains(&"secretsmanager:GetSecretValue") {
                let secrets = list(&statement["Resource"]);
                readable.extend(secrets.iter().map(|secret| format!("{} {secret}", program(function))));
            }
        }
    }
    agree("the functions that need a secret", &needed, "the template's environments", &declared);
    agree("the functions that need a secret", &needed, "the template's policies", &readable);
}

#[test]
fn every_function_has_its_own_log_group_with_an_expiry() {
    let template = Template::load();
    for (id, function) in template.functions() {
        let group = text(&function["Properties"]["LoggingConfig"]["LogGroup"]);
        assert_eq!(group, format!("{id}Logs"));
        assert_eq!(template.resource(group)["Type"], "AWS::Logs::LogGroup");
    }
    for (id, group) in template.all("AWS::Logs::LogGroup") {
        assert_eq!(group["Properties"]["RetentionInDays"], "LogRetentionDays", "{id} never forgets");
    }
}

#[test]
fn the_template_gives_the_functions_every_parameter_with_the_defaults_and_ranges_of_the_code() {
    const REQUIRED: [(&str, &str); 3] =
        [("APP_URL", "https://app.example.com"), ("SENDER_ADDRESS", "usher@example.com"), ("TABLE_NAME", "usher")];
    let read = |get: &dyn Fn(&str) -> Option<String>| {
        let required = |name: &str| REQUIRED.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Parameters::read(|name| get(name).or_else(|| required(name)))
    };

    let asked = RefCell::new(BTreeSet::new());
    let in_code = read(&|name| {
        asked.borrow_mut().insert(name.to_owned());
        None
    })
    .unwrap();
    let template = Template::load();
    let environment = &template.0["Globals"]["Function"]["Environment"]["Variables"];
    let declared = entries(environment).map(|(name, _)| name.to_owned()).collect();
    agree("Parameters::read", &asked.into_inner(), "the template's environment", &declared);

    let parameter = |name: &str| &template.0["Parameters"][environment[name].as_str().unwrap_or_default()];
    let in_template = read(&|name| scalar(&parameter(name)["Default"])).unwrap();
    assert_eq!(format!("{in_template:?}"), format!("{in_code:?}"));

    for (name, _) in entries(environment) {
        for (bound, beyond) in [("MinValue", -1), ("MaxValue", 1)] {
            let Some(limit) = parameter(name)[bound].as_i64() else { continue };
            let with = |value: i64| read(&|asked| (asked == name).then(|| value.to_string()));
            assert!(with(limit).is_ok(), "{name} may not be the template's {bound}");
            assert!(with(limit + beyond).is_err(), "{name} may be beyond the template's {bound}");
        }
    }
}

#[test]
fn every_code_that_an_answer_may_have_is_explained() {
    /// The functions and fields that a code follows.
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

/// The codes that directly follow this text.
fn codes_after(text: &str, taker: &str) -> BTreeSet<String> {
    let literals = text.split(taker).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"')?.split_once('"'));
    let is_code = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    literals.map(|(word, _)| word.to_owned()).filter(|word| is_code(word)).collect()
}

/// The Rust files below a folder.
fn sources(folder: &str) -> Vec<PathBuf> {
    let (folders, files): (Vec<_>, Vec<_>) = files(folder).into_iter().partition(|path| path.is_dir());
    let below = folders.iter().flat_map(|folder| sources(folder.to_str().unwrap()));
    let own = files.into_iter().filter(|file| file.extension().is_some_and(|ending| ending == "rs"));
    own.chain(below).collect()
}

/// `template.yaml`, with `!Ref X` and its like read as `X`.
struct Template(Value);

impl Template {
    fn load() -> Self {
        Self(untagged(serde_yaml_ng::from_str(&read("template.yaml")).unwrap()))
    }

    fn resource(&self, id: &str) -> &Value {
        self.0["Resources"].get(id).unwrap_or_else(|| panic!("template.yaml has no resource {id}"))
    }

    fn all(&self, kind: &str) -> impl Iterator<Item = (&str, &Value)> {
        entries(&self.0["Resources"]).filter(move |(_, resource)| resource["Type"] == kind)
    }

    fn functions(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.all("AWS::Serverless::Function")
    }
}

fn untagged(value: Value) -> Value {
    match value {
        Value::Tagged(tagged) => untagged(tagged.value),
        Value::Sequence(values) => values.into_iter().map(untagged).collect(),
        Value::Mapping(entries) => {
            Value::Mapping(entries.into_iter().map(|(key, value)| (key, untagged(value))).collect())
        }
        scalar => scalar,
    }
}

fn entries(mapping: &Value) -> impl Iterator<Item = (&str, &Value)> {
    mapping.as_mapping().into_iter().flatten().map(|(key, value)| (text(key), value))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value:?} is no text"))
}

/// The texts of a list, or the one text that stands for a list of it.
fn list(value: &Value) -> Vec<&str> {
    value.as_sequence().map_or_else(|| vec![text(value)], |values| values.iter().map(text).collect())
}

fn scalar(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned).or_else(|| value.as_i64().map(|number| number.to_string()))
}

fn program(function: &Value) -> &str {
    text(&function["Metadata"]["BuildProperties"]["Binary"])
}

fn statements(function: &Value) -> impl Iterator<Item = &Value> {
    let policies = function["Properties"]["Policies"].as_sequence().into_iter().flatten();
    policies.flat_map(|policy| policy["Statement"].as_sequence().expect("a policy is spelled out here"))
}

fn operations() -> BTreeSet<String> {
    Operation::ALL.iter().map(|operation| operation.name().to_owned()).collect()
}

/// Whether something other than the gateway starts the operation.
fn is_event_function(operation: Operation) -> bool {
    operation != Operation::RouteNotFound && ROUTES.iter().all(|route| route.operation != operation)
}

fn key(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}

/// `LinkSecret` of `LINK_SECRET`.
fn pascal(name: &str) -> String {
    name.split('_').flat_map(|word| [word[..1].to_owned(), word[1..].to_lowercase()]).collect()
}

fn unquoted(text: &str) -> String {
    text.trim_matches('"').to_owned()
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
