//! Tests of the routes below /api/v0/groups, and of /api/v0/grouptree.

use serde_json::{Value, json};
use tests::{Account, Answer, Endpoint, HeldCall, Need};

use super::world::World;

const NOBODY: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";

impl World {
    async fn group(&self, parent: &str, name: &str) -> String {
        self.usher.group(&self.ada.token, parent, name).await
    }

    async fn create(&self, token: &str, parent: &str, body: Value) -> Answer {
        self.usher.post(&format!("/api/v0/groups/{parent}"), token, body).await
    }

    async fn delete(&self, token: &str, group: &str) -> Answer {
        self.usher.send("DELETE", &format!("/api/v0/groups/{group}"), Some(token), None).await
    }

    /// The names of the groups directly under the given group.
    async fn children(&self, group: &str) -> Vec<String> {
        let listed = self.usher.get(&format!("/api/v0/groups/{group}"), &self.ada.token).await.expect(200).json();
        let children = listed["children"].as_array().cloned().unwrap_or_default();
        assert_eq!(listed["count"], children.len());
        children.iter().map(|child| child["name"].as_str().unwrap().to_owned()).collect()
    }

    /// A member of the workspace, and the member's id in Hexabase's contract.
    async fn member(&self, name: &str, role: &str) -> (Account, String) {
        let member = self.usher.member(&self.ada.token, &self.workspace, name, role).await;
        let id = self.usher.hexabase_id(&self.ada.token, &self.workspace, &member.email).await;
        (member, id)
    }

    async fn set_admin(&self, token: &str, method: &str, group: &str, user: &str) -> Answer {
        self.usher.send(method, &format!("/api/v0/groups/{group}/admins/{user}"), Some(token), None).await
    }
}

#[tokio::test]
async fn a_workspace_has_a_top_group_from_the_start() {
    let world = World::new().await;
    let listed = world.usher.get("/api/v0/groups", &world.ada.token).await.expect(200).json();
    let group = json!({ "g_id": world.top, "group_id": "TopGroup", "name": "TopGroup", "index": 0 });
    assert_eq!(listed, json!({ "error": "", "group": group, "children": [], "count": 0 }));
    let branch = json!({
        "childGroups": [], "display_id": "TopGroup", "id": world.top, "name": "TopGroup", "show_child": false,
    });
    let tree = world.usher.get("/api/v0/grouptree", &world.ada.token).await.expect(200).json();
    assert_eq!(tree, json!({ "error": null, "result": [branch] }));
}

#[tokio::test]
async fn groups_are_created_in_groups_and_listed_oldest_first() {
    let world = World::new().await;
    let body = json!({ "name": " Sales\t& Co ", "display_id": "sales" });
    let made = world.create(&world.ada.token, &world.top, body).await.expect(200).json();
    assert_eq!(made["groupTree_datastores_res"], Value::Null);
    let made = made["group"].clone();
    let (id, key) = (made["g_id"].clone(), made["access_key"].as_str().unwrap());
    assert_eq!(key.len(), 12);
    let at: jiff::Timestamp = made["created_at"].as_str().unwrap().parse().unwrap();
    let expected = json!({
        "g_id": id, "id": id, "display_id": "sales", "access_key": key, "index": 0, "is_root": false,
        "name": "Sales & Co", "created_at": at,
    });
    assert_eq!(made, expected);
    let sales = id.as_str().unwrap();
    let emea = world.group(sales, "EMEA").await;
    let berlin = world.group(&emea, "Berlin").await;
    let research = world.group(&world.top, "Research").await;
    // Every answer about a group has the group's index among the groups of its parent group.
    let listed = async |group: &str| {
        world.usher.get(&format!("/api/v0/groups/{group}"), &world.ada.token).await.expect(200).json()
    };
    let children = listed(&world.top).await["children"].clone();
    assert_eq!((&children[0]["index"], &children[1]["index"]), (&json!(0), &json!(1)));
    for (group, index) in [(research.as_str(), 1), (sales, 0), (&emea, 0), (&world.top, 0)] {
        assert_eq!(listed(group).await["group"]["index"], index);
    }
    assert_eq!(world.children(&world.top).await, ["Sales & Co", "Research"]);
    assert_eq!(world.children(sales).await, ["EMEA"]);
    assert_eq!(world.children(&berlin).await, [""; 0]);

    let tree = world.usher.get("/api/v0/grouptree", &world.ada.token).await.expect(200).json();
    let names = |branch: &Value| -> Vec<Value> {
        branch["childGroups"].as_array().unwrap().iter().map(|child| child["name"].clone()).collect()
    };
    let top = &tree["result"][0];
    assert_eq!(names(top), ["Sales & Co", "Research"]);
    assert_eq!(names(&top["childGroups"][0]["childGroups"][0]), ["Berlin"]);
    assert_eq!(top["childGroups"][0]["show_child"], true);
    assert_eq!(top["childGroups"][1]["show_child"], false);
}

