//! Tests of inviting people who have an account, and service accounts.

use serde_json::{Value, json};
use tests::Endpoint;

async fn service_account(usher: &Endpoint, token: &str, name: &str) -> Value {
    usher.post("/idp/api/v1/company/serviceAccount", token, json!({ "name": name })).await.expect(200).json()
}

#[tokio::test]
async fn a_colleague_becomes_a_member_immediately_and_gets_a_mail_without_a_link() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let first = usher.workspace(&ada.token, "First").await;
    let second = usher.workspace(&ada.token, "Second").await;
    let carl = usher.member(&ada.token, &first, "carl", "VIEWER").await;
    let typed = carl.email.to_uppercase();

    let answer = usher.invite(&ada.token, &second, &[(&typed, "CREATOR")]).await.expect(200);
    assert_eq!(answer.row_statuses(), ["added"]);
    assert!(answer.json()["results"][0]["invitationId"].is_string());
    // A new membership counts immediately, also with an access token that bob already has.
    assert_eq!(usher.role(&carl.token, &second).await.as_deref(), Some("CREATOR"));
    assert_eq!(usher.role(&carl.token, &first).await.as_deref(), Some("VIEWER"));

    let mail = usher.mail(&carl.email, 2).await;
    assert!(mail.subject.contains("added you to Second"), "{}", mail.subject);
    for expected in ["Ada Founder", "Second", "Creator", "nothing to accept"] {
        assert!(mail.text.contains(expected), "{expected}: {}", mail.text);
    }
    assert!(!mail.text.contains("hash=") && !mail.html.contains("hash=") && !mail.text.contains("register"));
    usher.mail_all().await;
    assert_eq!(usher.mails(&carl.email).await.len(), 2);
    let team = usher.team(&ada.token).await;
    assert_eq!(team.len(), 2);
    assert!(team.values().all(|status| status == "ACTIVE"), "{team:?}");
}

#[tokio::test]
async fn inviting_never_changes_a_members_role() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Roles").await;
    let carl = usher.member(&ada.token, &workspace, "carl", "EDITOR").await;
    for role in ["ADMIN", "EDITOR", "VIEWER"] {
        let answer = usher.invite(&ada.token, &workspace, &[(&carl.email, role)]).await.expect(400);
        assert_eq!(answer.row_statuses(), ["alreadyMember"]);
        assert!(answer.json()["message"].as_str().unwrap().contains("already has access"), "{}", answer.text);
        assert_eq!(usher.role(&carl.token, &workspace).await.as_deref(), Some("EDITOR"));
    }
}

#[tokio::test]
async fn a_service_account_of_the_company_is_added_without_mail() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Robots").await;
    let robot = service_account(&usher, &ada.token, "robot").await;
    let (address, token) = (robot["email"].as_str().unwrap(), robot["token"].as_str().unwrap());
    let reach = "/noCo/api/v2/workspaces";
    assert_eq!(usher.get(reach, token).await.expect(200).json(), json!([]));

    let answer = usher.invite(&ada.token, &workspace, &[(address, "CREATOR")]).await.expect(200);
    assert_eq!(answer.row_statuses(), ["added"]);
    assert_eq!(usher.get(reach, token).await.expect(200).json()[0]["id"], workspace);
    let again = usher.invite(&ada.token, &workspace, &[(address, "VIEWER")]).await.expect(400);
    assert_eq!(again.row_statuses(), ["alreadyMember"]);

    // The service account invites a person in the account's own name.
    let guest = usher.address("guest");
    usher.invite(token, &workspace, &[(&guest, "CREATOR")]).await.expect(200);
    assert!(usher.mail(&guest, 1).await.subject.contains("robot"));
    usher.mail_all().await;
    assert!(usher.mails(address).await.is_empty());
}

#[tokio::test]
async fn a_service_account_of_nobody_or_of_another_company_is_invalid() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let eve = usher.founder("eve").await;
    let workspace = usher.workspace(&ada.token, "Robots").await;
    let foreign = service_account(&usher, &eve.token, "robot").await;
    let rows =
        [(foreign["email"].as_str().unwrap(), "VIEWER"), ("robot-0badf00d@nobody.iam.serviceaccount.com", "VIEWER")];
    let answer = usher.invite(&ada.token, &workspace, &rows).await.expect(400);
    assert_eq!(answer.row_statuses(), ["invalid", "invalid"]);
    let details = answer.json();
    assert_eq!(details["results"][0]["detail"], details["results"][1]["detail"]);
    let token = foreign["token"].as_str().unwrap();
    assert_eq!(usher.get("/noCo/api/v2/workspaces", token).await.expect(200).json(), json!([]));
}

#[tokio::test]
async fn a_user_of_another_company_accepts_with_their_own_account() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let eve = usher.founder("eve").await;
    let workspace = usher.workspace(&ada.token, "Partners").await;
    let own = usher.workspace(&eve.token, "Own").await;
    let answer = usher.invite(&ada.token, &workspace, &[(&eve.email, "EDITOR")]).await.expect(200);
    assert_eq!(answer.row_statuses(), ["invited"]);
    assert_eq!(usher.role(&eve.token, &workspace).await, None);

    let mail = usher.mail(&eve.email, 2).await;
    assert!(mail.text.contains("already have an account"), "{}", mail.text);
    for text in [&mail.text, &mail.html] {
        assert!(!text.contains("choose a password") && !text.contains("Sign up"), "{text}");
    }
    let page = usher.registration_page(&mail.hash()).await.expect(200).text;
    assert!(page.contains(r#"action="/invitation""#) && page.contains(&eve.email), "{page}");
    assert!(!page.contains(r#"action="/register""#), "{page}");

    let refused = usher.sign_up_by_invitation(&eve.email, &mail.hash()).await.expect(400);
    assert!(refused.text.contains("has an account already"), "{}", refused.text);
    // Neither a stranger nor the inviter can accept the invited person's invitation.
    for token in [&ada.token, &usher.founder("mallory").await.token] {
        usher.accept(token, &mail.hash()).await.expect(403);
    }
    let accepted = usher.accept(&eve.token, &mail.hash()).await.expect(200).json();
    assert_eq!(accepted, json!({ "workspaceId": workspace, "role": "EDITOR" }));
    assert_eq!(usher.role(&eve.token, &workspace).await.as_deref(), Some("EDITOR"));
    assert_eq!(usher.role(&eve.token, &own).await.as_deref(), Some("ADMIN"));
    // After accepting, the invited woman has the same password, is no user of the inviting company, and can't use the
    // link again.
    usher.token(&eve.email).await;
    assert_eq!(usher.team(&ada.token).await.len(), 1);
    usher.accept(&eve.token, &mail.hash()).await.expect(410);
    usher.registration_page(&mail.hash()).await.expect(410);
    let again = usher.invite(&ada.token, &workspace, &[(&eve.email, "ADMIN")]).await.expect(400);
    assert_eq!(again.row_statuses(), ["alreadyMember"]);
}
