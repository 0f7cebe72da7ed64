//! An HTTP response of the service, and checks that an error response has the format of its contract.

use std::collections::BTreeSet;

use reqwest::{StatusCode, header::HeaderMap};
use serde_json::{Value, json};

/// An HTTP response of the service whose body has been read completely.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status of the answer.
    pub status: StatusCode,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// The body of the answer as text.
    pub text: String,
    /// Whether the gateway tells the function the same id of the request as the client. ministack's gateway doesn't.
    pub(crate) has_request_id: bool,
}

impl Answer {
    /// Reads an HTTP response to the end of its body.
    pub(crate) async fn read(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, text: response.text().await.expect("the body is text"), has_request_id: true }
    }

    /// The body of the answer as JSON. The value is null if the body isn't JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The text of a header of the answer. The text is empty if the answer has no such header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header is text"))
    }

    /// The status of each row in the answer to an inviting request, in the order of the request's rows.
    pub fn row_statuses(&self) -> Vec<String> {
        let results = self.json()["results"].as_array().cloned().unwrap_or_default();
        results.iter().map(|row| row["status"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

/// Checks of a service's answer. Each method returns the answer, so that a test can check more of the answer.
impl Answer {
    /// Checks that the answer has the given HTTP status.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "often the status is all that matters")]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    /// Checks that the answer has exactly DataGOL's error body, with the given status and one error code.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "often the error is all that matters")]
    pub fn datagol_error(self, status: u16, code: &str) -> Self {
        let fields = ["error", "errorCodes", "message", "status", "traceId"];
        let body = self.body_with_fields(status, "application/json", &fields);
        assert_eq!(body["errorCodes"], json!([code]), "{body}");
        assert_eq!(body["error"], self.reason());
        self
    }

    /// Checks that the answer has the problem details (RFC 9457) of our own API, with the given status and code.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "often the error is all that matters")]
    pub fn problem(self, status: u16, code: &str) -> Self {
        let fields = ["code", "detail", "status", "title", "traceId"];
        let body = self.body_with_fields(status, "application/problem+json", &fields);
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["title"], self.reason());
        self
    }

    /// Checks that the answer has problem details and the result of every row of an inviting request, of which no row
    /// succeeded.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "often the error is all that matters")]
    pub fn problem_of_rows(self, status: u16, code: &str, rows: &[&str]) -> Self {
        self.has_type(status, "application/problem+json");
        let body = self.json();
        assert_eq!(
            (&body["code"], &body["title"], &body["status"]),
            (&json!(code), &json!(self.reason()), &json!(status))
        );
        assert!(body["detail"].is_string() && body["traceId"].is_string(), "{body}");
        assert_eq!(self.row_statuses(), rows);
        self
    }

    /// Checks that the answer has exactly SmartDocumentor's problem details, with the given status and sentence.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "often the error is all that matters")]
    pub fn smart_documentor_error(self, status: u16, detail: &str) -> Self {
        self.has_type(status, "application/problem+json");
        assert_eq!(self.json(), json!({ "title": self.reason(), "status": status, "detail": detail }));
        self
    }

    /// Checks that the answer has exactly Dock's error body, with the given status and code.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "often the error is all that matters")]
    pub fn dock_error(self, status: u16, code: &str) -> Self {
        self.has_type(status, "application/json");
        let body = self.json();
        let message = body["error"]["message"].as_str().expect("a message");
        let page = "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Status";
        let error = json!({ "code": code, "message": message, "docUrl": format!("{page}/{status}") });
        assert_eq!(body, json!({ "error": error }));
        assert!(!message.is_empty(), "{body}");
        self
    }

    /// Checks that the answer has exactly Hexabase's error body, with the given status and code.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "often the error is all that matters")]
    pub fn hexabase_error(self, status: u16, code: &str) -> Self {
        self.has_type(status, "application/json");
        let body = self.json();
        let message = body["message"].as_str().expect("a message");
        assert_eq!(body, json!({ "error_code": code, "message": message }));
        assert!(!message.is_empty(), "{body}");
        assert_eq!(code == "INVALID_PARAMS", message == "invalid parameter", "{body}");
        self
    }

    /// The standard phrase of HTTP for the answer's status, such as "Not Found".
    fn reason(&self) -> &'static str {
        self.status.canonical_reason().unwrap_or_default()
    }

    #[track_caller]
    fn has_type(&self, status: u16, content_type: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), content_type);
    }

    /// The body of the error as JSON. The error's body must have exactly the given fields, and must repeat the HTTP
    /// status and the gateway's id of the request.
    #[track_caller]
    fn body_with_fields(&self, status: u16, content_type: &str, fields: &[&str]) -> Value {
        self.has_type(status, content_type);
        let body = self.json();
        let given: BTreeSet<_> = body.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(given, fields.iter().copied().collect(), "{body}");
        assert_eq!(body["status"], status, "{body}");
        if self.has_request_id {
            assert_eq!(body["traceId"], self.header("apigw-requestid"), "{body}");
        }
        assert!(body["traceId"] != "" && body["message"] != "" && body["detail"] != "", "{body}");
        body
    }
}
