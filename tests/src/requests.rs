//! Requests that many tests send.

use serde_json::{Value, json};

use crate::{Answer, Endpoint};

impl Endpoint {
    /// Sends the given inviting request to the route of our own API for inviting people.
    pub async fn post_invitations(&self, token: &str, workspace: &str, body: Value) -> Answer {
        self.post(&format!("/api/v1/workspaces/{workspace}/invitations"), token, body).await
    }

    /// Sends the given inviting request to the route of our own API, with the header Idempotency-Key.
    pub async fn invite_with_key(&self, token: &str, workspace: &str, key: &str, body: Value) -> Answer {
        let request = self.request("POST", &format!("/api/v1/workspaces/{workspace}/invitations")).bearer_auth(token);
        self.read(request.header("idempotency-key", key).json(&body)).await
    }

    /// Sends the given inviting request to the route of DataGOL's contract for inviting people.
    pub async fn post_bulk_users(&self, token: &str, workspace: &str, body: Value) -> Answer {
        self.post(&format!("/noCo/api/v2/workspaces/{workspace}/bulkUsers"), token, body).await
    }

    /// Fetches the page behind a mailed link.
    pub async fn registration_page(&self, hash: &str) -> Answer {
        self.read(self.request("GET", "/register").query(&[("hash", hash), ("type", "WORK_SPACE")])).await
    }

    /// Accepts an invitation with an existing account.
    pub async fn accept(&self, token: &str, hash: &str) -> Answer {
        self.post("/api/v1/invitations/accept", token, json!({ "hash": hash })).await
    }

    /// All items of a list of our own API, which the test reads page by page.
    pub async fn all_pages(&self, path: &str, token: &str, limit: usize) -> Vec<Value> {
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
