//! PUT /api/v0/users/password: replaces the caller's own password.

use serde_json::{Value, json};
use tests::{Answer, Endpoint, HeldCall, Need, PASSWORD};

const NEW: &str = "Demo34#$";

async fn change(usher: &Endpoint, token: &str, body: Value) -> Answer {
    usher.send("PUT", "/api/v0/users/password", Some(token), Some(body)).await
}

fn form(old: &str, new: &str, again: &str) -> Value {
    json!({ "old_password": old, "new_password": new, "confirm_password": again })
}

#[tokio::test]
async fn the_new_password_works_and_the_old_one_does_not() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let answer = change(&usher, &ada.token, form(PASSWORD, NEW, NEW)).await.expect(200).json();
    assert_eq!(answer, json!({ "error": null }));
    let log_in = |password: &str| usher.post_open("/api/v0/login", json!({ "email": ada.email, "password": password }));
    log_in(PASSWORD).await.expect(401);
    log_in(NEW).await.expect(200);
    usher.get("/api/v0/workspaces", &ada.token).await.expect(200);
}

#[tokio::test]
async fn a_wrong_request_changes_nothing() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    for body in [
        form("Wrong12#$", NEW, NEW),
        form(PASSWORD, NEW, "Demo56#$"),
        form(PASSWORD, "weak", "weak"),
        form(PASSWORD, "Password1!", "Password1!"),
        json!({ "old_password": PASSWORD, "new_password": NEW }),
        json!({ "old_password": PASSWORD, "new_password": 1, "confirm_password": 1 }),
    ] {
        change(&usher, &ada.token, body).await.hexabase_error(400, "INVALID_PARAMS");
    }
    usher.token(&ada.email).await;
}

#[tokio::test]
async fn wrong_passwords_are_counted_together_with_those_of_the_login() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    usher.begin_window(600).await;
    for _ in 0..5 {
        change(&usher, &ada.token, form("Wrong12#$", NEW, NEW)).await.expect(400);
        usher.post_open("/api/v0/login", json!({ "email": ada.email, "password": "Wrong12#$" })).await.expect(401);
    }
    change(&usher, &ada.token, form(PASSWORD, NEW, NEW)).await.hexabase_error(429, "TOO_MANY_ATTEMPTS");
    usher.stop().await;
}

#[tokio::test]
async fn of_two_changes_together_the_second_is_refused() {
    let usher = Endpoint::with(&[Need::Calls]).await;
    let other = "Demo56#$";
    for (number, (first, second)) in [(NEW, other), (other, NEW)].into_iter().enumerate() {
        let ada = usher.founder(&format!("ada{number}")).await;
        // The transactions before this one count the attempt and take the count back, because the password is right.
        let write = HeldCall::write_after("change-password", 2);
        let to = |password| change(&usher, &ada.token, form(PASSWORD, password, password));
        let (won, lost) = usher.overtake(to(first), to(second), write).await;
        won.expect(200);
        lost.expect(409);
        for (password, status) in [(first, 200), (second, 401), (PASSWORD, 401)] {
            let body = json!({ "email": ada.email, "password": password });
            usher.post_open("/api/v0/login", body).await.expect(status);
        }
    }
}

#[tokio::test]
async fn a_change_whose_reply_was_lost_is_done() {
    let usher = Endpoint::with(&[Need::Calls]).await;
    let ada = usher.founder("ada").await;
    // The first two transactions count the attempt to give the password, and take the count back.
    let action = "dynamodb:TransactWriteItems";
    usher
        .queue_fault(json!({ "action": action, "function": "change-password", "fault": "lostReply", "skip": 2 }))
        .await;
    change(&usher, &ada.token, form(PASSWORD, NEW, NEW)).await.expect(200);
    assert!(usher.faults_left().await.is_empty());
    usher.post_open("/api/v0/login", json!({ "email": ada.email, "password": NEW })).await.expect(200);
    usher.stop().await;
}

#[tokio::test]
async fn a_service_account_has_no_password_to_change() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let body = json!({ "name": "robot" });
    let robot = usher.post("/idp/api/v1/company/serviceAccount", &ada.token, body).await.expect(200).json();
    change(&usher, robot["token"].as_str().unwrap(), form(PASSWORD, NEW, NEW))
        .await
        .hexabase_error(400, "INVALID_PARAMS");
}
