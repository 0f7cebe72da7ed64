//! Tests of SmartDocumentor's contract: /connect/token and the routes under /api/v1.0/external.

mod company_invitations;
mod invite_users;
mod refusals;
mod token;
mod users;
mod workspaces;

use serde_json::{Value, json};
use tests::{Account, Answer, Endpoint};

const TENANT: &str = "/api/v1.0/external/tenant";
const SDWORKSPACE: &str = "/api/v1.0/external/sdworkspace";

/// A company with one workspace, and a client (a service account) that is an admin of the company.
struct Client {
    usher: Endpoint,
    ada: Account,
    workspace: String,
    number: u64,
    id: String,
    secret: String,
    token: String,
}

impl Client {
    async fn new(parameters: &[(&str, &str)]) -> Self {
        let usher = if parameters.is_empty() { Endpoint::start().await } else { Endpoint::own(parameters).await };
        let ada = usher.founder("ada").await;
        let workspace = usher.workspace(&ada.token, "Project Alpha").await;
        let number = usher.workspace_number(&ada.token, "Project Alpha").await;
        let body = json!({ "name": "client", "role": "ACCOUNT_ADMIN" });
        let made = usher.post("/idp/api/v1/company/serviceAccount", &ada.token, body).await.expect(200).json();
        let (id, secret) = (text(&made, "id"), text(&made, "token"));
        let token = text(&usher.client_token(&id, &secret).await.expect(200).json(), "access_token");
        Self { usher, ada, workspace, number, id, secret, token }
    }

    /// Invites people by `(address, role)` to the whole company.
    async fn to_tenant(&self, people: &[(&str, &str)]) -> Answer {
        self.usher.post(&format!("{TENANT}/inviteusers"), &self.token, json!({ "users": users(people) })).await
    }

    /// Invites people by `(address, role)` to the workspace.
    async fn to_workspace(&self, people: &[(&str, &str)]) -> Answer {
        let body = json!({ "workspaceId": self.number, "users": users(people) });
        self.usher.post(&format!("{SDWORKSPACE}/inviteusers"), &self.token, body).await
    }

    /// The entry of a person in a list of users, by the person's address.
    async fn listed(&self, path: &str, email: &str) -> Option<Value> {
        let list = self.usher.get(path, &self.token).await.expect(200).json();
        list.as_array().unwrap().iter().find(|row| row["email"] == email).cloned()
    }

    /// The people of the workspace.
    fn members(&self) -> String {
        format!("{SDWORKSPACE}/allusers/{}", self.number)
    }
}

fn users(people: &[(&str, &str)]) -> Value {
    people.iter().map(|(email, role)| json!({ "email": email, "roleName": role })).collect()
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}
