//! People who sign up, invite, and are invited.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{Answer, Endpoint};

/// The password in the examples of DataGOL's document.
pub const PASSWORD: &str = "Demo12#$";

/// A user account that is logged in.
#[derive(Debug, Clone)]
pub struct Account {
    /// The e-mail address of the account.
    pub email: String,
    /// An access token of the account.
    pub token: String,
}

impl Endpoint {
    /// Signs a person up without an invitation, verifies the one-time password from the mail, and logs the person in.
    /// The person who signed up has founded a company.
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

    /// Logs a person in with the tests' usual password, and returns an access token.
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

    /// Requests an access token for a service account with client credentials.
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

    /// Invites people to a workspace. Each person is given as `(address, role)`.
    pub async fn invite(&self, token: &str, workspace: &str, people: &[(&str, &str)]) -> Answer {
        let users: Vec<Value> = people.iter().map(|(email, role)| json!({ "email": email, "role": role })).collect();
        self.post_bulk_users(token, workspace, json!({ "workSpaceUsers": users })).await
    }

    /// Signs a person up with the hash of an invitation's link.
    pub async fn sign_up_by_invitation(&self, email: &str, hash: &str) -> Answer {
        let body = json!({
            "email": email, "password": PASSWORD, "firstname": "Grace", "lastname": "Guest", "hash": hash,
        });
        self.post_open("/idp/api/v1/user/sign-up", body).await
    }

    /// Invites a person to a workspace, signs the person up by the mailed link, and logs the person in.
    pub async fn member(&self, token: &str, workspace: &str, name: &str, role: &str) -> Account {
        let email = self.address(name);
        self.invite(token, workspace, &[(&email, role)]).await.expect(200);
        let hash = self.mail(&email, 1).await.hash();
        self.sign_up_by_invitation(&email, &hash).await.expect(200);
        let token = self.token(&email).await;
        Account { email, token }
    }

    /// The caller's role in a workspace. The role is `None` if the caller can't reach the workspace.
    pub async fn role(&self, token: &str, workspace: &str) -> Option<String> {
        let workspaces = self.get("/idp/api/v1/user", token).await.expect(200).json()["workspaces"].clone();
        let workspace = workspaces.as_array()?.iter().find(|entry| entry["workspaceId"] == workspace)?.clone();
        workspace["role"].as_str().map(str::to_owned)
    }

    /// The people of the caller's company. Each person is an address with the status `ACTIVE` or `INVITED`.
    pub async fn team(&self, token: &str) -> BTreeMap<String, String> {
        let team = self.get("/idp/api/v1/team", token).await.expect(200).json();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let people = team.as_array().cloned().unwrap_or_default();
        people.iter().map(|person| (text(&person["email"]), text(&person["status"]))).collect()
    }
}