#[tokio::test]
async fn a_display_id_is_given_to_one_group_of_a_workspace_only() {
    let world = &World::on(Endpoint::start().await).await;
    let tries =
        (0..8).map(|_| world.create(&world.ada.token, &world.top, json!({ "name": "Sales", "display_id": "sales" })));
    let answers = world.usher.together(tries, HeldCall::write("create-group")).await;
    let made = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(made, 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        answer.hexabase_error(409, "DISPLAY_ID_TAKEN");
    }
    assert_eq!(world.children(&world.top).await, ["Sales"]);
    world.create(&world.ada.token, &world.top, json!({ "name": "T", "display_id": "TopGroup" })).await.expect(409);
    // Two groups of different workspaces may have the same display id.
    world.usher.workspace(&world.ada.token, "Beta").await;
}

#[tokio::test]
async fn a_malformed_group_is_refused_and_nothing_is_created() {
    let world = World::new().await;
    for body in [
        json!({}),
        json!({ "name": null }),
        json!({ "name": 7 }),
        json!({ "name": " \u{200b}" }),
        json!({ "name": "n".repeat(121) }),
        json!({ "name": "Sales", "display_id": "a b" }),
        json!({ "name": "Sales", "display_id": 7 }),
        json!([]),
    ] {
        world.create(&world.ada.token, &world.top, body).await.hexabase_error(400, "INVALID_PARAMS");
    }
    for parent in [NOBODY, "TopGroup", "17", &world.workspace] {
        world.create(&world.ada.token, parent, json!({ "name": "Sales" })).await.hexabase_error(400, "INVALID_PARAMS");
    }
    assert_eq!(world.children(&world.top).await, [""; 0]);
}

#[tokio::test]
async fn a_groups_administrator_has_authority_over_the_group_and_the_groups_under_it_only() {
    let world = World::new().await;
    let sales = world.group(&world.top, "Sales").await;
    let emea = world.group(&sales, "EMEA").await;
    let research = world.group(&world.top, "Research").await;
    let (bob, id) = world.member("bob", "VIEWER").await;
    let body = json!({ "name": "Berlin" });
    for group in [&world.top, &sales, &emea] {
        world.create(&bob.token, group, body.clone()).await.hexabase_error(403, "GROUP_ADMIN_REQUIRED");
        world.set_admin(&bob.token, "PUT", group, &id).await.hexabase_error(403, "GROUP_ADMIN_REQUIRED");
    }
    for _ in 0..2 {
        let answer = world.set_admin(&world.ada.token, "PUT", &sales, &id).await.expect(200).json();
        assert_eq!(answer, json!({ "error": null }));
    }
    for group in [&sales, &emea] {
        world.create(&bob.token, group, body.clone()).await.expect(200);
    }
    for group in [&world.top, &research] {
        world.create(&bob.token, group, body.clone()).await.hexabase_error(403, "GROUP_ADMIN_REQUIRED");
        world.delete(&bob.token, group).await.hexabase_error(403, "GROUP_ADMIN_REQUIRED");
    }
    // A group's administrator may make other users administrators of the group, and end their administration.
    let (carol, carols) = world.member("carol", "EDITOR").await;
    world.set_admin(&bob.token, "PUT", &emea, &carols).await.expect(200);
    world.create(&carol.token, &emea, body.clone()).await.expect(200);
    world.create(&carol.token, &sales, body.clone()).await.hexabase_error(403, "GROUP_ADMIN_REQUIRED");
    world.set_admin(&bob.token, "DELETE", &emea, &carols).await.expect(200);
    world.create(&carol.token, &emea, body.clone()).await.hexabase_error(403, "GROUP_ADMIN_REQUIRED");
    world.set_admin(&world.ada.token, "DELETE", &sales, &id).await.expect(200);
    world.create(&bob.token, &emea, body).await.hexabase_error(403, "GROUP_ADMIN_REQUIRED");
}

