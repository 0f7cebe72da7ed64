//! Tests of `--seed`: the local stack starts with the data of a file.

use std::path::Path;

use local::{Options, Stack, StackStartError};
use serde_json::{Value, json};
use tests::{Endpoint, Need, PASSWORD, needs};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/local_stack/seed.yaml");

const WORKSPACE: &str = "6b1f0c2e-3333-4333-8333-000000000001";
const HASH: &str = "6b1f0c2e-4444-4444-8444-000000000001";
const ROBOT: &str = "usher_sa_robot";

fn options(seed: &Path) -> Options {
    needs(&[Need::Options]);
    Options { seed: Some(seed.to_owned()), ..Options::in_memory() }
}

async fn stack() -> (Stack, Endpoint) {
    let stack = Stack::start(options(Path::new(FILE))).await.unwrap();
    let endpoint = Endpoint::unchecked(stack.url());
    (stack, endpoint)
}

/// The members of the seeded workspace by address, with the members' ids and roles.
async fn members(usher: &Endpoint) -> Vec<(Value, Value, Value)> {
    let path = format!("/api/v1/workspaces/{WORKSPACE}/members");
    let members = usher.get(&path, ROBOT).await.expect(200).json();
    let member = |member: &Value| (member["email"].clone(), member["userId"].clone(), member["role"].clone());
    let mut members: Vec<_> = members["items"].as_array().unwrap().iter().map(member).collect();
    members.sort_by_key(|(email, ..)| email.to_string());
    members
}

#[tokio::test]
async fn people_workspaces_and_service_accounts_have_the_ids_and_tokens_of_the_file() {
    let (stack, usher) = stack().await;
    let expected = [
        (json!("ada@acme.example"), json!("6b1f0c2e-2222-4222-8222-000000000001"), json!("ADMIN")),
        (json!("ben@acme.example"), json!("6b1f0c2e-2222-4222-8222-000000000002"), json!("EDITOR")),
    ];
    assert_eq!(members(&usher).await, expected);
    let ada = usher.token("ada@acme.example").await;
    let profile = usher.get("/idp/api/v1/user", &ada).await.expect(200).json();
    assert_eq!((&profile["firstname"], &profile["lastname"]), (&json!("Ada"), &json!("Lovelace")));
    // A seeded admin can invite a person, and the invitation is mailed.
    usher.invite(&ada, WORKSPACE, &[("cat@example.com", "EDITOR")]).await.expect(200);
    usher.mail("cat@example.com", 1).await;
    let ben = usher.token("ben@acme.example").await;
    let refused = usher.invite(&ben, WORKSPACE, &[("dan@example.com", "EDITOR")]).await;
    assert_eq!(refused.status, 403);
    stack.stop().await;
}

#[tokio::test]
async fn the_hash_of_a_seeded_invitation_admits_the_invited_person_once() {
    let (stack, usher) = stack().await;
    assert!(usher.mails("bob@example.com").await.is_empty());
    let page = usher.send("GET", &format!("/register?hash={HASH}"), None, None).await.expect(200);
    assert!(page.text.contains("Welcome to Project Alpha!"));
    let sign_up = json!({
        "email": "bob@example.com", "password": PASSWORD, "firstname": "Bob", "lastname": "Guest", "hash": HASH,
    });
    usher.post_open("/idp/api/v1/user/sign-up", sign_up.clone()).await.expect(200);
    let bob = (json!("bob@example.com"), json!("6b1f0c2e-2222-4222-8222-000000000003"), json!("REVIEWER"));
    assert!(members(&usher).await.contains(&bob));
    let again = usher.post_open("/idp/api/v1/user/sign-up", sign_up).await;
    assert!(again.status.is_client_error());
    stack.stop().await;
}

#[tokio::test]
async fn a_reset_returns_to_the_seed() {
    let (stack, usher) = stack().await;
    let before = members(&usher).await;
    let ada = usher.token("ada@acme.example").await;
    usher.invite(&ada, WORKSPACE, &[("cat@example.com", "EDITOR")]).await.expect(200);
    let hash = usher.mail("cat@example.com", 1).await.hash();
    usher.sign_up_by_invitation("cat@example.com", &hash).await.expect(200);
    assert_eq!(members(&usher).await.len(), before.len() + 1);
    usher.send("POST", "/_local/reset", None, None).await.expect(204);
    assert_eq!(members(&usher).await, before);
    usher.token("ben@acme.example").await;
    stack.stop().await;
}

#[tokio::test]
async fn a_restart_keeps_what_has_changed_since_the_seed() {
    let directory = tempfile::TempDir::new().unwrap();
    let options = Options { memory: false, data_dir: directory.path().to_owned(), ..options(Path::new(FILE)) };
    for start in 0..2 {
        let stack = Stack::start(options.clone()).await.unwrap();
        let usher = Endpoint::unchecked(stack.url());
        assert_eq!(members(&usher).await.len(), 2 + start);
        if start == 0 {
            usher.sign_up_by_invitation("bob@example.com", HASH).await.expect(200);
        }
        stack.stop().await;
    }
}

#[tokio::test]
async fn a_wrong_or_missing_file_stops_the_start() {
    let missing = Stack::start(options(Path::new("no-such-file.yaml"))).await.unwrap_err();
    assert!(missing.is_usage() && missing.to_string().contains("no-such-file.yaml"), "{missing}");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "companies:\n  - id: 1\n").unwrap();
    let wrong = Stack::start(options(file.path())).await.unwrap_err();
    assert!(matches!(wrong, StackStartError::Seed(_)), "{wrong}");
    assert!(wrong.to_string().contains("companies[0].id") && wrong.to_string().contains("line 2"), "{wrong}");
}
