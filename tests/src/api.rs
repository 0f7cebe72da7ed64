//! Requests of our own surface.

use serde_json::{Value, json};

use crate::{Answer, Endpoint};

impl Endpoint {
    /// POST of an inviting request's body.
    pub async fn invitations(&self, token: &str, workspace: &str, body: Value) -> Answer {
        self.post(&format!("/api/v1/workspaces/{workspace}/invitations"), token, body).await
    }

    /// The same with an Idempotency-Key.
    pub async fn named(&self, token: &str, workspace: &str, key: &str, body: Value) -> Answer {
        let request = self.request("POST", &format!("/api/v1/workspaces/{workspace}/invitations")).bearer_auth(token);
        self.read(request.header("idempotency-key", key).json(&body)).await
    }
}

impl Answer {
    /// The answer, which must be problem details with the results of an inviting request, of which none succeeded.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "often it is all that matters")]
    pub fn problem_of_rows(self, status: u16, code: &str, rows: &[&str]) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let body = self.json();
        let title = self.status.canonical_reason().unwrap_or_default();
        assert_eq!((&body["code"], &body["title"], &body["status"]), (&json!(code), &json!(title), &json!(status)));
        assert!(body["detail"].is_string() && body["traceId"].is_string(), "{body}");
        assert_eq!(self.rows(), rows);
        self
    }
}
