//! `/api/v1/company/invitations`

use serde_json::{Value, json};
use tests::{Answer, Place};

use super::super::column;

const PATH: &str = "/api/v1/company/invitations";

/// Invites somebody to the whole company; answers their address and the invitation.
async fn invited(place: &Place, name: &str, role: &str) -> (String, Value) {
    let email = place.usher.address(name);
    let users = json!({ "users": [{ "email": email, "roleName": role }] });
    place.usher.post("/api/v1.0/external/tenant/inviteusers", &place.ada.token, users).await.expect(200);
    let page = place.usher.get(&format!("{PATH}?email={email}"), &place.ada.token).await.expect(200).json();
    (email, page["items"][0].clone())
}

async fn send(place: &Place, method: &str, token: &str, invitation: &Value, rest: &str) -> Answer {
    let path = format!("{PATH}/{}{rest}", invitation["id"].as_str().unwrap());
    place.usher.send(method, &path, Some(token), None).await
}

#[tokio::test]
async fn a_company_admin_manages_the_companys_invitations_as_a_workspaces() {
    let place = Place::with(&[]).await;
    let (email, told) = invited(&place, "grace", "Manager").await;
    assert_eq!((&told["workspaceId"], &told["role"]), (&Value::Null, &json!("MANAGER")));
    assert_eq!((&told["status"], &told["invitedBy"]["name"]), (&json!("PENDING"), &json!("Ada Founder")));
    let first = place.usher.mail(&email, 1).await.hash();
    let alone = send(&place, "GET", &place.ada.token, &told, "").await.expect(200).json();
    assert_eq!((&alone["id"], &alone["email"]), (&told["id"], &json!(email)));

    send(&place, "POST", &place.ada.token, &told, "/resend").await.problem(429, "cooldown");
    place.usher.advance(60).await;
    let resent = send(&place, "POST", &place.ada.token, &told, "/resend").await.expect(200).json();
    assert_eq!((&resent["resentCount"], &resent["workspaceId"]), (&json!(1), &Value::Null));
    let mail = place.usher.mail(&email, 2).await;
    assert!(mail.link().contains("type=COMPANY"), "{}", mail.link());
    place.usher.join(&email, &first).await.refused(400, "INVITATION_GONE");
    place.usher.join(&email, &mail.hash()).await.expect(200);
    send(&place, "DELETE", &place.ada.token, &told, "").await.problem(409, "already_accepted");

    let (email, told) = invited(&place, "henry", "Viewer").await;
    send(&place, "DELETE", &place.ada.token, &told, "").await.expect(204);
    let hash = place.usher.mail(&email, 1).await.hash();
    place.usher.join(&email, &hash).await.refused(400, "INVITATION_GONE");
    // The founder was never invited.
    let all = place.usher.walk(PATH, &place.ada.token, 1).await;
    let all: Vec<_> = column(&all, "email").into_iter().zip(column(&all, "status")).collect();
    let expected = [("grace", "ACCEPTED"), ("henry", "REVOKED")];
    assert_eq!(all, expected.map(|(name, status)| (place.usher.address(name), status.to_owned())));
}

#[tokio::test]
async fn nobody_else_does_and_a_workspaces_invitations_arent_among_them() {
    let place = Place::with(&[]).await;
    let (_, told) = invited(&place, "grace", "Viewer").await;
    let (_, id) = place.invited(&place.ada.token, "henry", "VIEWER").await;
    let bob = place.member("bob", "ADMIN").await;
    place.usher.get(PATH, &bob.token).await.problem(403, "company_admin_required");
    let of_workspace = json!({ "id": id });
    for (method, rest) in [("GET", ""), ("POST", "/resend"), ("DELETE", "")] {
        send(&place, method, &bob.token, &told, rest).await.problem(403, "company_admin_required");
        send(&place, method, &place.ada.token, &of_workspace, rest).await.problem(404, "not_found");
        let path = format!("invitations/{}{rest}", told["id"].as_str().unwrap());
        place.send(method, &place.ada.token, &path, None).await.problem(404, "not_found");
    }
    let eve = place.usher.founder("eve").await;
    for (method, rest) in [("GET", ""), ("POST", "/resend"), ("DELETE", "")] {
        send(&place, method, &eve.token, &told, rest).await.problem(404, "not_found");
    }
    let page = place.usher.get(PATH, &eve.token).await.expect(200).json();
    assert_eq!(page, json!({ "items": [], "nextCursor": null }));
    let page = place.usher.get(PATH, &place.ada.token).await.expect(200).json();
    assert_eq!(page["items"].as_array().map(Vec::len), Some(1), "{page}");
}
