//! Tests of the functions in the template: their operations, policies, secrets, logs and parameters.

use std::{cell::RefCell, collections::BTreeSet};

use ::functions::Operation;
use serde_yaml_ng::Value;
use shared::Parameters;

use crate::{
    agree,
    template::{Template, entries, handler, list, scalar, statements, text},
};

#[test]
fn every_operation_is_a_function_of_that_name() {
    let template = Template::main();
    let in_code = Operation::ALL.iter().map(|operation| format!("{operation:?}: {}", operation.name())).collect();
    // A parameter of the template has the name PublishEvents, so the function of the operation PublishEvents is named
    // PublishEventsFunction.
    let name = |id: &str| id.strip_suffix("Function").unwrap_or(id).to_owned();
    let deployed = template.functions().map(|(id, function)| format!("{}: {}", name(id), handler(function))).collect();
    agree("operation.rs", &in_code, "template.yaml", &deployed);
}

#[test]
fn a_function_may_make_only_the_calls_that_its_own_policy_allows() {
    /// IAM actions that have no resources, and actions whose resource is every SES identity of the account, because
    /// requests choose the senders of their mails.
    const WITHOUT_RESOURCE: [&str; 6] = [
        "ses:GetAccount",
        "dynamodb:ListStreams",
        "ses:GetEmailIdentity",
        "ses:SendEmail",
        "ses:SendBulkEmail",
        "ses:SendBulkTemplatedEmail",
    ];
    let template = Template::main();
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
    let needed = HOLDERS.iter().map(|(operation, secret)| format!("{operation} {}", pascal(secret))).collect();

    let template = Template::main();
    let mut declared = BTreeSet::new();
    let mut readable = BTreeSet::new();
    for (_, function) in template.functions() {
        let variables = entries(&function["Properties"]["Environment"]["Variables"]);
        for (name, secret) in variables.filter(|(name, _)| name.ends_with("_SECRET")) {
            assert_eq!(pascal(name), created_secret(secret), "{name} of {}", handler(function));
            declared.insert(format!("{} {}", handler(function), created_secret(secret)));
        }
        for statement in statements(function) {
            if list(&statement["Action"]).contains(&"secretsmanager:GetSecretValue") {
                readable.insert(format!("{} {}", handler(function), created_secret(&statement["Resource"])));
            }
        }
    }
    agree("the functions that need a secret", &needed, "the template's environments", &declared);
    agree("the functions that need a secret", &needed, "the template's policies", &readable);
}

#[test]
fn every_log_group_expires_and_the_functions_log_to_those_of_the_template() {
    let template = Template::main();
    for (id, group) in template.all("AWS::Logs::LogGroup") {
        assert_eq!(group["Properties"]["RetentionInDays"], "LogRetentionDays", "{id} never expires");
    }
    let shared = &template.0["Globals"]["Function"]["LoggingConfig"]["LogGroup"];
    assert_eq!(template.resource(text(shared))["Type"], "AWS::Logs::LogGroup");
    for (id, function) in template.functions() {
        let expected = if operation(function).handles_events() { "EventLogs" } else { "RequestLogs" };
        let own = &function["Properties"]["LoggingConfig"]["LogGroup"];
        assert_eq!(if own.is_null() { shared } else { own }, expected, "{id}");
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
    let template = Template::main();
    let environment = &template.0["Globals"]["Function"]["Environment"]["Variables"];
    // The SDK reads the address of an emulator itself, and the namespace of metrics concerns only the program.
    let own = entries(environment).filter(|(name, _)| !["AWS_ENDPOINT_URL", "METRICS_NAMESPACE"].contains(name));
    let declared = own.map(|(name, _)| name.to_owned()).collect();
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

/// The secret that the CloudFormation stack creates, out of the template's choice between a created secret and an
/// existing secret.
fn created_secret(choice: &Value) -> &str {
    let [condition, created, existing] = [0, 1, 2].map(|index| text(&choice[index]));
    assert_eq!(condition, format!("Creates{created}"));
    assert_eq!(existing, format!("Existing{created}Arn"));
    created
}

/// The operation that a function of the template serves.
fn operation(function: &Value) -> Operation {
    let named = Operation::ALL.iter().find(|operation| operation.name() == handler(function));
    *named.unwrap_or_else(|| panic!("no operation has the name {}", handler(function)))
}

/// Converts the name of an environment variable into the name of a parameter, such as `LINK_SECRET` into `LinkSecret`.
fn pascal(name: &str) -> String {
    name.split('_').flat_map(|word| [word[..1].to_owned(), word[1..].to_lowercase()]).collect()
}