#[tokio::test]
async fn a_person_removed_from_the_workspace_administers_none_of_its_groups_any_more() {
    let world = World::new().await;
    let sales = world.group(&world.top, "Sales").await;
    let eve = world.usher.founder("eve").await;
    world.usher.invite(&world.ada.token, &world.workspace, &[(&eve.email, "VIEWER")]).await.expect(200);
    // An invited person, with an account in another company or without an account, is no member yet.
    let invited = world.usher.hexabase_id(&world.ada.token, &world.workspace, &eve.email).await;
    world.set_admin(&world.ada.token, "PUT", &sales, &invited).await.hexabase_error(400, "INVALID_PARAMS");
    world.usher.accept(&eve.token, &world.usher.mail(&eve.email, 2).await.hash()).await.expect(200);
    let id = world.usher.hexabase_id(&world.ada.token, &world.workspace, &eve.email).await;
    world.set_admin(&world.ada.token, "PUT", &sales, &id).await.expect(200);
    world.create(&eve.token, &sales, json!({ "name": "EMEA" })).await.expect(200);
    let body = json!({ "g_id": world.top, "u_id": id, "w_id": world.workspace });
    world.usher.send("DELETE", "/api/v0/users", Some(&world.ada.token), Some(body)).await.expect(200);
    world.create(&eve.token, &sales, json!({ "name": "APAC" })).await.hexabase_error(400, "INVALID_PARAMS");
}

#[tokio::test]
async fn a_group_is_deleted_only_when_it_is_empty() {
    let world = World::new().await;
    let sales = world.group(&world.top, "Sales").await;
    let emea = world.group(&sales, "EMEA").await;
    world.delete(&world.ada.token, &world.top).await.hexabase_error(409, "GROUP_NOT_EMPTY");
    world.delete(&world.ada.token, &sales).await.hexabase_error(409, "GROUP_NOT_EMPTY");
    assert_eq!(world.delete(&world.ada.token, &emea).await.expect(200).json(), json!({ "error": null }));
    world.delete(&world.ada.token, &emea).await.hexabase_error(400, "INVALID_PARAMS");
    world.create(&world.ada.token, &emea, json!({ "name": "Berlin" })).await.hexabase_error(400, "INVALID_PARAMS");
    world.delete(&world.ada.token, &sales).await.expect(200);
    assert_eq!(world.children(&world.top).await, [""; 0]);
    // The display id of a deleted group is free again.
    world.create(&world.ada.token, &world.top, json!({ "name": "S", "display_id": "s" })).await.expect(200);
}

