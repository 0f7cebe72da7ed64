//! Tests of `/idp/api/v1/user/signUp/resendEmailOtp`.

use serde_json::json;
use tests::{Answer, Endpoint};

use super::{
    sign_up::{PATH as SIGN_UP, form, letters_are_out},
    verify_email_otp::verify,
};

const PATH: &str = "/idp/api/v1/user/signUp/resendEmailOtp";

async fn resend(usher: &Endpoint, email: &str) -> Answer {
    usher.post_open(PATH, json!({ "email": email })).await
}

#[tokio::test]
async fn the_answer_is_the_same_for_every_address_and_only_a_waiting_sign_up_gets_its_code() {
    let usher = Endpoint::start().await;
    let (waiting, unknown) = (usher.address("waiting"), usher.address("unknown"));
    let existing = usher.founder("existing").await.email;
    usher.post_open(SIGN_UP, form(&waiting)).await.expect(200);
    let code = usher.mail(&waiting, 1).await.code();

    let mut answers = Vec::new();
    for email in [&waiting, &unknown, &existing] {
        answers.push(resend(&usher, email).await.expect(200).text);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(usher.mail(&waiting, 2).await.code(), code);
    letters_are_out(&usher, "last").await;
    assert!(usher.mails(&unknown).await.is_empty());
    assert_eq!(usher.mails(&existing).await.len(), 1);
}

#[tokio::test]
async fn the_newest_code_is_sent_again_and_never_an_expired_one() {
    let usher = Endpoint::own(&[("OTP_TTL_SECONDS", "600")]).await;
    let email = usher.address("grace");
    usher.post_open(SIGN_UP, form(&email)).await.expect(200);
    usher.mail(&email, 1).await;
    usher.post_open(SIGN_UP, form(&email)).await.expect(200);
    let newest = usher.mail(&email, 2).await.code();
    resend(&usher, &email).await.expect(200);
    assert_eq!(usher.mail(&email, 3).await.code(), newest);
    usher.advance(600).await;
    resend(&usher, &email).await.expect(200);
    letters_are_out(&usher, "last").await;
    assert_eq!(usher.mails(&email).await.len(), 3);
}

#[tokio::test]
async fn a_code_without_attempts_left_is_replaced_by_a_new_one() {
    let usher = Endpoint::own(&[("OTP_TTL_SECONDS", "600")]).await;
    usher.begin_window(600).await;
    usher.advance(500).await;
    let email = usher.address("grace");
    usher.post_open(SIGN_UP, form(&email)).await.expect(200);
    let first = usher.mail(&email, 1).await.code();
    for wrong in (100_000..).map(|code| code.to_string()).filter(|code| *code != first).take(5) {
        verify(&usher, &email, &wrong).await.datagol_error(400, "INVALID_OTP");
    }
    usher.advance(100).await;
    resend(&usher, &email).await.expect(200);
    let second = usher.mail(&email, 2).await.code();
    verify(&usher, &email, &second).await.expect(200);
    usher.token(&email).await;
}

#[tokio::test]
async fn requests_for_a_code_are_counted_together_with_sign_ups() {
    let usher = Endpoint::start().await;
    usher.begin_window(600).await;
    let (waiting, unknown) = (usher.address("waiting"), usher.address("unknown"));
    usher.post_open(SIGN_UP, form(&waiting)).await.expect(200);
    for (email, left) in [(waiting, 4), (unknown, 5)] {
        for _ in 0..left {
            resend(&usher, &email).await.expect(200);
        }
        let refused = resend(&usher, &email).await.datagol_error(429, "TOO_MANY_ATTEMPTS");
        assert!((1..=600).contains(&refused.header("retry-after").parse::<i64>().unwrap()));
        usher.post_open(SIGN_UP, form(&email)).await.datagol_error(429, "TOO_MANY_ATTEMPTS");
    }
}

#[tokio::test]
async fn a_malformed_address_is_refused() {
    let usher = Endpoint::start().await;
    for body in [json!({}), json!({ "email": "nobody" }), json!({ "email": 1 })] {
        usher.post_open(PATH, body).await.datagol_error(400, "INVALID_FIELD");
    }
}
