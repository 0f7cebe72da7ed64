//! Requests of Dock's contract, as Dock's clients send the requests.

use serde_json::Value;

use crate::Endpoint;

impl Endpoint {
    /// Sends a POST to a path under `/v1`, and returns the field `data` of the answer.
    pub async fn dock_post(&self, token: &str, path: &str, body: Value) -> Value {
        self.post(&format!("/v1/{path}"), token, body).await.expect(200).json()["data"].clone()
    }

    /// Sends a GET to a path under `/v1`, and returns the field `data` of the answer.
    pub async fn dock_get(&self, token: &str, path: &str) -> Value {
        self.get(&format!("/v1/{path}"), token).await.expect(200).json()["data"].clone()
    }

    /// Sends a PATCH to a path under `/v1`.
    pub async fn dock_patch(&self, token: &str, path: &str, body: Value) -> crate::Answer {
        self.send("PATCH", &format!("/v1/{path}"), Some(token), Some(body)).await
    }

    /// The id that a workspace has in Dock's contract. The test gives the workspace by the workspace's id in DataGOL's
    /// contract, and finds it in Dock's list by the workspace's name.
    pub async fn short_id(&self, token: &str, id: &str) -> String {
        let name = self.get(&format!("/noCo/api/v2/workspaces/{id}"), token).await.expect(200).json()["name"].clone();
        let workspaces = self.dock_get(token, "workspaces?properties=name&limit=100").await["workspaces"].clone();
        let workspaces = workspaces.as_array().cloned().unwrap_or_default();
        let found = workspaces.iter().find(|workspace| workspace["name"] == name).expect("the workspace is listed");
        found["id"].as_str().expect("an id").to_owned()
    }

    /// The workspace user with the given address in Dock's list. The value is null if Dock's list has no user with this
    /// address.
    pub async fn workspace_user(&self, token: &str, workspace: &str, email: &str) -> Value {
        let path = format!("workspace-users?workspaceId={workspace}&limit=100");
        let users = self.dock_get(token, &path).await["workspaceUsers"].clone();
        let users = users.as_array().cloned().unwrap_or_default();
        users.into_iter().find(|one| one["user"]["email"] == email).unwrap_or_default()
    }
}
