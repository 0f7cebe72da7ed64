//! A company with a workspace, which most tests of our own API are about.

use serde_json::{Value, json};

use crate::{Account, Answer, Endpoint};

/// A service with a company, its founder and its workspace.
pub struct World {
    /// The service.
    pub usher: Endpoint,
    /// The founder of the company, who created the workspace.
    pub ada: Account,
    /// The workspace's id.
    pub workspace: String,
}

impl World {
    /// A world on a stack of its own, with these parameters.
    pub async fn new(parameters: &[(&str, &str)]) -> Self {
        let usher = Endpoint::own(parameters).await;
        let ada = usher.founder("ada").await;
        let workspace = usher.workspace(&ada.token, "Project Alpha").await;
        Self { usher, ada, workspace }
    }

    /// The path of a resource under `/api/v1/workspaces/{workspaceId}/`.
    pub fn path(&self, rest: &str) -> String {
        format!("/api/v1/workspaces/{}/{rest}", self.workspace)
    }

    /// GET of a resource of the workspace.
    pub async fn get(&self, token: &str, rest: &str) -> Answer {
        self.usher.get(&self.path(rest), token).await
    }

    /// A request to a resource of the workspace.
    pub async fn send(&self, method: &str, token: &str, rest: &str, body: Option<Value>) -> Answer {
        self.usher.send(method, &self.path(rest), Some(token), body).await
    }

    /// Invites somebody to the workspace. Returns the address, which is made of the name, and the invitation's id.
    pub async fn invited(&self, token: &str, name: &str, role: &str) -> (String, String) {
        let email = self.usher.address(name);
        let answer = self.usher.invite(token, &self.workspace, &[(&email, role)]).await.expect(200).json();
        let id = answer["results"][0]["invitationId"].as_str().expect("an id").to_owned();
        (email, id)
    }

    /// Invites somebody to the workspace, signs them up by the mailed link, and logs them in.
    pub async fn member(&self, name: &str, role: &str) -> Account {
        self.usher.member(&self.ada.token, &self.workspace, name, role).await
    }

    /// A member's user id.
    pub async fn user_id(&self, email: &str) -> String {
        let members = self.usher.all_pages(&self.path("members"), &self.ada.token, 100).await;
        let member = members.iter().find(|member| member["email"] == email).expect("a member");
        member["userId"].as_str().expect("an id").to_owned()
    }

    /// Gives a member another role.
    pub async fn change(&self, token: &str, user: &str, role: &str) -> Answer {
        self.send("PATCH", token, &format!("members/{user}"), Some(json!({ "role": role }))).await
    }

    /// Removes a member.
    pub async fn remove(&self, token: &str, user: &str) -> Answer {
        self.send("DELETE", token, &format!("members/{user}"), None).await
    }

    /// Revokes an invitation.
    pub async fn revoke(&self, token: &str, id: &str) -> Answer {
        self.send("DELETE", token, &format!("invitations/{id}"), None).await
    }

    /// Resends an invitation.
    pub async fn resend(&self, token: &str, id: &str) -> Answer {
        self.send("POST", token, &format!("invitations/{id}/resend"), None).await
    }

    /// The status of an invitation.
    pub async fn status(&self, id: &str) -> String {
        let invitation = self.get(&self.ada.token, &format!("invitations/{id}")).await.expect(200).json();
        invitation["status"].as_str().expect("a status").to_owned()
    }
}
