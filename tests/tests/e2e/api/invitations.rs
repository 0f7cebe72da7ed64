//! Tests of the routes below /api/v1/invitations, which are for the person who has a link's hash.

mod decline;
mod renew;

use serde_json::{Value, json};
use tests::{Account, Answer, Endpoint, Need, needs};

/// A hash that belongs to no invitation.
const UNKNOWN: &str = "e0754cfc-f7d1-4cc3-8690-e34a2f17291d";

/// How long an invitation of these tests is valid, in seconds.
const LIFETIME: i64 = 604_800;

async fn post(usher: &Endpoint, what: &str, hash: &str) -> Answer {
    usher.post_open(&format!("/api/v1/invitations/{what}"), json!({ "hash": hash })).await
}

/// The founder, the workspace, the address of an invited person, and the hash in the invited person's mail.
async fn invited(usher: &Endpoint) -> (Account, String, String, String) {
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Project Alpha").await;
    let guest = usher.address("guest");
    let users = json!([{ "email": guest, "role": "EDITOR" }]);
    usher
        .post_bulk_users(&ada.token, &workspace, json!({ "workSpaceUsers": users, "message": "Join us" }))
        .await
        .expect(200);
    let hash = usher.mail(&guest, 1).await.hash();
    (ada, workspace, guest, hash)
}

async fn status(usher: &Endpoint, token: &str, guest: &str) -> Option<String> {
    usher.team(token).await.get(guest).cloned()
}

#[tokio::test]
async fn a_preview_shows_the_inviter_the_invited_person_and_the_workspace_and_uses_up_nothing() {
    let usher = Endpoint::with(&[Need::Calls]).await;
    let (ada, workspace, guest, hash) = invited(&usher).await;
    usher.forget_calls().await;
    let seen = post(&usher, "preview", &hash.to_uppercase()).await.expect(200).json();
    let expires: jiff::Timestamp = seen["expiresAt"].as_str().unwrap().parse().unwrap();
    let expected = json!({
        "workspaceName": "Project Alpha", "inviterName": "Ada Founder", "email": guest, "role": "EDITOR",
        "message": "Join us", "expiresAt": expires, "hasAccount": false,
    });
    assert_eq!(seen, expected);
    // The preview of an invitation makes three reads: the item of the hash, the person with the records that decide
    // whether the person may join, and the batch.
    let calls = json!({ "dynamodb:GetItem": 2, "dynamodb:BatchGetItem": 1 });
    assert_eq!(usher.calls().await["preview-invitation"], calls);
    for _ in 0..10 {
        assert_eq!(post(&usher, "preview", &hash).await.expect(200).json(), seen);
    }
    usher.sign_up_by_invitation(&guest, &hash).await.expect(200);
    let calls = json!({ "dynamodb:GetItem": 1, "dynamodb:BatchGetItem": 1, "dynamodb:TransactWriteItems": 1 });
    assert_eq!(usher.calls().await["sign-up"], calls);
    assert_eq!(usher.role(&usher.token(&guest).await, &workspace).await.as_deref(), Some("EDITOR"));
    assert_eq!(status(&usher, &ada.token, &guest).await.as_deref(), Some("ACTIVE"));
}

#[tokio::test]
async fn accepting_takes_the_same_calls_for_any_number_of_invited_people() {
    let usher = Endpoint::with(&[Need::Calls]).await;
    let (ada, workspace, ..) = invited(&usher).await;
    let mut counted = Vec::new();
    // On its first call, a function also reads the public key that verifies access tokens.
    for (name, others) in [("eve", 0), ("mel", 0), ("zoe", 200)] {
        let guest = usher.founder(name).await;
        let others: Vec<_> = (0..others).map(|n| usher.address(&format!("other{n}"))).collect();
        let rows: Vec<_> = others.iter().chain([&guest.email]).map(|email| (email.as_str(), "VIEWER")).collect();
        usher.invite(&ada.token, &workspace, &rows).await.expect(200);
        let hash = usher.mail(&guest.email, 2).await.hash();
        usher.forget_calls().await;
        usher.accept(&guest.token, &hash).await.expect(200);
        counted.push(usher.calls().await["accept-invitation"].clone());
    }
    assert_eq!(counted[1], counted[2]);
    let calls: u64 = counted[1].as_object().unwrap().values().filter_map(Value::as_u64).sum();
    assert_eq!(calls, 4, "{counted:?}");
}

#[tokio::test]
async fn a_preview_says_that_the_invited_person_has_an_account() {
    let usher = Endpoint::start().await;
    let (ada, workspace, ..) = invited(&usher).await;
    let eve = usher.founder("eve").await;
    usher.invite(&ada.token, &workspace, &[(&eve.email, "VIEWER")]).await.expect(200);
    let hash = usher.mail(&eve.email, 2).await.hash();
    assert_eq!(post(&usher, "preview", &hash).await.expect(200).json()["hasAccount"], true);
}

#[tokio::test]
async fn every_dead_hash_gets_the_same_answer() {
    needs(&[Need::Clock]);
    let usher = Endpoint::own(&[("RESEND_COOLDOWN_SECONDS", "0")]).await;
    let (ada, workspace, guest, replaced) = invited(&usher).await;
    usher.invite(&ada.token, &workspace, &[(&guest, "VIEWER")]).await.expect(200);
    let used = usher.mail(&guest, 2).await.hash();
    usher.sign_up_by_invitation(&guest, &used).await.expect(200);
    let mut dead = vec![replaced, used, UNKNOWN.to_owned(), "x".to_owned(), ada.token.clone()];
    for name in ["declined", "expired"] {
        let email = usher.address(name);
        usher.invite(&ada.token, &workspace, &[(&email, "VIEWER")]).await.expect(200);
        dead.push(usher.mail(&email, 1).await.hash());
    }
    post(&usher, "decline", &dead[5]).await.expect(204);
    usher.advance(LIFETIME).await;
    let ada = usher.token(&ada.email).await;
    for what in ["preview", "decline", "accept"] {
        for hash in &dead {
            let path = format!("/api/v1/invitations/{what}");
            let token = (what == "accept").then_some(ada.as_str());
            let answer = usher.send("POST", &path, token, Some(json!({ "hash": hash }))).await;
            let mut body = answer.problem(410, "invitation_gone").json();
            body["traceId"] = Value::Null;
            let detail = "This invitation can't be used: ask for a new one.";
            assert_eq!(
                body,
                json!({ "title": "Gone", "status": 410, "detail": detail, "code": "invitation_gone", "traceId": null })
            );
        }
    }
    for what in ["preview", "decline", "renew"] {
        for body in [json!({}), json!({ "hash": null }), json!({ "hash": 7 }), json!([])] {
            let answer = usher.post_open(&format!("/api/v1/invitations/{what}"), body).await;
            assert_eq!(answer.status, 400, "{what}: {}", answer.text);
        }
    }
}
