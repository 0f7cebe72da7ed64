//! Tests of GET and POST /api/v0/users/registration/confirm.

use serde_json::{Value, json};
use tests::{Endpoint, PASSWORD};

const CONFIRM: &str = "/api/v0/users/registration/confirm";

fn form(hash: &str, email: &str) -> Value {
    json!({ "confirmation_id": hash, "email": email, "password": PASSWORD, "username": "Grace Hopper" })
}

#[tokio::test]
async fn the_link_shows_the_invited_person_every_time_and_registers_them_once() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Project Alpha").await;
    let grace = usher.address("grace");
    usher.invite(&ada.token, &workspace, &[(&grace, "EDITOR")]).await.expect(200);
    let hash = usher.mail(&grace, 1).await.hash();
    let path = format!("{CONFIRM}?id={}", hash.to_uppercase());
    let shown = usher.send("GET", &path, None, None).await.expect(200).json();
    let id = shown["user"]["id"].as_str().unwrap().to_owned();
    let expected = json!({ "user": { "id": id, "email": grace, "username": grace, "confirmed": false } });
    assert_eq!(shown, expected);
    assert_eq!(usher.send("GET", &path, None, None).await.expect(200).json(), shown);

    let answer = usher.post_open(CONFIRM, form(&hash, &grace)).await.expect(200).json();
    let token = answer["token"].as_str().unwrap();
    assert_eq!(answer, json!({ "token": token }));
    let profile = usher.get("/idp/api/v1/user", token).await.expect(200).json();
    assert_eq!([&profile["firstname"], &profile["lastname"]], [&json!("Grace Hopper"), &json!(null)]);
    assert_eq!(usher.hexabase_id(token, &workspace, &grace).await, id);
    assert_eq!(usher.role(token, &workspace).await.as_deref(), Some("EDITOR"));
    usher.send("GET", &path, None, None).await.hexabase_error(410, "INVITATION_GONE");
    usher.post_open(CONFIRM, form(&hash, &grace)).await.hexabase_error(410, "INVITATION_GONE");
}

#[tokio::test]
async fn a_person_without_a_name_is_called_by_the_local_part_of_the_address() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Project Alpha").await;
    let grace = usher.address("grace");
    usher.invite(&ada.token, &workspace, &[(&grace, "EDITOR")]).await.expect(200);
    let mut form = form(&usher.mail(&grace, 1).await.hash(), &grace);
    form["username"] = Value::Null;
    let answer = usher.post_open(CONFIRM, form).await.expect(200).json();
    let profile = usher.get("/idp/api/v1/user", answer["token"].as_str().unwrap()).await.expect(200).json();
    assert_eq!(profile["firstname"], grace.split('@').next().unwrap());
}

#[tokio::test]
async fn a_dead_or_foreign_link_registers_nobody() {
    let usher = Endpoint::start().await;
    let (ada, eve) = (usher.founder("ada").await, usher.founder("eve").await);
    let workspace = usher.workspace(&ada.token, "Project Alpha").await;
    let grace = usher.address("grace");
    for hash in ["e0754cfc-f7d1-4cc3-8690-e34a2f17291d", "x", ""] {
        usher.send("GET", &format!("{CONFIRM}?id={hash}"), None, None).await.hexabase_error(410, "INVITATION_GONE");
        usher.post_open(CONFIRM, form(hash, &grace)).await.hexabase_error(410, "INVITATION_GONE");
    }
    usher.send("GET", CONFIRM, None, None).await.hexabase_error(400, "INVALID_PARAMS");
    usher.invite(&ada.token, &workspace, &[(&grace, "EDITOR"), (&eve.email, "EDITOR")]).await.expect(200);
    let (hash, eves_hash) = (usher.mail(&grace, 1).await.hash(), usher.mail(&eve.email, 2).await.hash());
    usher.post_open(CONFIRM, form(&hash, &usher.address("mallory"))).await.hexabase_error(403, "OTHER_ADDRESS");
    usher.post_open(CONFIRM, form(&eves_hash, &eve.email)).await.hexabase_error(409, "HAS_ACCOUNT");
    let shown = usher.send("GET", &format!("{CONFIRM}?id={eves_hash}"), None, None).await.expect(200).json();
    assert_eq!(shown["user"]["confirmed"], true);
    for (field, value) in
        [("email", json!("grace")), ("password", json!("weak")), ("username", json!("")), ("password", json!(null))]
    {
        let mut form = form(&hash, &grace);
        form[field] = value;
        usher.post_open(CONFIRM, form).await.hexabase_error(400, "INVALID_PARAMS");
    }
    usher.post_open(CONFIRM, form(&hash, &grace)).await.expect(200);
}
