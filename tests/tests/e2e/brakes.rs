//! Tests of rate limits and quotas. The limits are exact, also for requests that run at the same time.

use serde_json::json;
use tests::{Endpoint, HeldCall, Need, PASSWORD};

const DAY: i64 = 24 * 3600;

#[tokio::test]
async fn a_workspace_invites_only_so_many_a_day_and_more_on_the_next() {
    let parameters = [("INVITATIONS_PER_WORKSPACE_PER_DAY", "3"), ("MAX_USERS_PER_REQUEST", "3")];
    let usher = Endpoint::own(&parameters).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Brakes").await;
    let people: Vec<_> = (0..5).map(|n| usher.address(&format!("p{n}"))).collect();

    usher.invite(&ada.token, &workspace, &[(&people[0], "VIEWER"), (&people[1], "VIEWER")]).await.expect(200);
    let answer = usher.invite(&ada.token, &workspace, &[(&people[2], "VIEWER"), (&people[3], "VIEWER")]).await;
    assert_eq!(answer.expect(200).json()["summary"], json!({ "invited": 1, "limited": 1 }));
    let answer = usher.invite(&ada.token, &workspace, &[(&people[4], "VIEWER")]).await.expect(429);
    assert!(answer.headers["retry-after"].to_str().unwrap().parse::<i64>().unwrap() <= DAY);

    usher.advance(DAY).await;
    let token = usher.token(&ada.email).await;
    usher.invite(&token, &workspace, &[(&people[3], "VIEWER"), (&people[4], "VIEWER")]).await.expect(200);
}

#[tokio::test]
async fn rows_that_failed_do_not_count_against_the_quota() {
    let parameters = [("INVITATIONS_PER_WORKSPACE_PER_DAY", "2"), ("MAX_USERS_PER_REQUEST", "2")];
    let usher = Endpoint::own(&parameters).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Brakes").await;
    let (first, second) = (usher.address("first"), usher.address("second"));

    usher.invite(&ada.token, &workspace, &[(&first, "VIEWER")]).await.expect(200);
    for _ in 0..3 {
        let answer = usher.invite(&ada.token, &workspace, &[(&first, "VIEWER")]).await.expect(200);
        assert_eq!(answer.json()["summary"], json!({ "alreadyInvited": 1 }));
    }
    usher.invite(&ada.token, &workspace, &[(&second, "VIEWER")]).await.expect(200);
}

#[tokio::test]
async fn a_lost_reply_reserves_and_gives_back_the_quota_once() {
    let parameters = [("INVITATIONS_PER_WORKSPACE_PER_DAY", "3"), ("MAX_USERS_PER_REQUEST", "3")];
    let usher = Endpoint::own(&parameters).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Brakes").await;
    let people: Vec<_> = (0..4).map(|n| usher.address(&format!("p{n}"))).collect();
    let lose = async |skip: u32| {
        let action = "dynamodb:TransactWriteItems";
        let fault = json!({ "action": action, "function": "invite-users", "fault": "lostReply", "skip": skip });
        usher.queue_fault(fault).await;
    };
    // The request reserves the quota, writes the rows, and gives back the quota of the rows that failed.
    lose(0).await;
    usher.invite(&ada.token, &workspace, &[(&people[0], "VIEWER")]).await.expect(200);
    lose(2).await;
    let answer = usher.invite(&ada.token, &workspace, &[(&people[0], "VIEWER")]).await.expect(200);
    assert_eq!(answer.row_statuses(), ["alreadyInvited"]);
    assert!(usher.faults_left().await.is_empty());
    for person in &people[1..3] {
        usher.invite(&ada.token, &workspace, &[(person, "VIEWER")]).await.expect(200);
    }
    usher.invite(&ada.token, &workspace, &[(&people[3], "VIEWER")]).await.expect(429);
}

#[tokio::test]
async fn a_row_that_may_have_been_written_counts_against_the_quota() {
    let parameters = [("INVITATIONS_PER_WORKSPACE_PER_DAY", "1"), ("MAX_USERS_PER_REQUEST", "1")];
    let usher = Endpoint::own(&parameters).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Brakes").await;
    let (first, second) = (usher.address("first"), usher.address("second"));
    let action = "dynamodb:TransactWriteItems";
    let fault = json!({
        "action": action, "function": "invite-users", "fault": "noReply", "skip": 1, "times": 1_000,
    });
    usher.queue_fault(fault).await;
    let answer = usher.invite(&ada.token, &workspace, &[(&first, "VIEWER")]).await.expect(503);
    assert_eq!(answer.json()["results"][0]["code"], "maybe_written");
    usher.clear_faults().await;
    usher.invite(&ada.token, &workspace, &[(&second, "VIEWER")]).await.expect(429);
}

