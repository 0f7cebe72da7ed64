//! Tests of the right to invite that each role has.

use serde_json::json;
use tests::Endpoint;

#[tokio::test]
async fn an_admin_invites_with_any_role() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Roles").await;
    let second = usher.member(&ada.token, &workspace, "second", "ADMIN").await;
    for inviter in [&ada, &second] {
        let name = |role: &str| inviter.email.replace('@', &format!("-{}@", role.to_lowercase()));
        let addresses = ["ADMIN", "CREATOR", "EDITOR", "VIEWER"].map(|role| (name(role), role));
        let rows = addresses.each_ref().map(|(address, role)| (address.as_str(), *role));
        let answer = usher.invite(&inviter.token, &workspace, &rows).await.expect(200);
        assert_eq!(answer.row_statuses(), ["invited"; 4]);
        for (address, role) in &addresses {
            let hash = usher.mail(address, 1).await.hash();
            usher.sign_up_by_invitation(address, &hash).await.expect(200);
            let token = usher.token(address).await;
            assert_eq!(usher.role(&token, &workspace).await.as_deref(), Some(*role));
        }
    }
}

#[tokio::test]
async fn a_creator_invites_up_to_their_own_role() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Roles").await;
    let carl = usher.member(&ada.token, &workspace, "carl", "CREATOR").await;
    let addresses = ["a", "b", "c", "d"].map(|name| usher.address(name));
    let roles = ["ADMIN", "CREATOR", "EDITOR", "VIEWER"];
    let rows: Vec<_> = addresses.iter().map(String::as_str).zip(roles).collect();
    let answer = usher.invite(&carl.token, &workspace, &rows).await.expect(200);
    assert_eq!(answer.row_statuses(), ["forbidden", "invited", "invited", "invited"]);
    let detail = answer.json()["results"][0]["detail"].clone();
    assert!(detail.as_str().unwrap().contains("above your own"), "{detail}");
    // The refused row wrote nothing: the founder's invitation is the first invitation of the person.
    let answer = usher.invite(&ada.token, &workspace, &rows[..1]).await.expect(200);
    assert_eq!(answer.row_statuses(), ["invited"]);
}

#[tokio::test]
async fn editors_and_viewers_invite_nobody() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Roles").await;
    let wanted = usher.address("wanted");
    for role in ["EDITOR", "VIEWER"] {
        let member = usher.member(&ada.token, &workspace, &role.to_lowercase(), role).await;
        let answer = usher.invite(&member.token, &workspace, &[(&wanted, "VIEWER")]).await.expect(403);
        let body = answer.json();
        assert_eq!(body["errorCodes"], json!(["FORBIDDEN"]));
        assert!(body["message"].is_string());
    }
    assert!(!usher.team(&ada.token).await.contains_key(&wanted));
}

#[tokio::test]
async fn a_workspace_out_of_reach_is_always_not_found() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let eve = usher.founder("eve").await;
    let shared = usher.workspace(&ada.token, "Shared").await;
    let private = usher.workspace(&ada.token, "Private").await;
    let colleague = usher.member(&ada.token, &shared, "colleague", "ADMIN").await;
    let wanted = usher.address("wanted");
    let rows = [(wanted.as_str(), "VIEWER")];
    let unknown = "3f2b8f6e-7f7a-4e0b-9d5c-0c5d6a7b8c9d";
    let mut bodies = Vec::new();
    for (token, workspace) in [
        (&ada.token, "no-uuid"),
        (&ada.token, unknown),
        (&eve.token, private.as_str()),
        (&colleague.token, private.as_str()),
    ] {
        let mut body = usher.invite(token, workspace, &rows).await.expect(404).json();
        assert!(body["traceId"].take().is_string());
        bodies.push(body);
    }
    assert!(bodies.windows(2).all(|two| two[0] == two[1]), "{bodies:?}");
    assert!(!usher.team(&ada.token).await.contains_key(&wanted));
}
