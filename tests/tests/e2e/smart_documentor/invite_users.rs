//! Tests of POST /api/v1.0/external/sdworkspace/inviteusers.

use serde_json::json;

use super::{Client, SDWORKSPACE, TENANT, users};

#[tokio::test]
async fn the_documented_request_is_answered_as_documented() {
    let client = Client::new(&[]).await;
    let email = client.usher.address("administrator");
    let body = r#"{
  "workspaceId": 1,
  "users": [
    {
      "email": "[email protected]",
      "roleName": "Administrator"
    }
  ]
}"#;
    let request = || {
        let path = format!("{SDWORKSPACE}/inviteusers");
        let request = client.usher.request("POST", &path).header("accept", "application/json");
        request.bearer_auth(&client.token).header("content-type", "application/json")
    };
    let own = body.replace("\"workspaceId\": 1,", &format!("\"workspaceId\": {},", client.number));
    // SmartDocumentor's documentation page shows the text `[email protected]` instead of an address.
    let detail = "The email address '[email protected]' is not valid.";
    client.usher.read(request().body(own.clone())).await.smart_documentor_error(400, detail);

    let answer = client.usher.read(request().body(own.replace("[email protected]", &email))).await.expect(200);
    assert_eq!(answer.text, "");
    let mail = client.usher.mail(&email, 1).await;
    assert!(mail.text.contains("Project Alpha") && mail.link().ends_with("&type=WORK_SPACE"), "{}", mail.text);
    client.usher.sign_up_by_invitation(&email, &mail.hash()).await.expect(200);
    let token = client.usher.token(&email).await;
    assert_eq!(client.usher.role(&token, &client.workspace).await.as_deref(), Some("ADMIN"));
}

#[tokio::test]
async fn a_malformed_address_is_reported_in_the_documented_words() {
    let client = Client::new(&[]).await;
    let body = json!({ "workspaceId": client.number, "users": [{ "email": "string", "roleName": "string" }] });
    let answer = client.usher.post(&format!("{SDWORKSPACE}/inviteusers"), &client.token, body).await;
    let answer = answer.smart_documentor_error(400, "The email address 'string' is not valid.");
    assert_eq!(
        answer.text,
        r#"{"title":"Bad Request","status":400,"detail":"The email address 'string' is not valid."}"#
    );
}

#[tokio::test]
async fn one_bad_entry_refuses_all_and_nothing_is_written_or_mailed() {
    let client = Client::new(&[("RESEND_COOLDOWN_SECONDS", "0")]).await;
    let usher = &client.usher;
    let (good, twice) = (usher.address("good"), usher.address("Twice"));
    let capitals = twice.to_uppercase();
    let robot = "robot-01234567@elsewhere.iam.serviceaccount.com";
    let before = usher.recipients().await.len();
    let cases = [
        (vec![("a@b", "Viewer")], "The email address 'a@b' is not valid.".to_owned()),
        (vec![("x@example.com", "Owner")], "The role 'Owner' is not valid.".to_owned()),
        (vec![("x@example.com", "viewer")], "The role 'viewer' is not valid.".to_owned()),
        (
            vec![(twice.as_str(), "Viewer"), (&capitals, "Creator")],
            format!("'{capitals}': An earlier row has the same address."),
        ),
        (vec![(robot, "Viewer")], format!("'{robot}': This service account doesn't exist in the company.")),
        // If a request has several problems, the answer names the first problem.
        (vec![("first", "Viewer"), ("second", "Viewer")], "The email address 'first' is not valid.".to_owned()),
    ];
    for (bad, detail) in cases {
        for good_first in [true, false] {
            let mut people = bad.clone();
            people.insert(if good_first { 0 } else { bad.len() }, (&good, "Viewer"));
            client.to_workspace(&people).await.smart_documentor_error(400, &detail);
            client.to_tenant(&people).await.smart_documentor_error(400, &detail);
        }
    }
    assert_eq!(client.listed(&client.members(), &good).await, None);
    assert_eq!(client.listed(&format!("{TENANT}/allusers"), &good).await, None);
    usher.mail_all().await;
    assert_eq!(usher.recipients().await.len(), before);
}

