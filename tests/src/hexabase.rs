//! Requests of Hexabase's contract, as Hexabase's clients send them.

use serde_json::{Value, json};

use crate::Endpoint;

impl Endpoint {
    /// The topmost group of the caller's current workspace.
    pub async fn top_group(&self, token: &str) -> String {
        let listed = self.get("/api/v0/groups", token).await.expect(200).json();
        listed["group"]["g_id"].as_str().expect("an id").to_owned()
    }

    /// Creates a group inside another group, and returns the new group's id.
    pub async fn group(&self, token: &str, parent: &str, name: &str) -> String {
        let path = format!("/api/v0/groups/{parent}");
        let made = self.post(&path, token, json!({ "name": name })).await.expect(200).json();
        made["group"]["g_id"].as_str().expect("an id").to_owned()
    }

    /// The members and the pending invitations of a workspace, as Hexabase's contract lists them.
    pub async fn hexabase_members(&self, token: &str, workspace: &str) -> Vec<Value> {
        let path = format!("/api/v0/workspaces/{workspace}/users");
        let listed = self.get(&path, token).await.expect(200).json();
        listed["members"].as_array().cloned().unwrap_or_default()
    }

    /// The id that a member or an invited person of a workspace has in Hexabase's contract.
    pub async fn hexabase_id(&self, token: &str, workspace: &str, email: &str) -> String {
        let members = self.hexabase_members(token, workspace).await;
        let member = members.iter().find(|member| member["email"] == email).expect("a listed person");
        member["u_id"].as_str().expect("an id").to_owned()
    }
}