#[tokio::test]
async fn a_small_rest_of_the_quota_limits_only_rows_that_would_invite() {
    let parameters = [("INVITATIONS_PER_WORKSPACE_PER_DAY", "8"), ("MAX_USERS_PER_REQUEST", "8")];
    let usher = Endpoint::own(&parameters).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Brakes").await;
    let carl = usher.member(&ada.token, &workspace, "carl", "CREATOR").await;
    let [above, old, fresh, gone] = ["above", "old", "fresh", "gone"].map(|name| usher.address(name));
    usher.invite(&ada.token, &workspace, &[(&above, "ADMIN"), (&old, "VIEWER")]).await.expect(200);
    // If an invitation is sent again while its first mail still waits, the first mail is never sent.
    usher.mail(&old, 1).await;
    usher.advance(120).await;
    usher.invite(&ada.token, &workspace, &[(&fresh, "VIEWER"), (&gone, "VIEWER")]).await.expect(200);
    // Carl and these four people have used five of the eight invitations of the daily quota, so three are left.
    let [one, two, three] = ["one", "two", "three"].map(|name| usher.address(name));
    let rows = [
        (one.as_str(), "VIEWER", "invited"),
        (ada.email.as_str(), "VIEWER", "alreadyMember"),
        (&above, "VIEWER", "forbidden"),
        (&fresh, "EDITOR", "alreadyInvited"),
        (&two, "VIEWER", "invited"),
        (&old, "VIEWER", "invited"),
        (&three, "VIEWER", "limited"),
        (&carl.email, "VIEWER", "alreadyMember"),
    ];
    let asked: Vec<_> = rows.iter().map(|(email, role, _)| (*email, *role)).collect();
    let answer = usher.invite(&carl.token, &workspace, &asked).await.expect(200);
    assert_eq!(answer.row_statuses(), rows.map(|(.., status)| status));
    usher.mail(&two, 1).await;
    usher.mail_all().await;
    assert_eq!((usher.mails(&fresh).await.len(), usher.mails(&old).await.len()), (1, 2));
    let asked = [(ada.email.as_str(), "VIEWER"), (fresh.as_str(), "VIEWER")];
    let answer = usher.invite(&carl.token, &workspace, &asked).await;
    assert_eq!(answer.row_statuses()[0], "alreadyMember");
}

#[tokio::test]
async fn parallel_requests_meet_the_limit_exactly() {
    let parameters = [("INVITATIONS_PER_WORKSPACE_PER_DAY", "25"), ("MAX_USERS_PER_REQUEST", "10")];
    let usher = Endpoint::own(&parameters).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Brakes").await;

    let requests = (0..8).map(async |request| {
        let people: Vec<_> = (0..5).map(|n| usher.address(&format!("r{request}p{n}"))).collect();
        let rows: Vec<_> = people.iter().map(|email| (email.as_str(), "VIEWER")).collect();
        let answer = usher.invite(&ada.token, &workspace, &rows).await;
        answer.json()["summary"]["invited"].as_u64().unwrap_or(0)
    });
    assert_eq!(usher.together(requests, HeldCall::write("invite-users")).await.into_iter().sum::<u64>(), 25);
}

#[tokio::test]
async fn one_address_gets_only_so_many_mails_a_day_from_all_workspaces() {
    let usher = Endpoint::own(&[("MAILS_PER_RECIPIENT_PER_DAY", "2")]).await;
    let ada = usher.founder("ada").await;
    let (popular, other) = (usher.address("popular"), usher.address("other"));
    for name in ["One", "Two", "Three"] {
        let workspace = usher.workspace(&ada.token, name).await;
        usher.invite(&ada.token, &workspace, &[(&popular, "VIEWER"), (&other, "VIEWER")]).await.expect(200);
        if name != "Three" {
            usher.mail(&popular, if name == "One" { 1 } else { 2 }).await;
        }
    }
    // A mail that comes after the limit was reached proves that the deliverer has handled the third invitation.
    let workspace = usher.workspace(&ada.token, "Four").await;
    let last = usher.address("last");
    usher.invite(&ada.token, &workspace, &[(&last, "VIEWER")]).await.expect(200);
    usher.mail(&last, 1).await;
    assert_eq!((usher.mails(&popular).await.len(), usher.mails(&other).await.len()), (2, 2));
}

