//! Tests of the routes below `/api/v1/company/invitations`.

use serde_json::{Value, json};
use tests::{Answer, Need, World};

use super::super::column;

const PATH: &str = "/api/v1/company/invitations";

/// Invites a person to the whole company, and returns the person's address and the invitation.
async fn invited(world: &World, name: &str, role: &str) -> (String, Value) {
    let email = world.usher.address(name);
    let users = json!({ "users": [{ "email": email, "roleName": role }] });
    world.usher.post("/api/v1.0/external/tenant/inviteusers", &world.ada.token, users).await.expect(200);
    let page = world.usher.get(&format!("{PATH}?email={email}"), &world.ada.token).await.expect(200).json();
    (email, page["items"][0].clone())
}

async fn send(world: &World, method: &str, token: &str, invitation: &Value, rest: &str) -> Answer {
    let path = format!("{PATH}/{}{rest}", invitation["id"].as_str().unwrap());
    world.usher.send(method, &path, Some(token), None).await
}

#[tokio::test]
async fn a_company_admin_manages_the_companys_invitations_like_a_workspaces() {
    let world = World::with(&[Need::Clock]).await;
    let (email, invitation) = invited(&world, "grace", "Manager").await;
    assert_eq!((&invitation["workspaceId"], &invitation["role"]), (&Value::Null, &json!("MANAGER")));
    assert_eq!((&invitation["status"], &invitation["invitedBy"]["name"]), (&json!("PENDING"), &json!("Ada Founder")));
    let first = world.usher.mail(&email, 1).await.hash();
    let alone = send(&world, "GET", &world.ada.token, &invitation, "").await.expect(200).json();
    assert_eq!((&alone["id"], &alone["email"]), (&invitation["id"], &json!(email)));

    send(&world, "POST", &world.ada.token, &invitation, "/resend").await.problem(429, "cooldown");
    world.usher.advance(60).await;
    let resent = send(&world, "POST", &world.ada.token, &invitation, "/resend").await.expect(200).json();
    assert_eq!((&resent["resentCount"], &resent["workspaceId"]), (&json!(1), &Value::Null));
    let mail = world.usher.mail(&email, 2).await;
    assert!(mail.link().contains("type=COMPANY"), "{}", mail.link());
    world.usher.sign_up_by_invitation(&email, &first).await.datagol_error(400, "INVITATION_GONE");
    world.usher.sign_up_by_invitation(&email, &mail.hash()).await.expect(200);
    send(&world, "DELETE", &world.ada.token, &invitation, "").await.problem(409, "already_accepted");

    let (email, invitation) = invited(&world, "henry", "Viewer").await;
    let hash = world.usher.mail(&email, 1).await.hash();
    send(&world, "DELETE", &world.ada.token, &invitation, "").await.expect(204);
    world.usher.sign_up_by_invitation(&email, &hash).await.datagol_error(400, "INVITATION_GONE");
    // The founder of the company was never invited, so the list of invitations doesn't contain the founder.
    let all = world.usher.all_pages(PATH, &world.ada.token, 1).await;
    let all: Vec<_> = column(&all, "email").into_iter().zip(column(&all, "status")).collect();
    let expected = [("grace", "ACCEPTED"), ("henry", "REVOKED")];
    assert_eq!(all, expected.map(|(name, status)| (world.usher.address(name), status.to_owned())));
}

#[tokio::test]
async fn only_company_admins_manage_company_invitations_and_workspace_invitations_are_not_among_them() {
    let world = World::start().await;
    let (_, invitation) = invited(&world, "grace", "Viewer").await;
    let (_, id) = world.invited(&world.ada.token, "henry", "VIEWER").await;
    let bob = world.member("bob", "ADMIN").await;
    world.usher.get(PATH, &bob.token).await.problem(403, "company_admin_required");
    let of_workspace = json!({ "id": id });
    for (method, rest) in [("GET", ""), ("POST", "/resend"), ("DELETE", "")] {
        send(&world, method, &bob.token, &invitation, rest).await.problem(403, "company_admin_required");
        send(&world, method, &world.ada.token, &of_workspace, rest).await.problem(404, "not_found");
        let path = format!("invitations/{}{rest}", invitation["id"].as_str().unwrap());
        world.send(method, &world.ada.token, &path, None).await.problem(404, "not_found");
    }
    let eve = world.usher.founder("eve").await;
    for (method, rest) in [("GET", ""), ("POST", "/resend"), ("DELETE", "")] {
        send(&world, method, &eve.token, &invitation, rest).await.problem(404, "not_found");
    }
    let page = world.usher.get(PATH, &eve.token).await.expect(200).json();
    assert_eq!(page, json!({ "items": [], "nextCursor": null }));
    let page = world.usher.get(PATH, &world.ada.token).await.expect(200).json();
    assert_eq!(page["items"].as_array().map(Vec::len), Some(1), "{page}");
}
