//! Tests of the lists of users: the routes `allusers` of the tenant and of a workspace.

use serde_json::json;

use super::{Client, SDWORKSPACE, TENANT};

#[tokio::test]
async fn the_roles_are_the_documented_ones() {
    let client = Client::new(&[]).await;
    let names = ["Administrator", "Manager", "Creator", "Reviewer", "Viewer"];
    let roles: Vec<_> = names.iter().map(|name| json!({ "name": name })).collect();
    for path in [TENANT, SDWORKSPACE] {
        let answer = client.usher.get(&format!("{path}/availableroles"), &client.token).await.expect(200);
        assert_eq!(answer.json(), json!(roles));
    }
}

#[tokio::test]
async fn a_workspaces_list_has_its_members_and_its_invited_people() {
    let client = Client::new(&[]).await;
    let usher = &client.usher;
    let editor = usher.member(&client.ada.token, &client.workspace, "editor", "EDITOR").await;
    let invited = usher.address("invited");
    client.to_workspace(&[(&invited, "Manager")]).await.expect(200);

    let row = client.listed(&client.members(), &editor.email).await.unwrap();
    let profile = usher.get("/idp/api/v1/user", &editor.token).await.expect(200).json();
    let expected = json!({
        "id": profile["id"], "roleName": "Reviewer", "name": "Grace Guest", "userName": editor.email,
        "email": editor.email, "createdAt": row["createdAt"], "emailConfirmed": true, "status": "Active",
    });
    assert_eq!(row, expected);
    assert!(row["createdAt"].as_str().unwrap().ends_with('Z'));
    let row = client.listed(&client.members(), &invited).await.unwrap();
    let id = row["id"].as_u64().unwrap();
    assert!(id > 0 && id <= u64::from(i32::MAX.unsigned_abs()));
    let expected = json!({
        "id": id, "roleName": "Manager", "name": null, "userName": invited, "email": invited,
        "createdAt": row["createdAt"], "emailConfirmed": false, "status": "Inactive",
    });
    assert_eq!(row, expected);

    // After signing up, the person has the same id as before.
    usher.sign_up_by_invitation(&invited, &usher.mail(&invited, 1).await.hash()).await.expect(200);
    let row = client.listed(&client.members(), &invited).await.unwrap();
    assert_eq!((&row["id"], &row["status"], &row["emailConfirmed"]), (&json!(id), &json!("Active"), &json!(true)));
    let founder = client.listed(&client.members(), &client.ada.email).await.unwrap();
    assert_eq!((&founder["roleName"], &founder["status"]), (&json!("Administrator"), &json!("Active")));
}

#[tokio::test]
async fn the_tenants_list_has_its_users_and_all_invited_people() {
    let client = Client::new(&[]).await;
    let usher = &client.usher;
    let path = format!("{TENANT}/allusers");
    let member = usher.member(&client.ada.token, &client.workspace, "member", "ADMIN").await;
    let (company, workspace) = (usher.address("company"), usher.address("workspace"));
    client.to_tenant(&[(&company, "Creator")]).await.expect(200);
    client.to_workspace(&[(&workspace, "Viewer")]).await.expect(200);
    for (email, role, status) in [
        (&client.ada.email, "Administrator", "Active"),
        (&member.email, "Viewer", "Active"),
        (&company, "Creator", "Inactive"),
        (&workspace, "Viewer", "Inactive"),
    ] {
        let row = client.listed(&path, email).await.unwrap();
        assert_eq!((&row["roleName"], &row["status"]), (&json!(role), &json!(status)), "{row}");
        assert_eq!(row["emailConfirmed"], status == "Active");
    }
    let all = usher.get(&path, &client.token).await.expect(200).json();
    assert_eq!(all.as_array().map(Vec::len), Some(4), "{all}");
}

#[tokio::test]
async fn a_person_invited_through_one_contract_is_listed_by_the_others() {
    let client = Client::new(&[]).await;
    let usher = &client.usher;
    let (here, there) = (usher.address("here"), usher.address("there"));
    client.to_workspace(&[(&here, "Creator")]).await.expect(200);
    usher.invite(&client.ada.token, &client.workspace, &[(&there, "EDITOR")]).await.expect(200);
    let team = usher.team(&client.ada.token).await;
    assert_eq!((team[&here].as_str(), team[&there].as_str()), ("INVITED", "INVITED"));
    assert_eq!(client.listed(&client.members(), &there).await.unwrap()["roleName"], "Reviewer");
}
