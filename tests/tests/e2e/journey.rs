//! Tests a new user's first day with Usher, as the README describes the day.

use serde_json::json;
use tests::{Endpoint, PASSWORD};

#[tokio::test]
async fn two_people_are_invited_by_one_request_and_sign_up_by_the_link() {
    first_day(&Endpoint::start().await).await;
}

/// Makes all requests of a new user's first day, on the given service.
pub(crate) async fn first_day(usher: &Endpoint) {
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Project Alpha").await;

    let (user1, user2) = (usher.address("user1"), usher.address("user2"));
    let body = json!({
        "workSpaceUsers": [{ "email": user1, "role": "EDITOR" }, { "email": user2, "role": "VIEWER" }],
        "message": "Workspace access invitation",
    });
    let path = format!("/noCo/api/v2/workspaces/{workspace}/bulkUsers");
    let answer = usher.post(&path, &ada.token, body).await.expect(200).json();
    assert_eq!(answer["summary"], json!({ "invited": 2 }));

    let mail = usher.mail(&user1, 1).await;
    for expected in ["Workspace access invitation", "Ada Founder", "Project Alpha", "Editor", "UTC"] {
        assert!(mail.text.contains(expected) && mail.html.contains(expected), "{expected}: {}", mail.text);
    }
    assert!(mail.link().ends_with("&type=WORK_SPACE") && mail.link().contains("/register?hash="));
    assert!(usher.mail(&user2, 1).await.text.contains("Viewer"));

    let page = usher.send("GET", &format!("/register?hash={}&type=WORK_SPACE", mail.hash()), None, None).await;
    let page = page.expect(200).text;
    assert!(page.contains("Ada Founder") && page.contains("Project Alpha") && page.contains(&user1));

    let form = [
        ("hash", mail.hash()),
        ("type", "WORK_SPACE".to_owned()),
        ("email", user1.clone()),
        ("firstname", "John".to_owned()),
        ("lastname", "Doe".to_owned()),
        ("password", PASSWORD.to_owned()),
    ];
    let done = usher.read(usher.request("POST", "/register").form(&form)).await.expect(200);
    assert!(done.text.contains("Project Alpha"));

    let token = usher.token(&user1).await;
    let workspaces = usher.get("/noCo/api/v2/workspaces", &token).await.expect(200).json();
    assert_eq!(workspaces[0]["id"], workspace);
    assert_eq!(workspaces.as_array().map(Vec::len), Some(1));

    // A used link can't be used again, and an EDITOR may not invite people.
    usher.send("GET", &format!("/register?hash={}&type=WORK_SPACE", mail.hash()), None, None).await.expect(410);
    usher.sign_up_by_invitation(&user1, &mail.hash()).await.expect(400);
    usher.invite(&token, &workspace, &[(&usher.address("user3"), "VIEWER")]).await.expect(403);
}
