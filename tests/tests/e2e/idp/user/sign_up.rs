//! Tests of signing up without an invitation by `/idp/api/v1/user/sign-up`. The tests of signing up by an invitation
//! are in `register.rs`.

use serde_json::{Value, json};
use tests::{Answer, Endpoint, Need, PASSWORD};

pub(super) const PATH: &str = "/idp/api/v1/user/sign-up";

/// The body of a request to sign up.
pub(super) fn form(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD, "firstname": "Grace", "lastname": "Hopper" })
}

/// The body of a request to sign up with one field changed, or without the field if the value is null.
fn with(email: &str, field: &str, value: Value) -> Value {
    let mut form = form(email);
    form[field] = value;
    form
}

async fn sign_up(usher: &Endpoint, form: Value) -> Answer {
    usher.post_open(PATH, form).await
}

/// Waits until the service has sent all queued mails.
pub(super) async fn letters_are_out(usher: &Endpoint, name: &str) {
    let email = usher.address(name);
    sign_up(usher, form(&email)).await.expect(200);
    usher.mail(&email, 1).await;
}

#[tokio::test]
async fn the_answer_is_the_same_for_an_address_with_and_without_an_account() {
    let usher = Endpoint::start().await;
    let (existing, unknown) = (usher.founder("existing").await.email, usher.address("unknown"));
    let mut answers = Vec::new();
    for email in [&existing, &unknown] {
        let answer = sign_up(&usher, with(email, "password", json!("Another1!"))).await.expect(200);
        let expected = json!({
            "id": null, "firstname": "Grace", "lastname": "Hopper", "email": email, "companyName": null,
            "companyId": null, "status": "UNVERIFIED", "roles": [], "permissions": [], "mfaEnabled": false,
            "role": null,
        });
        assert_eq!(answer.json(), expected);
        let mut headers: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
        headers.sort();
        answers.push(headers);
    }
    assert_eq!(answers[0], answers[1]);

    let mail = usher.mail(&existing, 2).await;
    assert!(mail.subject.contains("already"), "{}", mail.subject);
    assert!(mail.text.contains("already have an account") && mail.html.contains("already have an account"));
    let body = json!({ "email": unknown, "otp": usher.mail(&unknown, 1).await.code() });
    usher.post_open("/idp/api/v1/user/signUp/verifyEmailOtp", body).await.expect(200);
    // The second sign-up has no effect: the old password still works.
    usher.token(&existing).await;
    let body = json!({ "email": existing, "password": "Another1!" });
    usher.post_open("/idp/api/v1/user/token", body).await.datagol_error(401, "INVALID_CREDENTIALS");
}

#[tokio::test]
async fn no_account_exists_until_the_address_is_verified() {
    let usher = Endpoint::start().await;
    let email = usher.address("grace");
    sign_up(&usher, form(&email)).await.expect(200);
    let body = json!({ "email": email, "password": PASSWORD });
    for path in ["/idp/api/v1/user/token", "/idp/api/v1/user/login"] {
        usher.post_open(path, body.clone()).await.datagol_error(401, "INVALID_CREDENTIALS");
    }
}

#[tokio::test]
async fn a_company_is_named_by_its_founder_or_else_by_the_domain() {
    let usher = Endpoint::start().await;
    for (name, given, expected) in
        [("a", json!("  Navy \u{202e}& Co "), "Navy & Co"), ("b", Value::Null, "example.com"), ("c", json!("Ü"), "Ü")]
    {
        let email = usher.address(name);
        sign_up(&usher, with(&email, "companyName", given)).await.expect(200);
        let body = json!({ "email": email, "otp": usher.mail(&email, 1).await.code() });
        usher.post_open("/idp/api/v1/user/signUp/verifyEmailOtp", body).await.expect(200);
        let profile = usher.get("/idp/api/v1/user", &usher.token(&email).await).await.expect(200).json();
        assert_eq!(profile["companyName"], expected);
    }
}

