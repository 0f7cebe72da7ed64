//! People who sign up, invite, and are invited.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{Answer, Endpoint};

/// The sample password of DataGOL's document.
pub const PASSWORD: &str = "Demo12#$";

/// An account that is logged in.
#[derive(Debug, Clone)]
pub struct Account {
    /// The address.
    pub email: String,
    /// An access token.
    pub token: String,
}

impl Endpoint {
    /// Signs somebody up without an invitation, verifies the code of the mail, and logs in. The account has a company of its
    /// own.
    pub async fn founder(&self, name: &str) -> Account {
        let email = self.address(name);
        let body = json!({
            "email": email, "password": PASSWORD, "firstname": "Ada", "lastname": "Founder",
            "companyName": format!("{name} Ltd"),
        });
        self.post_open("/idp/api/v1/user/sign-up", body).await.expect(200);
        let otp = self.mail(&email, 1).await.code();
        let body = json!({ "email": email, "otp": otp });
        self.post_open("/idp/api/v1/user/signUp/verifyEmailOtp", body).await.expect(200);
        let token = self.token(&email).await;
        Account { email, token }
    }

    /// An access token for an address, with the usual password.
    pub async fn token(&self, email: &str) -> String {
        let body = json!({ "email": email, "password": PASSWORD });
        let answer = self.post_open("/idp/api/v1/user/token", body).await.expect(200);
        answer.json()["token"].as_str().expect("a token").to_owned()
    }

    /// Creates a workspace and returns its id.
    pub async fn workspace(&self, token: &str, name: &str) -> String {
        let answer = self.post("/noCo/api/v2/workspaces", token, json!({ "name": name })).await.expect(200);
        answer.json()["id"].as_str().expect("an id").to_owned()
    }

    /// Stores a mail template and returns its id.
    pub async fn mail_template(&self, token: &str, subject: &str) -> String {
        let body = json!({
            "name": "Welcome", "subject": subject, "text": "Dear {{userName}}, go to {{link}} .",
            "html": "<p>Dear {{userName}}, <a href=\"{{link}}\">go</a>.</p>",
        });
        let stored = self.post("/api/v1/company/mail-templates", token, body).await.expect(201);
        stored.json()["id"].as_str().expect("an id").to_owned()
    }

    /// Requests an access token with client credentials.
    pub async fn client_token(&self, id: &str, secret: &str) -> Answer {
        let form =
            [("grant_type", "client_credentials"), ("scope", "WebAPI"), ("client_id", id), ("client_secret", secret)];
        self.read(self.request("POST", "/connect/token").form(&form)).await
    }

    /// The integer id of a workspace that the caller can reach, by the workspace's name.
    pub async fn workspace_number(&self, token: &str, name: &str) -> u64 {
        let path = "/api/v1.0/external/sdworkspace/CurrentWorkspaces";
        let workspaces = self.get(path, token).await.expect(200).json();
        let workspaces = workspaces.as_array().cloned().unwrap_or_default();
        let workspace = workspaces.iter().find(|workspace| workspace["workspaceName"] == name);
        workspace.and_then(|workspace| workspace["workspaceId"].as_u64()).expect("a workspace of that name")
    }

    /// Invites people by `(address, role)`.
    pub async fn invite(&self, token: &str, workspace: &str, people: &[(&str, &str)]) -> Answer {
        let users: Vec<Value> = people.iter().map(|(email, role)| json!({ "email": email, "role": role })).collect();
        self.post_bulk_users(token, workspace, json!({ "workSpaceUsers": users })).await
    }

    /// Signs up with the hash of an invitation.
    pub async fn sign_up_by_invitation(&self, email: &str, hash: &str) -> Answer {
        let body = json!({
            "email": email, "password": PASSWORD, "firstname": "Grace", "lastname": "Guest", "hash": hash,
        });
        self.post_open("/idp/api/v1/user/sign-up", body).await
    }

    /// Invites somebody to a workspace, signs them up by the mailed link, and logs them in.
    pub async fn member(&self, token: &str, workspace: &str, name: &str, role: &str) -> Account {
        let email = self.address(name);
        self.invite(token, workspace, &[(&email, role)]).await.expect(200);
        let hash = self.mail(&email, 1).await.hash();
        self.sign_up_by_invitation(&email, &hash).await.expect(200);
        let token = self.token(&email).await;
        Account { email, token }
    }

    /// The caller's role in a workspace. `None` if the caller cannot reach the workspace.
    pub async fn role(&self, token: &str, workspace: &str) -> Option<String> {
        let workspaces = self.get("/idp/api/v1/user", token).await.expect(200).json()["workspaces"].clone();
        let workspace = workspaces.as_array()?.iter().find(|entry| entry["workspaceId"] == workspace)?.clone();
        workspace["role"].as_str().map(str::to_owned)
    }

    /// The people of the caller's company: each address with its status, `ACTIVE` or `INVITED`.
    pub async fn team(&self, token: &str) -> BTreeMap<String, String> {
        let team = self.get("/idp/api/v1/team", token).await.expect(200).json();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let people = team.as_array().cloned().unwrap_or_default();
        people.iter().map(|person| (text(&person["email"]), text(&person["status"]))).collect()
    }
}
