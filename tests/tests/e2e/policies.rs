//! Least privilege, held against what really happens: no function calls the table or SES in a way that its policy in
//! `template.yaml` doesn't name.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::{Endpoint, PASSWORD};

#[tokio::test]
async fn no_function_calls_what_its_policy_does_not_name() {
    let usher = Endpoint::own(&[]).await;
    everything(&usher).await;

    let template = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../template.yaml")).unwrap();
    let template: serde_yaml_ng::Value = serde_yaml_ng::from_str(&template).unwrap();
    let calls = usher.calls().await;
    let calls = calls.as_object().unwrap();
    assert!(calls.len() > 15, "only {} functions were seen calling", calls.len());
    for (function, actions) in calls {
        let allowed = allowed(&template, function);
        for action in actions.as_object().unwrap().keys() {
            let needed = needed(action);
            assert!(needed.iter().any(|needed| allowed.contains(*needed)), "{function} calls {action}: {allowed:?}");
        }
    }
}

/// A transaction is authorised by the actions it is made of; which ones it needs the store's items tell.
fn needed(action: &str) -> Vec<&str> {
    match action {
        "dynamodb:TransactWriteItems" => vec!["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
        other => vec![other],
    }
}

fn allowed(template: &serde_yaml_ng::Value, function: &str) -> BTreeSet<String> {
    let resources = template["Resources"].as_mapping().unwrap();
    let programs = resources
        .values()
        .filter(|resource| resource["Metadata"]["BuildProperties"]["Binary"].as_str() == Some(function));
    let statements =
        programs.flat_map(|resource| resource["Properties"]["Policies"].as_sequence().into_iter().flatten());
    let statements = statements.flat_map(|policy| policy["Statement"].as_sequence().into_iter().flatten());
    let actions = statements.flat_map(|statement| match &statement["Action"] {
        serde_yaml_ng::Value::Sequence(actions) => actions.clone(),
        one => vec![one.clone()],
    });
    actions.filter_map(|action| action.as_str().map(str::to_owned)).collect()
}

/// Every operation at least once.
async fn everything(usher: &Endpoint) {
    let ada = usher.founder("ada").await;
    usher.post_open("/idp/api/v1/user/signUp/resendEmailOtp", json!({ "email": ada.email })).await.expect(200);
    usher.post_open("/idp/api/v1/user/login", json!({ "email": ada.email, "password": PASSWORD })).await.expect(200);
    for path in ["/idp/api/v1/user", "/idp/api/v1/team"] {
        usher.get(path, &ada.token).await.expect(200);
    }
    let workspace = usher.workspace(&ada.token, "Everything").await;
    usher.get(&format!("/noCo/api/v2/workspaces/{workspace}"), &ada.token).await.expect(200);
    usher.get("/noCo/api/v2/workspaces", &ada.token).await.expect(200);

    let accounts = "/idp/api/v1/company/serviceAccount";
    let account = usher.post(accounts, &ada.token, json!({ "name": "robot" })).await.expect(200).json();
    let (id, email) = (text(&account, "id"), text(&account, "email"));
    usher.invite(&ada.token, &workspace, &[(&email, "ADMIN")]).await.expect(200);
    usher.get(accounts, &ada.token).await.expect(200);
    usher.get(&format!("{accounts}/{id}/token/reset"), &ada.token).await.expect(200);
    usher.send("DELETE", &format!("{accounts}/{id}"), Some(&ada.token), None).await.expect(200);

    let bob = usher.member(&ada.token, &workspace, "bob", "ADMIN").await;
    usher.invite(&ada.token, &workspace, &[(&bob.email, "VIEWER")]).await.expect(400);
    let eve = usher.founder("eve").await;
    usher.invite(&ada.token, &workspace, &[(&eve.email, "VIEWER")]).await.expect(200);
    let mail = usher.mail(&eve.email, 2).await;
    usher.send("GET", &format!("/register?hash={}", mail.hash()), None, None).await.expect(200);
    usher.post("/api/v1/invitations/accept", &eve.token, json!({ "hash": mail.hash() })).await.expect(200);
    usher.send("GET", "/.well-known/jwks.json", None, None).await.expect(200);
    let requeue = "/2015-03-31/functions/requeue-undelivered/invocations";
    usher.post_open(requeue, json!({})).await.expect(200);
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}