#[tokio::test]
async fn each_impossible_field_is_refused_and_nothing_is_mailed() {
    let usher = Endpoint::start().await;
    let email = usher.address("grace");
    let at = |local: &str, domain: &str| json!(format!("{local}@{domain}"));
    let cases = [
        ("email", Value::Null, "required"),
        ("email", json!(""), "empty"),
        ("email", json!(7), "must be a string"),
        ("email", json!("nobody"), "such as name@example.com"),
        ("email", at("a b", "example.com"), "space"),
        ("email", at(&"l".repeat(65), "example.com"), "64"),
        ("email", at("l", &format!("{}.com", vec!["d".repeat(60); 5].join("."))), "domain"),
        ("email", at(&"l".repeat(64), &format!("{}.com", vec!["d".repeat(62); 3].join("."))), "254"),
        ("email", at("a", "localhost"), "domain"),
        ("email", json!(format!("{email}\r\nBcc: x@example.com")), "space"),
        ("firstname", Value::Null, "required"),
        ("firstname", json!(" \u{0}\u{202e}\u{200b}"), "empty"),
        ("firstname", json!("f".repeat(81)), "80"),
        ("firstname", json!(["Grace"]), "must be a string"),
        ("lastname", Value::Null, "required"),
        ("lastname", json!("\n\t"), "empty"),
        ("lastname", json!("l".repeat(81)), "80"),
        ("lastname", json!({}), "must be a string"),
        ("companyName", json!(true), "must be a string"),
        ("companyName", json!("c".repeat(121)), "120"),
        ("companyName", json!("\u{feff}"), "empty"),
        ("hash", json!(1), "must be a string"),
        ("password", Value::Null, "required"),
        ("password", json!(12_345_678), "must be a string"),
        ("password", json!("Demo1#$"), "8 characters"),
        ("password", json!(format!("Demo12#{}", "$".repeat(250))), "256"),
        ("password", json!("demo12#$"), "upper-case"),
        ("password", json!("DEMO12#$"), "lower-case"),
        ("password", json!("Demoab#$"), "digit"),
        ("password", json!("Demo1234"), "special"),
        ("password", json!("P@ssw0rd"), "most often used"),
    ];
    for (field, value, reason) in cases {
        let answer = sign_up(&usher, with(&email, field, value.clone())).await.datagol_error(400, "INVALID_FIELD");
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(&format!("\"{field}\"")) && message.contains(reason), "{field} {value}: {message}");
    }
    let account = json!("robot-00000000@acme.iam.serviceaccount.com");
    sign_up(&usher, with(&email, "email", account)).await.datagol_error(400, "INVALID_EMAIL");
    letters_are_out(&usher, "last").await;
    assert!(usher.mails(&email).await.is_empty());
}

#[tokio::test]
async fn a_password_may_be_long_and_of_any_script() {
    let usher = Endpoint::start().await;
    for (name, password) in [("long", format!("Demo12#{}", "$".repeat(249))), ("script", "Ключ 12 日本 🗝".to_owned())]
    {
        let email = usher.address(name);
        sign_up(&usher, with(&email, "password", json!(password))).await.expect(200);
        let body = json!({ "email": email, "otp": usher.mail(&email, 1).await.code() });
        usher.post_open("/idp/api/v1/user/signUp/verifyEmailOtp", body).await.expect(200);
        usher.post_open("/idp/api/v1/user/token", json!({ "email": email, "password": password })).await.expect(200);
    }
}

#[tokio::test]
async fn names_lose_misleading_characters_and_are_escaped_in_the_mail() {
    let usher = Endpoint::start().await;
    let email = usher.address("grace");
    let mut typed = with(&email, "firstname", json!(" Gr\u{0}ac\u{202e}e\n<b>x "));
    typed["lastname"] = json!("http://evil.example.com");
    typed["companyName"] = json!("<script>alert(1)</script> www.evil.example.com");
    let answer = sign_up(&usher, typed).await.expect(200).json();
    assert_eq!(answer["firstname"], "Grace <b>x");
    assert_eq!(answer["lastname"], "http://evil.example.com");
    let mail = usher.mail(&email, 1).await;
    assert!(mail.html.contains("Grace") && !mail.html.contains("<b>x") && !mail.html.contains("<script"));
    for part in [&mail.text, &mail.html, &mail.subject] {
        assert!(!part.contains("www.evil") && !part.contains("evil.example") && !part.contains('\0'), "{part}");
    }
}

#[tokio::test]
async fn any_address_gets_at_most_five_mails_in_ten_minutes() {
    let usher = Endpoint::with(&[Need::Clock]).await;
    usher.begin_window(600).await;
    let existing = usher.founder("existing").await.email;
    usher.begin_window(600).await;
    for email in [existing, usher.address("unknown")] {
        for _ in 0..5 {
            sign_up(&usher, form(&email)).await.expect(200);
        }
        let refused = sign_up(&usher, form(&email.to_uppercase())).await.datagol_error(429, "TOO_MANY_ATTEMPTS");
        let seconds: i64 = refused.header("retry-after").parse().unwrap();
        assert!((1..=600).contains(&seconds), "{seconds}");
    }
    usher.begin_window(600).await;
    sign_up(&usher, form(&usher.address("unknown"))).await.expect(200);
}
