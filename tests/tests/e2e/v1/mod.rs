//! Tests of Dock's contract: the routes under `/v1`.

mod access;
mod rate_limit;
mod users;
mod workspace_domains;
mod workspace_users;
mod workspaces;

use serde_json::{Value, json};
use tests::{Account, Endpoint, Need};

/// A company with a workspace, whose ids in Dock's contract and in DataGOL's contract are known.
struct World {
    usher: Endpoint,
    ada: Account,
    id: String,
    workspace: String,
}

impl World {
    async fn new() -> Self {
        Self::with(&[]).await
    }

    async fn with(needs: &[Need]) -> Self {
        let usher = Endpoint::with(needs).await;
        let ada = usher.founder("ada").await;
        let id = usher.workspace(&ada.token, "Project Alpha").await;
        let workspace = usher.short_id(&ada.token, &id).await;
        Self { usher, ada, id, workspace }
    }

    /// Adds a person through Dock's contract, and returns the workspace user.
    async fn add(&self, email: &str, role: &str) -> Value {
        let body = json!({ "email": email, "role": role, "workspaceId": self.workspace });
        self.usher.dock_post(&self.ada.token, "workspace-users", body).await["workspaceUser"].clone()
    }

    /// The role and address of each person in the workspace, in order.
    async fn people(&self) -> Vec<(String, String)> {
        let path = format!("workspace-users?workspaceId={}&limit=100", self.workspace);
        let users = self.usher.dock_get(&self.ada.token, &path).await["workspaceUsers"].clone();
        let users = users.as_array().unwrap().iter();
        users.map(|one| (text(&one["user"]["email"]), text(&one["role"]))).collect()
    }

    async fn id_of(&self, email: &str) -> String {
        text(&self.usher.workspace_user(&self.ada.token, &self.workspace, email).await["id"])
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Signs a person up with the given address and without an invitation, and verifies the address.
async fn found(usher: &Endpoint, email: &str) -> String {
    let body = json!({ "email": email, "password": tests::PASSWORD, "firstname": "Dora", "lastname": "Domain" });
    usher.post_open("/idp/api/v1/user/sign-up", body).await.expect(200);
    let otp = usher.mail(email, 1).await.code();
    let body = json!({ "email": email, "otp": otp });
    usher.post_open("/idp/api/v1/user/signUp/verifyEmailOtp", body).await.expect(200);
    usher.token(email).await
}
