//! Tests of `/idp/api/v1/user/signUp/verifyEmailOtp`.

use serde_json::{Value, json};
use tests::{Answer, Endpoint, HeldCall, Need, PASSWORD};

use super::sign_up::{PATH as SIGN_UP, form};

const PATH: &str = "/idp/api/v1/user/signUp/verifyEmailOtp";

/// Signs a person up, and returns the mailed one-time password.
async fn begun(usher: &Endpoint, email: &str) -> String {
    usher.post_open(SIGN_UP, form(email)).await.expect(200);
    usher.mail(email, 1).await.code()
}

pub(super) async fn verify(usher: &Endpoint, email: &str, otp: &str) -> Answer {
    usher.post_open(PATH, json!({ "email": email, "otp": otp })).await
}

/// A wrong one-time password: six other digits than the given ones.
fn wrong(code: &str, by: u32) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + by) % 1_000_000)
}

#[tokio::test]
async fn a_wrong_code_changes_nothing_and_the_right_one_still_works() {
    let usher = Endpoint::start().await;
    let (email, other) = (usher.address("grace"), usher.address("other"));
    let code = begun(&usher, &email).await;
    let others = begun(&usher, &other).await;
    for bad in [wrong(&code, 1), String::new(), format!("{code}0")] {
        verify(&usher, &email, &bad).await.datagol_error(400, "INVALID_OTP");
    }
    if others != code {
        verify(&usher, &email, &others).await.datagol_error(400, "INVALID_OTP");
    }
    let answer = verify(&usher, &email.to_uppercase(), &format!(" {code} ")).await.expect(200);
    assert!(answer.json()["message"].is_string());
    usher.token(&email).await;
    verify(&usher, &usher.address("nobody"), &code).await.datagol_error(400, "INVALID_OTP");
}

#[tokio::test]
async fn a_malformed_code_is_refused_by_its_fields_name() {
    let usher = Endpoint::start().await;
    let email = usher.address("grace");
    for body in [json!({ "email": email }), json!({ "email": email, "otp": 123_456 }), json!({ "otp": "123456" })] {
        usher.post_open(PATH, body).await.datagol_error(400, "INVALID_FIELD");
    }
}

#[tokio::test]
async fn after_five_attempts_even_the_right_code_is_refused_for_a_while() {
    let usher = Endpoint::own(&[("OTP_TTL_SECONDS", "600")]).await;
    usher.begin_window(600).await;
    let (email, wait_until_idle) = (usher.address("grace"), usher.address("wait_until_idle"));
    let code = begun(&usher, &email).await;
    let calm_code = begun(&usher, &wait_until_idle).await;
    for by in 1..=5 {
        verify(&usher, &email, &wrong(&code, by)).await.datagol_error(400, "INVALID_OTP");
    }
    let refused = verify(&usher, &email, &code).await.datagol_error(429, "TOO_MANY_ATTEMPTS");
    let seconds: i64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=600).contains(&seconds), "{seconds}");
    verify(&usher, &wait_until_idle, &calm_code).await.expect(200);

    // A new sign-up of the address gives no new attempts. New attempts are possible after some time.
    usher.post_open(SIGN_UP, form(&email)).await.expect(200);
    let second = usher.mail(&email, 2).await.code();
    verify(&usher, &email, &second).await.datagol_error(429, "TOO_MANY_ATTEMPTS");
    usher.advance(seconds).await;
    usher.post_open(SIGN_UP, form(&email)).await.expect(200);
    let third = usher.mail(&email, 3).await.code();
    verify(&usher, &email, &third).await.expect(200);
}

#[tokio::test]
async fn an_attempt_whose_reply_was_lost_is_counted_once() {
    let usher = Endpoint::with(&[Need::Calls]).await;
    let email = usher.address("ada");
    let otp = begun(&usher, &email).await;
    for by in 1..=4 {
        verify(&usher, &email, &wrong(&otp, by)).await.expect(400);
    }
    // The first transaction counts the attempt for the address, and the second transaction counts the attempt for the
    // sign-up.
    let action = "dynamodb:TransactWriteItems";
    usher.queue_fault(json!({ "action": action, "function": "verify-otp", "fault": "lostReply", "skip": 1 })).await;
    verify(&usher, &email, &otp).await.expect(200);
    assert!(usher.faults_left().await.is_empty());
    usher.stop().await;
}

