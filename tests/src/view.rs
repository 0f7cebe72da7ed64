//! What can be seen of the service from outside: results, memberships, mails, and what the local stack tells.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{Answer, Endpoint, eventually};

/// The functions that mail what was queued: which of them comes first is chance.
pub const DELIVERERS: [&str; 2] = ["deliver-invitations", "sweep-undelivered"];

/// How long a deliverer's lease on an item lasts, in seconds, and one more.
pub const LEASE: i64 = 301;

impl Answer {
    /// What each row of an inviting request came to, in order.
    pub fn rows(&self) -> Vec<String> {
        let results = self.json()["results"].as_array().cloned().unwrap_or_default();
        results.iter().map(|row| row["status"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

impl Endpoint {
    /// POST of an inviting request's body.
    pub async fn bulk(&self, token: &str, workspace: &str, body: Value) -> Answer {
        self.post(&format!("/noCo/api/v2/workspaces/{workspace}/bulkUsers"), token, body).await
    }

    /// The page behind a mailed link.
    pub async fn page(&self, hash: &str) -> Answer {
        self.read(self.request("GET", "/register").query(&[("hash", hash), ("type", "WORK_SPACE")])).await
    }

    /// Accepts an invitation with an account.
    pub async fn accept(&self, token: &str, hash: &str) -> Answer {
        self.post("/api/v1/invitations/accept", token, json!({ "hash": hash })).await
    }

    /// The caller's role in a workspace, if they can reach it.
    pub async fn role(&self, token: &str, workspace: &str) -> Option<String> {
        let workspaces = self.get("/idp/api/v1/user", token).await.expect(200).json()["workspaces"].clone();
        let workspace = workspaces.as_array()?.iter().find(|entry| entry["workspaceId"] == workspace)?.clone();
        workspace["role"].as_str().map(str::to_owned)
    }

    /// The company's people: each address with its status, `ACTIVE` or `INVITED`.
    pub async fn team(&self, token: &str) -> BTreeMap<String, String> {
        let team = self.get("/idp/api/v1/team", token).await.expect(200).json();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let people = team.as_array().cloned().unwrap_or_default();
        people.iter().map(|person| (text(&person["email"]), text(&person["status"]))).collect()
    }

    /// To whom mails went so far, oldest first.
    pub async fn recipients(&self) -> Vec<String> {
        let mails = self.send("GET", "/_aws/ses", None, None).await.expect(200).json();
        let mails = mails["messages"].as_array().cloned().unwrap_or_default();
        let to = |mail: &Value| mail["Destination"]["ToAddresses"][0].as_str().unwrap_or_default().to_owned();
        mails.iter().map(to).collect()
    }

    /// Waits until SES has taken so many mails in all.
    pub async fn mails_in_all(&self, count: u64) {
        eventually(&format!("{count} mails"), async || {
            let account = self.send("GET", "/v2/email/account", None, None).await.expect(200).json();
            (account["SendQuota"]["SentLast24Hours"].as_u64() >= Some(count)).then_some(())
        })
        .await;
    }

    /// The function of this name is invoked, and its answer read.
    pub async fn invoke(&self, function: &str) -> Value {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        self.post_open(&path, json!({})).await.expect(200).json()
    }

    /// Mails everything that is still to be mailed: when nobody is at work all leases end, and a sweep finds what is left.
    /// What has no mail after this never gets one.
    pub async fn mail_all(&self) {
        self.wait_until_idle().await;
        self.advance(LEASE).await;
        self.invoke("sweep-undelivered").await;
        // The stack's own sweep may have been first.
        self.wait_until_idle().await;
    }

    /// The faults still to happen.
    pub async fn faults_left(&self) -> Vec<Value> {
        let left = self.send("GET", "/_local/faults", None, None).await.expect(200).json();
        left["faults"].as_array().cloned().unwrap_or_default()
    }

    /// Waits until fewer than `count` faults are left.
    pub async fn faults_below(&self, count: usize) {
        let look = async || (self.faults_left().await.len() < count).then_some(());
        eventually(&format!("fewer than {count} faults"), look).await;
    }

    /// Has nothing fail any more.
    pub async fn clear_faults(&self) {
        let answer = self.send("DELETE", "/_local/faults", None, None).await;
        assert!(answer.status.is_success(), "{}", answer.text);
    }
}
