//! A company with a workspace. Most tests of our own API begin with a company and a workspace.

use serde_json::{Value, json};

use crate::{Account, Answer, Endpoint, Need};

/// A service with one company, the company's founder, and the founder's workspace.
pub struct World {
    /// The service that the test calls.
    pub usher: Endpoint,
    /// The founder of the company, who created the workspace.
    pub ada: Account,
    /// The id of the founder's workspace.
    pub workspace: String,
}

impl World {
    /// Makes a company with a workspace on the service that the tests call.
    pub async fn start() -> Self {
        Self::on(Endpoint::start().await).await
    }

    /// Makes a company with a workspace, for a test with the given needs.
    pub async fn with(needs: &[Need]) -> Self {
        Self::on(Endpoint::with(needs).await).await
    }

    /// Makes a company with a workspace on a service with the given parameters.
    pub async fn new(parameters: &[(&str, &str)]) -> Self {
        Self::on(Endpoint::own(parameters).await).await
    }

    /// Makes a company with a workspace on the given service.
    pub async fn on(usher: Endpoint) -> Self {
        let ada = usher.founder("ada").await;
        let workspace = usher.workspace(&ada.token, "Project Alpha").await;
        Self { usher, ada, workspace }
    }

    /// The path of a resource under `/api/v1/workspaces/{workspaceId}/`.
    pub fn path(&self, rest: &str) -> String {
        format!("/api/v1/workspaces/{}/{rest}", self.workspace)
    }

    /// Sends a GET for a resource of the workspace, as the founder.
    pub async fn get(&self, token: &str, rest: &str) -> Answer {
        self.usher.get(&self.path(rest), token).await
    }

    /// Sends a request for a resource of the workspace, as the founder.
    pub async fn send(&self, method: &str, token: &str, rest: &str, body: Option<Value>) -> Answer {
        self.usher.send(method, &self.path(rest), Some(token), body).await
    }

    /// Invites a person to the workspace. Returns the invited person's address, which is made of the given name, and
    /// the invitation's id.
    pub async fn invited(&self, token: &str, name: &str, role: &str) -> (String, String) {
        let email = self.usher.address(name);
        let answer = self.usher.invite(token, &self.workspace, &[(&email, role)]).await.expect(200).json();
        let id = answer["results"][0]["invitationId"].as_str().expect("an id").to_owned();
        (email, id)
    }

    /// Invites a person to the workspace, signs the person up by the mailed link, and logs the person in.
    pub async fn member(&self, name: &str, role: &str) -> Account {
        self.usher.member(&self.ada.token, &self.workspace, name, role).await
    }

    /// The user id of a member of the workspace.
    pub async fn user_id(&self, email: &str) -> String {
        let members = self.usher.all_pages(&self.path("members"), &self.ada.token, 100).await;
        let member = members.iter().find(|member| member["email"] == email).expect("a member");
        member["userId"].as_str().expect("an id").to_owned()
    }

    /// Gives a member of the workspace another role.
    pub async fn change(&self, token: &str, user: &str, role: &str) -> Answer {
        self.send("PATCH", token, &format!("members/{user}"), Some(json!({ "role": role }))).await
    }

    /// Removes a member from the workspace.
    pub async fn remove(&self, token: &str, user: &str) -> Answer {
        self.send("DELETE", token, &format!("members/{user}"), None).await
    }

    /// Revokes an invitation to the workspace.
    pub async fn revoke(&self, token: &str, id: &str) -> Answer {
        self.send("DELETE", token, &format!("invitations/{id}"), None).await
    }

    /// Resends an invitation to the workspace.
    pub async fn resend(&self, token: &str, id: &str) -> Answer {
        self.send("POST", token, &format!("invitations/{id}/resend"), None).await
    }

    /// The status of an invitation to the workspace.
    pub async fn status(&self, id: &str) -> String {
        let invitation = self.get(&self.ada.token, &format!("invitations/{id}")).await.expect(200).json();
        invitation["status"].as_str().expect("a status").to_owned()
    }
}