#[tokio::test]
async fn attempts_that_run_together_are_counted_one_by_one() {
    let usher = &Endpoint::start().await;
    usher.begin_window(600).await;
    let email = &usher.address("grace");
    let code = begun(usher, email).await;
    let codes: Vec<_> = (1..=12).map(|by| wrong(&code, by)).collect();
    let attempts = codes.iter().map(|otp| verify(usher, email, otp));
    // Each of the attempts stops before it is counted.
    let answers = usher.together(attempts, HeldCall::write("verify-otp")).await;
    let compared = answers.iter().filter(|answer| answer.status == 400).count();
    let refused = answers.iter().filter(|answer| answer.status == 429).count();
    assert_eq!((compared, refused), (5, 7));
}

#[tokio::test]
async fn a_code_is_dead_from_the_moment_it_expires() {
    let usher = Endpoint::own(&[("OTP_TTL_SECONDS", "600")]).await;
    let (early, late) = (usher.address("early"), usher.address("late"));
    let (early_code, late_code) = (begun(&usher, &early).await, begun(&usher, &late).await);
    usher.advance(540).await;
    verify(&usher, &early, &early_code).await.expect(200);
    usher.advance(60).await;
    verify(&usher, &late, &late_code).await.datagol_error(400, "INVALID_OTP");
}

#[tokio::test]
async fn a_code_is_accepted_once() {
    let usher = Endpoint::start().await;
    let email = usher.address("grace");
    let code = begun(&usher, &email).await;
    verify(&usher, &email, &code).await.expect(200);
    let before = profile(&usher, &email, PASSWORD).await;
    verify(&usher, &email, &code).await.datagol_error(400, "INVALID_OTP");
    assert_eq!(profile(&usher, &email, PASSWORD).await, before);
}

#[tokio::test]
async fn a_code_that_is_entered_five_times_together_founds_one_company() {
    let usher = &Endpoint::start().await;
    let email = &usher.address("grace");
    let code = &begun(usher, email).await;
    let attempts = (0..5).map(|_| verify(usher, email, code));
    let answers = usher.together(attempts, HeldCall::write("verify-otp")).await;
    let founded = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(founded, 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        answer.datagol_error(400, "INVALID_OTP");
    }
    let token = usher.token(email).await;
    let team = usher.get("/idp/api/v1/team", &token).await.expect(200).json();
    assert_eq!(team.as_array().map(Vec::len), Some(1), "{team}");
}

#[tokio::test]
async fn of_two_sign_ups_for_an_address_the_one_whose_code_is_entered_becomes_the_account() {
    let usher = Endpoint::start().await;
    for winner in 0..2 {
        let email = usher.address(&format!("contested{winner}"));
        let (passwords, companies) = (["First12#$", "Second12#$"], ["First Ltd", "Second Ltd"]);
        let mut codes = Vec::new();
        for (index, password) in passwords.iter().enumerate() {
            let mut form = form(&email);
            form["password"] = json!(password);
            form["companyName"] = json!(companies[index]);
            usher.post_open(SIGN_UP, form).await.expect(200);
            codes.push(usher.mail(&email, index + 1).await.code());
        }
        verify(&usher, &email, &codes[winner]).await.expect(200);
        assert_eq!(profile(&usher, &email, passwords[winner]).await["companyName"], companies[winner]);
        let body = json!({ "email": email, "password": passwords[1 - winner] });
        usher.post_open("/idp/api/v1/user/login", body).await.datagol_error(401, "INVALID_CREDENTIALS");
        verify(&usher, &email, &codes[1 - winner]).await.datagol_error(400, "INVALID_OTP");
        assert_eq!(profile(&usher, &email, passwords[winner]).await["companyName"], companies[winner]);
    }
}

async fn profile(usher: &Endpoint, email: &str, password: &str) -> Value {
    let body = json!({ "email": email, "password": password });
    usher.post_open("/idp/api/v1/user/login", body).await.expect(200).json()
}
