//! Tests of `/idp/api/v1/user/token` and `/idp/api/v1/user/login`.

use serde_json::{Value, json};
use tests::{Answer, Endpoint, PASSWORD};

use super::sign_up::{PATH as SIGN_UP, form};

const PATHS: [&str; 2] = ["/idp/api/v1/user/token", "/idp/api/v1/user/login"];

async fn log_in(usher: &Endpoint, path: &str, email: &str, password: &str) -> Answer {
    usher.post_open(path, json!({ "email": email, "password": password })).await
}

#[tokio::test]
async fn the_token_route_answers_only_a_token() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let answer = log_in(&usher, PATHS[0], &ada.email, PASSWORD).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let token = answer.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(answer.json(), json!({ "token": token }));
    assert_eq!(token.split('.').count(), 3);
    usher.get("/idp/api/v1/user", &token).await.expect(200);
}

#[tokio::test]
async fn a_login_answers_the_profile_with_workspaces_and_the_token_in_a_header() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Project Alpha").await;
    let answer = log_in(&usher, PATHS[1], &ada.email, PASSWORD).await.expect(200);
    let token = answer.header("authorization").strip_prefix("Bearer ").unwrap();
    assert!(!answer.text.contains(token));
    let all = ["VIEW", "COMMENT", "COLLABORATE", "REVIEW", "EDIT", "CREATE", "INVITE", "OVERSEE", "ADMINISTER"];
    let profile = answer.json();
    assert!(profile["id"].is_u64() && profile["companyId"].is_u64(), "{profile}");
    let expected = json!({
        "id": profile["id"], "firstname": "Ada", "lastname": "Founder", "email": ada.email,
        "companyName": "ada Ltd", "companyId": profile["companyId"], "status": "ACTIVE", "roles": ["ADMIN"],
        "permissions": all, "mfaEnabled": false, "role": "ADMIN",
        "workspaces": [{ "workspaceId": workspace, "role": "ADMIN", "permissions": all }],
    });
    assert_eq!(profile, expected);
    assert_eq!(usher.get("/idp/api/v1/user", token).await.expect(200).json(), expected);
}

#[tokio::test]
async fn the_answer_does_not_say_which_part_of_the_credentials_is_wrong() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let waiting = usher.address("waiting");
    usher.post_open(SIGN_UP, form(&waiting)).await.expect(200);
    let body = json!({ "name": "robot" });
    let robot = usher.post("/idp/api/v1/company/serviceAccount", &ada.token, body).await.expect(200).json();
    let (robot, robot_token) = (robot["email"].as_str().unwrap(), robot["token"].as_str().unwrap());
    let unknown = usher.address("unknown");
    for path in PATHS {
        let mut answers: Vec<Value> = Vec::new();
        for (email, password) in [
            (ada.email.as_str(), "Wrong12#$"),
            (&ada.email, ""),
            (&ada.email, &PASSWORD.to_lowercase()),
            (&ada.email, &format!("{PASSWORD} ")),
            (&ada.email, &"Demo12#$".repeat(40)),
            (&unknown, PASSWORD),
            (&waiting, PASSWORD),
            (robot, PASSWORD),
            (robot, robot_token),
            ("nobody", PASSWORD),
            ("", PASSWORD),
        ] {
            let answer = log_in(&usher, path, email, password).await.datagol_error(401, "INVALID_CREDENTIALS");
            let mut body = answer.json();
            body["traceId"] = Value::Null;
            answers.push(body);
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    }
}

#[tokio::test]
async fn a_missing_or_mistyped_field_is_named() {
    let usher = Endpoint::start().await;
    for path in PATHS {
        for (body, field) in [
            (json!({ "password": PASSWORD }), "email"),
            (json!({ "email": "a@example.com" }), "password"),
            (json!({ "email": ["a@example.com"], "password": PASSWORD }), "email"),
            (json!({ "email": "a@example.com", "password": 1 }), "password"),
        ] {
            let answer = usher.post_open(path, body).await.datagol_error(400, "INVALID_FIELD");
            assert!(answer.text.contains(field), "{}", answer.text);
        }
    }
}

#[tokio::test]
async fn addresses_are_compared_without_letter_case_but_with_their_tags() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("Ada.Love").await;
    for spelling in [ada.email.to_uppercase(), ada.email.to_lowercase(), format!(" {} ", ada.email)] {
        let profile = log_in(&usher, PATHS[1], &spelling, PASSWORD).await.expect(200).json();
        assert_eq!(profile["email"], ada.email);
    }
    for other in [ada.email.replace('@', "+tag@"), ada.email.replacen('.', "", 1)] {
        log_in(&usher, PATHS[0], &other, PASSWORD).await.datagol_error(401, "INVALID_CREDENTIALS");
    }
}

#[tokio::test]
async fn an_internationalised_domain_is_one_address_in_each_of_its_spellings() {
    let usher = Endpoint::start().await;
    let local = usher.address("grace").split('@').next().unwrap().to_owned();
    let (typed, punycode) = (format!("{local}@Bücher.Example"), format!("{local}@xn--bcher-kva.example"));
    usher.post_open(SIGN_UP, form(&typed)).await.expect(200);
    let body = json!({ "email": punycode, "otp": usher.mail(&punycode, 1).await.code() });
    usher.post_open("/idp/api/v1/user/signUp/verifyEmailOtp", body).await.expect(200);
    for spelling in [typed.clone(), punycode, format!("{local}@BÜCHER.example")] {
        let profile = log_in(&usher, PATHS[1], &spelling, PASSWORD).await.expect(200).json();
        assert_eq!(profile["email"], typed);
        assert_eq!(profile["companyName"], "xn--bcher-kva.example");
    }
}
