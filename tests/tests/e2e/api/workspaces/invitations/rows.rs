//! Tests that each row of an inviting request has its own result. If no row succeeded, the first row's result
//! determines the status of the answer.

use serde_json::{Value, json};
use tests::{Account, Endpoint, Need, needs};

const ROLES: [&str; 8] = ["ADMIN", "MANAGER", "CREATOR", "EDITOR", "REVIEWER", "COLLABORATOR", "COMMENTER", "VIEWER"];

async fn world(name: &str) -> (Endpoint, Account, String) {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, name).await;
    (usher, ada, workspace)
}

#[tokio::test]
async fn people_are_invited_in_every_role_with_a_message_and_join_by_the_link() {
    let (usher, ada, workspace) = world("Every role").await;
    let people: Vec<_> = ROLES.iter().map(|role| (usher.address(&role.to_lowercase()), *role)).collect();
    let users: Vec<_> = people.iter().map(|(email, role)| json!({ "email": email, "role": role })).collect();
    let body = json!({ "users": users, "message": "Come in" });
    let answer = usher.post_invitations(&ada.token, &workspace, body).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
    let answer = answer.json();
    assert_eq!(answer["summary"], json!({ "invited": 8 }));
    for (index, (email, role)) in people.iter().enumerate() {
        let result = &answer["results"][index];
        let id = result["invitationId"].as_str().unwrap();
        assert!(id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
        let expected = json!({ "index": index, "email": email, "role": role, "status": "invited", "invitationId": id });
        assert_eq!(*result, expected);
    }
    for (email, role) in [&people[0], &people[6]] {
        let mail = usher.mail(email, 1).await;
        assert!(mail.text.contains("Come in"), "{}", mail.text);
        usher.sign_up_by_invitation(email, &mail.hash()).await.expect(200);
        let shown = if *role == "ADMIN" { "ADMIN" } else { "VIEWER" };
        assert_eq!(usher.role(&usher.token(email).await, &workspace).await.as_deref(), Some(shown));
    }
}

#[tokio::test]
async fn good_rows_succeed_and_each_bad_row_has_a_reason() {
    let (usher, ada, workspace) = world("Mixed").await;
    let [one, two] = ["one", "two"].map(|name| usher.address(name));
    let colleague = usher.member(&ada.token, &workspace, "colleague", "EDITOR").await;
    let other = usher.workspace(&ada.token, "Other").await;
    let long = json!({ "text": "x".repeat(1024) });
    let rows = [
        (json!({ "email": one, "role": "EDITOR", "metadata": { "id": 7 } }), "invited", ""),
        (json!({ "email": "not an address", "role": "EDITOR" }), "invalid", "invalid_email"),
        (json!({ "email": 7, "role": "EDITOR" }), "invalid", "invalid_field"),
        (json!({ "role": "EDITOR" }), "invalid", "invalid_field"),
        (json!({ "email": two, "role": null }), "invalid", "invalid_field"),
        (json!({ "email": two, "role": "OWNER" }), "invalid", "invalid_role"),
        (json!({ "email": two, "role": "editor" }), "invalid", "invalid_role"),
        (json!({ "email": two, "role": "EDITOR", "metadata": [] }), "invalid", "invalid_field"),
        (json!({ "email": two, "role": "EDITOR", "metadata": "text" }), "invalid", "invalid_field"),
        (json!({ "email": two, "role": "EDITOR", "metadata": long }), "invalid", "invalid_field"),
        (json!("text"), "invalid", "invalid_field"),
        (json!({ "email": one.to_uppercase(), "role": "VIEWER" }), "duplicate", "duplicate"),
        (json!({ "email": colleague.email, "role": "VIEWER" }), "added", ""),
        (json!({ "email": ada.email, "role": "VIEWER" }), "alreadyMember", "already_member"),
        (
            json!({ "email": "nobody-12345678@x.iam.serviceaccount.com", "role": "VIEWER" }),
            "invalid",
            "unknown_account",
        ),
        (json!({ "email": two, "role": "VIEWER", "metadata": null }), "invited", ""),
    ];
    let users: Vec<&Value> = rows.iter().map(|(row, ..)| row).collect();
    let answer = usher.post_invitations(&ada.token, &other, json!({ "users": users })).await.expect(200).json();
    let summary = json!({ "invited": 2, "invalid": 11, "duplicate": 1, "added": 1, "alreadyMember": 1 });
    assert_eq!(answer["summary"], summary);
    for (index, (row, status, code)) in rows.iter().enumerate() {
        let result = &answer["results"][index];
        assert_eq!((&result["index"], &result["status"]), (&json!(index), &json!(status)), "{row}");
        assert_eq!(result["code"].as_str().unwrap_or_default(), *code, "{row}");
        assert_eq!(result["detail"].is_string(), !code.is_empty(), "{row}");
        assert_eq!(result["invitationId"].is_string(), ["invited", "added"].contains(status), "{row}");
    }
    let again = usher.post_invitations(&ada.token, &other, json!({ "users": [&rows[0].0] })).await.expect(200).json();
    assert_eq!(again["summary"], json!({ "alreadyInvited": 1 }));
    assert_eq!(again["results"][0]["code"], "already_invited");
    assert_eq!(again["results"][0]["invitationId"], answer["results"][0]["invitationId"]);
}

#[tokio::test]
async fn when_no_row_succeeds_the_answer_is_problem_details_of_the_first_with_all_results() {
    let (usher, ada, workspace) = world("Refusals").await;
    let carl = usher.member(&ada.token, &workspace, "carl", "CREATOR").await;
    let row = |email: &str, role: &str| json!({ "email": email, "role": role });
    let (bad, above) = (row("nobody", "EDITOR"), row(&usher.address("stranger"), "MANAGER"));
    let member = row(&carl.email, "EDITOR");
    let invite =
        async |rows: &[&Value]| usher.post_invitations(&carl.token, &workspace, json!({ "users": rows })).await;
    invite(&[&bad, &above]).await.problem_of_rows(400, "invalid_users", &["invalid", "forbidden"]);
    invite(&[&above, &above]).await.problem_of_rows(403, "forbidden", &["forbidden", "duplicate"]);
    let members = invite(&[&member, &member, &bad]).await;
    members.problem_of_rows(409, "already_member", &["alreadyMember", "duplicate", "invalid"]);
}

#[tokio::test]
async fn a_suppressed_address_gets_no_invitation_and_the_others_are_invited() {
    needs(&[Need::EventFunctions]);
    let (usher, ada, workspace) = world("Bounces").await;
    let (gone, there) = (usher.address("gone"), usher.address("there"));
    let row = |email: &str| json!({ "email": email, "role": "VIEWER" });
    let body = json!({ "users": [row(&gone)] });
    let first = usher.post_invitations(&ada.token, &workspace, body.clone()).await.expect(200).json();
    usher.mail(&gone, 1).await;
    usher.wait_until_idle().await;
    let id = first["results"][0]["invitationId"].as_str().unwrap();
    assert!(usher.send_ses_event("hard bounce", 1, &gone, &tests::mail_tags(&workspace, id, 1)).await);

    let second = usher.workspace(&ada.token, "Second").await;
    let rows = json!({ "users": [row(&gone), row(&there)] });
    let answer = usher.post_invitations(&ada.token, &second, rows).await.expect(200);
    assert_eq!(answer.row_statuses(), ["suppressed", "invited"]);
    let answer = answer.json();
    assert_eq!(answer["summary"], json!({ "invited": 1, "suppressed": 1 }));
    let expected = json!({
        "index": 0, "email": gone, "role": "VIEWER", "status": "suppressed", "code": "suppressed",
        "detail": "This address isn't mailed any more: bounced before.",
    });
    assert_eq!(answer["results"][0], expected);
    for workspace in [&workspace, &second] {
        let refused = usher.post_invitations(&ada.token, workspace, body.clone()).await;
        refused.problem_of_rows(422, "suppressed", &["suppressed"]);
    }
}

#[tokio::test]
async fn an_invitation_lives_as_long_as_the_request_asks() {
    let usher = Endpoint::with(&[Need::Clock]).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Short").await;
    let (short, long) = (usher.address("short"), usher.address("long"));
    for (email, seconds) in [(&short, 60), (&long, 2_592_000)] {
        let users = json!([{ "email": email, "role": "VIEWER" }]);
        let body = json!({ "users": users, "expiresInSeconds": seconds });
        usher.post_invitations(&ada.token, &workspace, body).await.expect(200);
    }
    let (short, long) = (usher.mail(&short, 1).await.hash(), usher.mail(&long, 1).await.hash());
    usher.registration_page(&short).await.expect(200);
    usher.advance(60).await;
    usher.registration_page(&short).await.expect(410);
    usher.advance(2_592_000 - 60 - 60).await;
    usher.registration_page(&long).await.expect(200);
    usher.advance(60).await;
    usher.registration_page(&long).await.expect(410);
}

#[tokio::test]
async fn members_without_the_right_to_invite_are_refused_and_so_are_strangers() {
    let (usher, ada, workspace) = world("Closed").await;
    let eve = usher.member(&ada.token, &workspace, "eve", "EDITOR").await;
    let bob = usher.founder("bob").await;
    let body = json!({ "users": [{ "email": usher.address("guest"), "role": "VIEWER" }] });
    usher.post_invitations(&eve.token, &workspace, body.clone()).await.problem(403, "forbidden");
    usher.post_invitations(&bob.token, &workspace, body.clone()).await.problem(404, "not_found");
    for id in ["1", "luI89ZCeEJuF", "3fa85f64-5717-4562-b3fc-2c963f66afa6"] {
        usher.post_invitations(&ada.token, id, body.clone()).await.problem(404, "not_found");
    }
}