#[tokio::test]
async fn one_role_above_the_inviters_own_refuses_the_whole_request() {
    let client = Client::new(&[]).await;
    let usher = &client.usher;
    let creator = usher.member(&client.ada.token, &client.workspace, "creator", "CREATOR").await;
    let (good, high) = (usher.address("good"), usher.address("high"));
    let path = format!("{SDWORKSPACE}/inviteusers");
    let body = |high_role: &str| json!({ "workspaceId": client.number, "users": users(&[(&good, "Creator"), (&high, high_role)]) });
    let detail = format!("'{high}': This role is above your own.");
    for role in ["Manager", "Administrator"] {
        usher.post(&path, &creator.token, body(role)).await.smart_documentor_error(400, &detail);
    }
    assert_eq!(client.listed(&client.members(), &good).await, None);
    usher.post(&path, &creator.token, body("Reviewer")).await.expect(200);
    assert_eq!(client.listed(&client.members(), &high).await.unwrap()["roleName"], "Reviewer");
    let viewer = usher.member(&client.ada.token, &client.workspace, "viewer", "VIEWER").await;
    usher.post(&path, &viewer.token, body("Viewer")).await.expect(403);
}

#[tokio::test]
async fn an_invited_person_and_a_member_are_no_bad_entries() {
    let client = Client::new(&[]).await;
    let usher = &client.usher;
    let member = usher.member(&client.ada.token, &client.workspace, "member", "EDITOR").await;
    let (invited, new) = (usher.address("invited"), usher.address("new"));
    client.to_workspace(&[(&invited, "Viewer")]).await.expect(200);
    let people = [(member.email.as_str(), "Viewer"), (&invited, "Creator"), (&new, "Manager")];
    assert_eq!(client.to_workspace(&people).await.expect(200).text, "");
    for (email, role) in [(&member.email, "Reviewer"), (&invited, "Creator"), (&new, "Manager")] {
        assert_eq!(client.listed(&client.members(), email).await.unwrap()["roleName"], role);
    }
    usher.mail(&new, 1).await;
}

#[tokio::test]
async fn a_request_above_the_daily_quota_is_refused_completely() {
    let limits = [("INVITATIONS_PER_WORKSPACE_PER_DAY", "3"), ("MAX_USERS_PER_REQUEST", "3")];
    let client = Client::new(&limits).await;
    let usher = &client.usher;
    usher.begin_window(86_400).await;
    let ada = usher.token(&client.ada.email).await;
    let body = |names: &[&str]| {
        let emails: Vec<_> = names.iter().map(|name| usher.address(name)).collect();
        let people: Vec<_> = emails.iter().map(|email| (email.as_str(), "Viewer")).collect();
        json!({ "workspaceId": client.number, "users": users(&people) })
    };
    let path = format!("{SDWORKSPACE}/inviteusers");
    usher.post(&path, &ada, body(&["a", "b"])).await.expect(200);
    let limited = usher.post(&path, &ada, body(&["c", "d"])).await;
    let limited = limited.smart_documentor_error(429, "As many people were invited today as may be.");
    assert!(limited.header("retry-after").parse::<u32>().unwrap() > 0);
    usher.post(&path, &ada, body(&["e"])).await.expect(200);
    let detail = "At most 3 users can be named in one request.";
    usher.post(&path, &ada, body(&["f", "g", "h", "i"])).await.smart_documentor_error(400, detail);
}

#[tokio::test]
async fn a_failure_of_the_store_is_the_documented_500_and_sending_again_is_safe() {
    let client = Client::new(&[("LOG_LEVEL", "error")]).await;
    let usher = &client.usher;
    let email = usher.address("guest");
    let fault = json!({
        "action": "dynamodb:TransactWriteItems", "function": "invite-users", "fault": "InternalServerError", "times": 1000,
    });
    usher.queue_fault(fault).await;
    let answer = client.to_workspace(&[(&email, "Viewer")]).await.expect(500);
    let words = "A server error occurred while processing your request. Please try again later. Trace ID:";
    let trace_id = answer.header("apigw-requestid").to_owned();
    assert!(!trace_id.is_empty());
    answer.smart_documentor_error(500, &format!("{words}{trace_id}"));
    usher.clear_faults().await;
    client.to_workspace(&[(&email, "Viewer")]).await.expect(200);
    usher.mail(&email, 1).await;
}
