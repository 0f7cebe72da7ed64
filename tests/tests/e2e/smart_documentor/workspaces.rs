//! Tests of GET /api/v1.0/external/sdworkspace/CurrentWorkspaces.

use serde_json::json;
use tests::Endpoint;

use super::SDWORKSPACE;

#[tokio::test]
async fn a_callers_workspaces_are_listed_oldest_first_and_the_oldest_is_the_default() {
    let usher = Endpoint::start().await;
    let (ada, eve) = (usher.founder("ada").await, usher.founder("eve").await);
    let path = format!("{SDWORKSPACE}/CurrentWorkspaces");
    assert_eq!(usher.get(&path, &ada.token).await.expect(200).json(), json!([]));
    let body = json!({ "name": "First", "description": "The oldest" });
    usher.post("/noCo/api/v2/workspaces", &ada.token, body).await.expect(200);
    usher.workspace(&ada.token, "Second").await;
    let tenant = usher.get("/idp/api/v1/user", &ada.token).await.expect(200).json()["companyId"].clone();
    let list = usher.get(&path, &ada.token).await.expect(200).json();
    let (first, second) =
        (usher.workspace_number(&ada.token, "First").await, usher.workspace_number(&ada.token, "Second").await);
    let expected = json!([
        {
            "workspaceId": first, "tenantId": tenant, "workspaceName": "First",
            "workspaceDescription": "The oldest", "isDefault": true,
        },
        {
            "workspaceId": second, "tenantId": tenant, "workspaceName": "Second",
            "workspaceDescription": null, "isDefault": false,
        },
    ]);
    assert_eq!(list, expected);

    // A guest from another company sees the company that owns the workspace.
    let shared = usher.workspace(&ada.token, "Shared").await;
    usher.workspace(&eve.token, "Own").await;
    usher.invite(&ada.token, &shared, &[(&eve.email, "VIEWER")]).await.expect(200);
    usher.accept(&eve.token, &usher.mail(&eve.email, 2).await.hash()).await.expect(200);
    let list = usher.get(&path, &eve.token).await.expect(200).json();
    let tenants: Vec<_> = list.as_array().unwrap().iter().map(|row| row["tenantId"] == tenant).collect();
    assert_eq!(tenants, [true, false], "{list}");
}
