//! Tests of POST /api/v1.0/external/tenant/inviteusers: invitations to the whole company, from the request to the
//! membership.

use serde_json::json;
use tests::{HeldCall, Need, needs};

use super::{Client, SDWORKSPACE, TENANT};

#[tokio::test]
async fn the_mail_and_the_page_name_the_company_and_no_workspace() {
    let client = Client::new(&[]).await;
    let usher = &client.usher;
    let email = usher.address("guest");
    assert_eq!(client.to_tenant(&[(&email, "Reviewer")]).await.expect(200).text, "");
    let mail = usher.mail(&email, 1).await;
    assert!(mail.subject.ends_with("invites you to ada Ltd"), "{}", mail.subject);
    assert!(mail.link().ends_with("&type=COMPANY"), "{}", mail.text);
    assert!(mail.text.contains("Reviewer") && !mail.text.contains("Project Alpha"), "{}", mail.text);
    let page = usher.registration_page(&mail.hash()).await.expect(200);
    assert!(
        page.text.contains("invites you to <bdi>ada Ltd</bdi>") && !page.text.contains("Workspace"),
        "{}",
        page.text
    );

    let form = [
        ("hash", mail.hash()),
        ("type", "COMPANY".to_owned()),
        ("email", email.clone()),
        ("firstname", "Grace".to_owned()),
        ("lastname", "Guest".to_owned()),
        ("password", tests::PASSWORD.to_owned()),
    ];
    let done = usher.read(usher.request("POST", "/register").form(&form)).await.expect(200);
    assert!(done.text.contains("ada Ltd"), "{}", done.text);
    usher.registration_page(&mail.hash()).await.expect(410);
    let row = client.listed(&format!("{TENANT}/allusers"), &email).await.unwrap();
    assert_eq!((&row["status"], &row["roleName"]), (&json!("Active"), &json!("Reviewer")));
    assert_eq!(client.listed(&client.members(), &email).await, None);
}

#[tokio::test]
async fn an_administrator_becomes_a_company_admin() {
    let client = Client::new(&[]).await;
    let usher = &client.usher;
    let email = usher.address("boss");
    client.to_tenant(&[(&email, "Administrator")]).await.expect(200);
    let joined = usher.sign_up_by_invitation(&email, &usher.mail(&email, 1).await.hash()).await.expect(200).json();
    assert_eq!(joined["role"], "ADMIN");
    let token = usher.token(&email).await;
    usher.get("/idp/api/v1/company/serviceAccount", &token).await.expect(200);
    let path = format!("/noCo/api/v2/workspaces/{}", client.workspace);
    usher.get(&path, &token).await.expect(200);
    usher.invite(&token, &client.workspace, &[(&usher.address("guest"), "ADMIN")]).await.expect(200);
}

#[tokio::test]
async fn a_manager_sees_every_workspace_and_the_others_only_theirs() {
    let client = Client::new(&[]).await;
    let usher = &client.usher;
    let (manager, creator) = (usher.address("manager"), usher.address("creator"));
    client.to_tenant(&[(&manager, "Manager"), (&creator, "Creator")]).await.expect(200);
    for (email, seen) in [(&manager, 1), (&creator, 0)] {
        let joined = usher.sign_up_by_invitation(email, &usher.mail(email, 1).await.hash()).await.expect(200).json();
        assert_eq!(joined["role"], "USER");
        let token = usher.token(email).await;
        let list = usher.get(&format!("{SDWORKSPACE}/CurrentWorkspaces"), &token).await.expect(200).json();
        assert_eq!(list.as_array().map(Vec::len), Some(seen), "{list}");
        usher.get(&client.members(), &token).await.expect(if seen == 1 { 200 } else { 404 });
    }
    let token = usher.token(&manager).await;
    usher.invite(&token, &client.workspace, &[(&usher.address("guest"), "VIEWER")]).await.expect(403);
}

#[tokio::test]
async fn a_user_of_the_company_is_a_member_already_and_keeps_their_role() {
    let client = Client::new(&[]).await;
    let usher = &client.usher;
    let member = usher.member(&client.ada.token, &client.workspace, "member", "VIEWER").await;
    let accounts = usher.get("/idp/api/v1/company/serviceAccount", &client.ada.token).await.expect(200).json();
    let robot = super::text(&accounts[0], "email");
    let people = [(member.email.as_str(), "Administrator"), (&client.ada.email, "Viewer"), (&robot, "Viewer")];
    client.to_tenant(&people).await.expect(200);
    usher.get(&format!("{TENANT}/allusers"), &member.token).await.expect(403);
    for token in [&client.ada.token, &client.token] {
        usher.get(&format!("{TENANT}/allusers"), token).await.expect(200);
    }
    assert_eq!(usher.mails(&member.email).await.len(), 1);
}

#[tokio::test]
async fn a_user_of_another_company_cannot_accept() {
    let client = Client::new(&[]).await;
    let usher = &client.usher;
    let eve = usher.founder("eve").await;
    client.to_tenant(&[(&eve.email, "Administrator")]).await.expect(200);
    let hash = usher.mail(&eve.email, 2).await.hash();
    usher.accept(&eve.token, &hash).await.problem(409, "other_company");
    usher.accept(&client.ada.token, &hash).await.problem(403, "other_address");
    usher.sign_up_by_invitation(&eve.email, &hash).await.datagol_error(400, "HAS_ACCOUNT");
    usher.get(&client.members(), &eve.token).await.expect(404);
    let row = client.listed(&format!("{TENANT}/allusers"), &eve.email).await.unwrap();
    assert_eq!(row["status"], "Inactive");
}

