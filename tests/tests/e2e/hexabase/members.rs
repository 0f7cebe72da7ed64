//! Tests of /api/v0/groups/{groupId}/users, /api/v0/workspaces/{workspaceId}/users, and DELETE /api/v0/users.

use serde_json::{Value, json};
use tests::{Account, Answer, Endpoint};

use super::world::World;

fn emails(answer: &Answer) -> Vec<String> {
    let members = answer.json()["members"].as_array().cloned().unwrap_or_default();
    members.iter().map(|member| member["email"].as_str().unwrap().to_owned()).collect()
}

async fn remove(usher: &Endpoint, token: &str, group: &str, person: &str, workspace: &str) -> Answer {
    let body = json!({ "g_id": group, "u_id": person, "w_id": workspace });
    usher.send("DELETE", "/api/v0/users", Some(token), Some(body)).await
}

/// A workspace with the member Bob and an invited person, whose address is known.
async fn world_with_bob_and_a_guest() -> (World, Account, String) {
    let world = World::new().await;
    let World { usher, ada, workspace, .. } = &world;
    let bob = usher.member(&ada.token, workspace, "bob", "EDITOR").await;
    let guest = usher.address("guest");
    usher.invite(&ada.token, workspace, &[(&guest, "VIEWER")]).await.expect(200);
    (world, bob, guest)
}

#[tokio::test]
async fn a_person_invited_through_another_contract_is_in_the_top_group() {
    let (world, bob, guest) = world_with_bob_and_a_guest().await;
    let World { usher, ada, workspace, top } = &world;
    let sales = usher.group(&ada.token, top, "Sales").await;
    usher.mail(&guest, 1).await;
    let everybody = [ada.email.clone(), bob.email.clone(), guest.clone()];
    for path in [
        format!("groups/{top}/users"),
        format!("groups/{top}/users?recursive=true"),
        format!("workspaces/{workspace}/users"),
    ] {
        assert_eq!(emails(&usher.get(&format!("/api/v0/{path}"), &bob.token).await.expect(200)), everybody, "{path}");
    }
    assert_eq!(emails(&usher.get(&format!("/api/v0/groups/{sales}/users"), &ada.token).await.expect(200)), [""; 0]);

    let members = usher.hexabase_members(&ada.token, workspace).await;
    let role = |id: &str, name: &str| json!([{ "role_id": id, "role_name": name }]);
    let member = |index: usize, username: Value, confirmed: bool, sent: bool, roles: Value| {
        json!({
            "u_id": members[index]["u_id"], "username": username, "email": everybody[index], "profile_pic": null,
            "confirmed": confirmed, "email_sent": sent, "is_sv": index == 0, "user_roles": roles, "user_code": null,
        })
    };
    assert_eq!(members[0], member(0, json!("Ada Founder"), true, false, role("ADMIN", "Admin")));
    assert_eq!(members[1], member(1, json!("Grace Guest"), true, true, role("EDITOR", "Editor")));
    assert_eq!(members[2], member(2, Value::Null, false, true, role("VIEWER", "Viewer")));
}

#[tokio::test]
async fn members_are_filtered_and_paged() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Project Alpha").await;
    let guests: Vec<_> = (0..5).map(|n| usher.address(&format!("guest{n}"))).collect();
    let rows: Vec<_> = guests.iter().map(|email| (email.as_str(), "VIEWER")).collect();
    usher.invite(&ada.token, &workspace, &rows).await.expect(200);
    let get = async |query: &str| usher.get(&format!("/api/v0/workspaces/{workspace}/users?{query}"), &ada.token).await;
    let page = get("limit=4&page=1&total=true").await.expect(200);
    assert_eq!((page.json()["count"].clone(), page.json()["total_members"].clone()), (json!(4), json!(6)));
    let rest = get("limit=4&page=2").await.expect(200);
    assert_eq!(emails(&rest).len(), 2);
    assert!(rest.json().get("total_members").is_none());
    assert!(emails(&page).iter().all(|email| !emails(&rest).contains(email)));
    assert_eq!(emails(&get("page=9").await.expect(200)), [""; 0]);
    assert_eq!(emails(&get("email=GUEST3").await.expect(200)), [&*guests[3]]);
    assert_eq!(emails(&get("username=founder").await.expect(200)), [&*ada.email]);
    assert_eq!(emails(&get("user_code=nobodys").await.expect(200)), [""; 0]);
    for query in ["limit=101", "limit=0", "limit=x", "page=0", "page=-1", "total=yes"] {
        get(query).await.hexabase_error(400, "INVALID_PARAMS");
    }
}

#[tokio::test]
async fn people_taken_out_of_their_only_group_leave_the_workspace() {
    let (world, bob, guest) = world_with_bob_and_a_guest().await;
    let World { usher, ada, workspace, top } = &world;
    let sales = usher.group(&ada.token, top, "Sales").await;
    let (bobs, guests) = (
        usher.hexabase_id(&ada.token, workspace, &bob.email).await,
        usher.hexabase_id(&ada.token, workspace, &guest).await,
    );
    let own = usher.hexabase_id(&ada.token, workspace, &ada.email).await;

    remove(usher, &bob.token, top, &guests, workspace).await.hexabase_error(403, "GROUP_ADMIN_REQUIRED");
    remove(usher, &ada.token, &sales, &bobs, workspace).await.hexabase_error(400, "INVALID_PARAMS");
    remove(usher, &ada.token, top, &own, workspace).await.hexabase_error(409, "LAST_ADMIN");
    assert_eq!(usher.hexabase_members(&ada.token, workspace).await.len(), 3);

    assert_eq!(remove(usher, &ada.token, top, &bobs, workspace).await.expect(200).json(), json!({ "error": null }));
    assert_eq!(usher.role(&bob.token, workspace).await, None);
    let hash = usher.mail(&guest, 1).await.hash();
    remove(usher, &ada.token, top, &guests, workspace).await.expect(200);
    usher.sign_up_by_invitation(&guest, &hash).await.expect(400);
    remove(usher, &ada.token, top, &guests, workspace).await.hexabase_error(400, "INVALID_PARAMS");
}

#[tokio::test]
async fn removing_needs_ids_of_the_workspace() {
    let usher = Endpoint::start().await;
    let (ada, eve) = (usher.founder("ada").await, usher.founder("eve").await);
    let workspace = usher.workspace(&ada.token, "Project Alpha").await;
    let top = usher.top_group(&ada.token).await;
    let theirs = usher.workspace(&eve.token, "Theirs").await;
    let bob = usher.member(&ada.token, &workspace, "bob", "EDITOR").await;
    let bobs = usher.hexabase_id(&ada.token, &workspace, &bob.email).await;
    for body in [json!({}), json!({ "g_id": top, "u_id": bobs }), json!({ "g_id": 1, "u_id": bobs, "w_id": workspace })]
    {
        usher.send("DELETE", "/api/v0/users", Some(&ada.token), Some(body)).await.hexabase_error(400, "INVALID_PARAMS");
    }
    remove(&usher, &eve.token, &top, &bobs, &workspace).await.hexabase_error(400, "INVALID_PARAMS");
    remove(&usher, &eve.token, &top, &bobs, &theirs).await.hexabase_error(400, "INVALID_PARAMS");
    remove(&usher, &ada.token, &top, &bobs, &theirs).await.hexabase_error(400, "INVALID_PARAMS");
    remove(&usher, &ada.token, &top, "x", &workspace).await.hexabase_error(400, "INVALID_PARAMS");
    assert_eq!(usher.hexabase_members(&ada.token, &workspace).await.len(), 2);
}