#[tokio::test]
async fn mails_about_an_account_count_against_the_recipients_daily_limit() {
    let usher = Endpoint::own(&[("MAILS_PER_RECIPIENT_PER_DAY", "2")]).await;
    let ada = usher.founder("ada").await;
    let form = json!({ "email": ada.email, "password": PASSWORD, "firstname": "A", "lastname": "L" });
    for _ in 0..4 {
        usher.post_open("/idp/api/v1/user/sign-up", form.clone()).await.expect(200);
    }
    usher.mail_all().await;
    // The mail with the founder's one-time password doesn't count towards the daily limit of mails.
    assert_eq!(usher.mails(&ada.email).await.len(), 3);
}

#[tokio::test]
async fn a_mail_that_ses_refused_counts_once_and_is_sent_later() {
    let usher = Endpoint::own(&[("MAILS_PER_RECIPIENT_PER_DAY", "2")]).await;
    let ada = usher.founder("ada").await;
    let paused = json!({ "action": "ses:SendEmail", "fault": "SendingPausedException", "times": 1_000 });
    usher.queue_fault(paused).await;
    let form = json!({ "email": ada.email, "password": PASSWORD, "firstname": "A", "lastname": "L" });
    usher.post_open("/idp/api/v1/user/sign-up", form).await.expect(200);
    for _ in 0..4 {
        usher.mail_all().await;
    }
    usher.clear_faults().await;
    usher.mail_all().await;
    assert_eq!(usher.mails(&ada.email).await.len(), 2);
}

#[tokio::test]
async fn a_mail_limit_is_met_exactly_when_deliverers_count_together() {
    let usher = &Endpoint::own(&[("MAILS_PER_RECIPIENT_PER_DAY", "3")]).await;
    let ada = usher.founder("ada").await;
    let popular = &usher.address("popular");
    // The test stops the deliverer that the table's stream invokes before it claims an outbox item, so that the sweeps
    // deliver the mails.
    let stream = usher.hold(HeldCall::before("deliver-invitations", "dynamodb:UpdateItem"), 8).await;
    for number in 0..8 {
        let workspace = usher.workspace(&ada.token, &format!("Number {number}")).await;
        usher.invite(&ada.token, &workspace, &[(popular, "VIEWER")]).await.expect(200);
    }
    usher.advance(10).await;
    // Each of the four sweeps has claimed an outbox item, and stops before it counts the recipient's mails.
    let sweeps = (0..4).map(|_| usher.invoke("sweep-undelivered"));
    usher.together(sweeps, HeldCall::write("sweep-undelivered")).await;
    stream.release().await;
    usher.mail_all().await;
    assert_eq!(usher.mails(popular).await.len(), 3);
}

#[tokio::test]
async fn after_ten_wrong_passwords_even_the_right_one_is_refused_for_a_while_and_right_ones_do_not_count() {
    let usher = Endpoint::with(&[Need::Clock]).await;
    let ada = usher.founder("ada").await;
    usher.begin_window(600).await;
    let log_in = async |password: &str| {
        usher.post_open("/idp/api/v1/user/token", json!({ "email": ada.email, "password": password })).await
    };
    for _ in 0..12 {
        log_in(PASSWORD).await.expect(200);
    }
    for _ in 0..10 {
        log_in("Wrong12#$").await.expect(401);
    }
    let braked = log_in(PASSWORD).await.expect(429);
    let wait: i64 = braked.headers["retry-after"].to_str().unwrap().parse().unwrap();

    // Wrong passwords for an address without an account get the same answers.
    let unknown = json!({ "email": usher.address("nobody"), "password": PASSWORD });
    for _ in 0..10 {
        usher.post_open("/idp/api/v1/user/token", unknown.clone()).await.expect(401);
    }
    usher.post_open("/idp/api/v1/user/token", unknown).await.expect(429);

    usher.advance(wait).await;
    log_in(PASSWORD).await.expect(200);
}