#[tokio::test]
async fn no_group_is_made_in_one_that_is_deleted_at_the_same_time() {
    let world = &World::on(Endpoint::with(&[Need::Calls]).await).await;
    let sales = &world.group(&world.top, "Sales").await;
    let make = world.create(&world.ada.token, sales, json!({ "name": "EMEA" }));
    let delete = world.delete(&world.ada.token, sales);
    let (creation, deletion) = world.usher.overtake(make, delete, HeldCall::write("delete-group")).await;
    creation.expect(200);
    deletion.hexabase_error(409, "GROUP_NOT_EMPTY");
    assert_eq!(world.children(sales).await, ["EMEA"]);

    let research = &world.group(&world.top, "Research").await;
    let make = world.create(&world.ada.token, research, json!({ "name": "Basic" }));
    let delete = world.delete(&world.ada.token, research);
    let (deletion, creation) = world.usher.overtake(delete, make, HeldCall::write("create-group")).await;
    deletion.expect(200);
    creation.expect(400);
    assert_eq!(world.children(&world.top).await, ["Sales"]);
}

#[tokio::test]
async fn authority_takes_two_reads_in_a_tree_of_any_width_and_depth() {
    let world = World { usher: Endpoint::with(&[Need::Calls]).await, ..World::new().await };
    let ada = world.usher.founder("ada").await;
    let workspace = world.usher.workspace(&ada.token, "Project Alpha").await;
    let top = world.usher.top_group(&ada.token).await;
    let world = World { ada, workspace, top, ..world };
    let (bob, id) = world.member("bob", "VIEWER").await;
    let first = world.group(&world.top, "0").await;
    world.set_admin(&world.ada.token, "PUT", &first, &id).await.expect(200);
    for wide in 1..60 {
        world.group(&world.top, &wide.to_string()).await;
    }
    let mut deepest = first;
    for deep in 0..50 {
        deepest = world.usher.group(&bob.token, &deepest, &deep.to_string()).await;
    }
    world.usher.forget_calls().await;
    world.create(&bob.token, &deepest, json!({ "name": "deeper" })).await.expect(200);
    let calls = world.usher.calls().await["create-group"].clone();
    // Creating a group makes five calls: for the parent group, the caller's rights, a number, the new group, and the
    // new group's index.
    let expected = json!({
        "dynamodb:GetItem": 1, "dynamodb:BatchGetItem": 1, "dynamodb:UpdateItem": 1, "dynamodb:TransactWriteItems": 1,
        "dynamodb:Query": 1,
    });
    assert_eq!(calls, expected);
}

#[tokio::test]
async fn a_tree_has_two_hundred_levels_and_no_more() {
    let world = World::new().await;
    let mut deepest = world.top.clone();
    for level in 2..=200 {
        deepest = world.group(&deepest, &level.to_string()).await;
    }
    world.create(&world.ada.token, &deepest, json!({ "name": "too deep" })).await.hexabase_error(400, "INVALID_PARAMS");
    let tree = world.usher.get("/api/v0/grouptree", &world.ada.token).await.expect(200);
    assert_eq!(tree.text.matches("childGroups").count(), 200);
}

#[tokio::test]
async fn another_companys_groups_are_not_found() {
    let world = World::new().await;
    let eve = world.usher.founder("eve").await;
    world.usher.get("/api/v0/groups", &eve.token).await.hexabase_error(400, "INVALID_PARAMS");
    world.usher.get("/api/v0/grouptree", &eve.token).await.hexabase_error(400, "INVALID_PARAMS");
    world.usher.workspace(&eve.token, "Theirs").await;
    let (_, id) = world.member("bob", "VIEWER").await;
    for path in [format!("groups/{}", world.top), format!("groups/{}/users", world.top)] {
        world.usher.get(&format!("/api/v0/{path}"), &eve.token).await.hexabase_error(400, "INVALID_PARAMS");
    }
    // A user who belongs to one workspace only can't administer a group of another workspace.
    let own = world.usher.top_group(&eve.token).await;
    world.set_admin(&eve.token, "PUT", &own, &id).await.hexabase_error(400, "INVALID_PARAMS");
}
