//! Requests of our own surface, `/api/v1`.

use serde_json::{Value, json};

use crate::{Answer, Endpoint, Founder};

/// A company with a workspace, and its founder.
pub struct World {
    /// The service.
    pub usher: Endpoint,
    /// Who founded the company and made the workspace.
    pub ada: Founder,
    /// The workspace's id.
    pub workspace: String,
}

impl World {
    /// A new one, on a stack with these parameters.
    pub async fn with(parameters: &[(&str, &str)]) -> Self {
        let usher = Endpoint::own(parameters).await;
        let ada = usher.founder("ada").await;
        let workspace = usher.workspace(&ada.token, "Project Alpha").await;
        Self { usher, ada, workspace }
    }

    /// What is under `/api/v1/workspaces/{workspaceId}/`.
    pub fn path(&self, rest: &str) -> String {
        format!("/api/v1/workspaces/{}/{rest}", self.workspace)
    }

    /// GET of what is under the workspace.
    pub async fn get(&self, token: &str, rest: &str) -> Answer {
        self.usher.get(&self.path(rest), token).await
    }

    /// A request to what is under the workspace.
    pub async fn send(&self, method: &str, token: &str, rest: &str, body: Option<Value>) -> Answer {
        self.usher.send(method, &self.path(rest), Some(token), body).await
    }

    /// The workspace invites somebody by name; answers the address and the invitation's id.
    pub async fn invited(&self, token: &str, name: &str, role: &str) -> (String, String) {
        let email = self.usher.address(name);
        let answer = self.usher.invite(token, &self.workspace, &[(&email, role)]).await.expect(200).json();
        let id = answer["results"][0]["invitationId"].as_str().expect("an id").to_owned();
        (email, id)
    }

    /// Somebody who is invited, follows the mail and signs up.
    pub async fn member(&self, name: &str, role: &str) -> Founder {
        self.usher.member(&self.ada.token, &self.workspace, name, role).await
    }

    /// A member's user id.
    pub async fn user_id(&self, email: &str) -> String {
        let members = self.usher.walk(&self.path("members"), &self.ada.token, 100).await;
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

    /// What has become of an invitation.
    pub async fn status(&self, id: &str) -> String {
        let invitation = self.get(&self.ada.token, &format!("invitations/{id}")).await.expect(200).json();
        invitation["status"].as_str().expect("a status").to_owned()
    }
}

impl Endpoint {
    /// All items of a paged list, page by page.
    pub async fn walk(&self, path: &str, token: &str, limit: usize) -> Vec<Value> {
        let mut items = Vec::new();
        let mut cursor = None;
        loop {
            let mut request = self.request("GET", path).bearer_auth(token).query(&[("limit", limit.to_string())]);
            if let Some(cursor) = &cursor {
                request = request.query(&[("cursor", cursor)]);
            }
            let page = self.read(request).await.expect(200).json();
            let new = page["items"].as_array().expect("items").clone();
            assert!(new.len() <= limit, "{} of {limit}", new.len());
            items.extend(new);
            match page["nextCursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return items,
            }
        }
    }
}
