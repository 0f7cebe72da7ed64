//! A workspace to which Hexabase's routes add users.

use serde_json::{Value, json};
use tests::{Account, Endpoint};

pub(super) const LOGIN: &str = "/api/v0/login";

/// A workspace, its administrator and its topmost group.
pub(super) struct World {
    pub(super) usher: Endpoint,
    pub(super) ada: Account,
    pub(super) workspace: String,
    pub(super) top: String,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::on(Endpoint::start().await).await
    }

    pub(super) async fn on(usher: Endpoint) -> Self {
        let ada = usher.founder("ada").await;
        let workspace = usher.workspace(&ada.token, "Project Alpha").await;
        let top = usher.top_group(&ada.token).await;
        Self { usher, ada, workspace, top }
    }

    pub(super) fn path(&self) -> String {
        format!("/api/v0/workspaces/{}/users", self.workspace)
    }

    pub(super) async fn add(&self, users: Value) -> Value {
        self.usher.post(&self.path(), &self.ada.token, json!({ "users": users })).await.expect(200).json()
    }

    /// Adds one user to the workspace. The request must succeed.
    pub(super) async fn added(&self, email: &str, with: Value) -> Value {
        let mut user = json!({ "email": email, "g_id": self.top });
        for (name, value) in with.as_object().unwrap() {
            user[name] = value.clone();
        }
        let answer = self.add(json!([user])).await;
        assert_eq!(answer["errors"], json!(null), "{answer}");
        answer["result"][0].clone()
    }

    /// Tries to add one user, who must be refused. Returns the reason for the refusal.
    pub(super) async fn refusal(&self, email: &str, with: Value) -> Value {
        let mut user = json!({ "email": email, "g_id": self.top });
        for (name, value) in with.as_object().unwrap() {
            user[name] = value.clone();
        }
        let answer = self.add(json!([user])).await;
        assert_eq!(answer["result"], json!([]), "{answer}");
        answer["errors"][0].clone()
    }

    pub(super) async fn mail_again(&self, users: Value) -> Value {
        self.usher.post("/api/v0/userinvite", &self.ada.token, json!({ "users": users })).await.expect(200).json()
    }

    pub(super) async fn log_in(&self, body: Value) -> Value {
        self.usher.post_open(LOGIN, body).await.expect(200).json()
    }
}