#[tokio::test]
async fn inviting_again_kills_the_old_link_and_gives_the_new_role() {
    let client = Client::new(&[("RESEND_COOLDOWN_SECONDS", "0")]).await;
    let usher = &client.usher;
    let email = usher.address("guest");
    client.to_tenant(&[(&email, "Administrator")]).await.expect(200);
    let first = usher.mail(&email, 1).await.hash();
    client.to_tenant(&[(&email, "Viewer")]).await.expect(200);
    let second = usher.mail(&email, 2).await.hash();
    usher.sign_up_by_invitation(&email, &first).await.datagol_error(400, "INVITATION_GONE");
    usher.sign_up_by_invitation(&email, &second).await.expect(200);
    let token = usher.token(&email).await;
    usher.get(&format!("{TENANT}/allusers"), &token).await.expect(403);
}

#[tokio::test]
async fn a_company_invitation_expires() {
    let client = Client::new(&[("INVITATION_TTL_SECONDS", "300")]).await;
    let usher = &client.usher;
    let email = usher.address("late");
    client.to_tenant(&[(&email, "Viewer")]).await.expect(200);
    let hash = usher.mail(&email, 1).await.hash();
    usher.advance(300).await;
    usher.sign_up_by_invitation(&email, &hash).await.datagol_error(400, "INVITATION_GONE");
    assert_eq!(client.listed(&format!("{TENANT}/allusers"), &email).await, None);
}

#[tokio::test]
async fn nobody_is_let_in_by_a_client_that_is_no_more() {
    let client = Client::new(&[]).await;
    let usher = &client.usher;
    let email = usher.address("guest");
    client.to_tenant(&[(&email, "Administrator")]).await.expect(200);
    let hash = usher.mail(&email, 1).await.hash();
    let account = format!("/idp/api/v1/company/serviceAccount/{}", client.id);
    usher.send("DELETE", &account, Some(&client.ada.token), None).await.expect(200);
    usher.registration_page(&hash).await.expect(410);
    usher.sign_up_by_invitation(&email, &hash).await.datagol_error(400, "INVITATION_GONE");
}

#[tokio::test]
async fn a_person_who_joins_a_workspace_first_has_the_company_role_of_the_other_invitation() {
    let client = Client::new(&[]).await;
    let usher = &client.usher;
    let email = usher.address("both");
    client.to_tenant(&[(&email, "Administrator")]).await.expect(200);
    let to_company = usher.mail(&email, 1).await.hash();
    client.to_workspace(&[(&email, "Viewer")]).await.expect(200);
    let to_workspace = usher.mail(&email, 2).await.hash();
    let joined = usher.sign_up_by_invitation(&email, &to_workspace).await.expect(200).json();
    assert_eq!(joined["role"], "ADMIN");
    let token = usher.token(&email).await;
    let row = usher.get(&format!("{TENANT}/allusers"), &token).await.expect(200).json();
    let row = row.as_array().unwrap().iter().find(|row| row["email"] == email.as_str()).cloned().unwrap();
    assert_eq!((&row["status"], &row["roleName"]), (&json!("Active"), &json!("Administrator")));
    // Accepting one of the two invitations also uses up the link of the other invitation.
    usher.accept(&token, &to_company).await.problem(410, "invitation_gone");
}

#[tokio::test]
async fn a_company_invitation_that_expired_leaves_an_ordinary_user() {
    let client = Client::new(&[("INVITATION_TTL_SECONDS", "300")]).await;
    let usher = &client.usher;
    let email = usher.address("slow");
    client.to_tenant(&[(&email, "Administrator")]).await.expect(200);
    usher.mail(&email, 1).await;
    usher.advance(300).await;
    client.to_workspace(&[(&email, "Viewer")]).await.expect(200);
    let joined = usher.sign_up_by_invitation(&email, &usher.mail(&email, 2).await.hash()).await.expect(200).json();
    assert_eq!(joined["role"], "USER");
    let row = client.listed(&format!("{TENANT}/allusers"), &email).await.unwrap();
    assert_eq!((&row["status"], &row["roleName"]), (&json!("Active"), &json!("Viewer")));
}

#[tokio::test]
async fn of_two_links_that_are_followed_together_one_signs_up_and_the_role_in_the_company_is_the_offered_one() {
    needs(&[Need::Calls]);
    let client = Client::new(&[]).await;
    let usher = &client.usher;
    for company_is_first in [true, false] {
        let email = usher.address(&format!("hasty-{company_is_first}"));
        client.to_tenant(&[(&email, "Administrator")]).await.expect(200);
        let to_company = usher.mail(&email, 1).await.hash();
        client.to_workspace(&[(&email, "Viewer")]).await.expect(200);
        let to_workspace = usher.mail(&email, 2).await.hash();
        let (first, second) =
            if company_is_first { (&to_company, &to_workspace) } else { (&to_workspace, &to_company) };
        let (won, lost) = usher
            .overtake(
                usher.sign_up_by_invitation(&email, first),
                usher.sign_up_by_invitation(&email, second),
                HeldCall::write("sign-up"),
            )
            .await;
        won.expect(200);
        lost.expect(400);
        let row = client.listed(&format!("{TENANT}/allusers"), &email).await.unwrap();
        assert_eq!((&row["status"], &row["roleName"]), (&json!("Active"), &json!("Administrator")));
        let token = usher.token(&email).await;
        usher.get(&format!("{TENANT}/allusers"), &token).await.expect(200);
    }
}
