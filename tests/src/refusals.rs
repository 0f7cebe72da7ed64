//! What a refusal must look like, whatever it refuses.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::Answer;

impl Answer {
    /// The text of a header; nothing if it isn't there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header is text"))
    }

    /// The answer, which must be DataGOL's error body whole, with this status and this one code.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "often it is all that matters")]
    pub fn refused(self, status: u16, code: &str) -> Self {
        let body = self.of_type(status, "application/json", &["error", "errorCodes", "message", "status", "traceId"]);
        assert_eq!(body["errorCodes"], json!([code]), "{body}");
        assert_eq!(body["error"], self.status.canonical_reason().unwrap_or_default());
        self
    }

    /// The answer, which must be RFC 9457 problem details with this status and code.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "often it is all that matters")]
    pub fn problem(self, status: u16, code: &str) -> Self {
        let fields = ["code", "detail", "status", "title", "traceId"];
        let body = self.of_type(status, "application/problem+json", &fields);
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["title"], self.status.canonical_reason().unwrap_or_default());
        self
    }

    /// The answer, which must be SmartDocumentor's problem details whole, with this status and sentence.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "often it is all that matters")]
    pub fn detailed(self, status: u16, detail: &str) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let title = self.status.canonical_reason().unwrap_or_default();
        assert_eq!(self.json(), json!({ "title": title, "status": status, "detail": detail }));
        self
    }

    /// The answer, which must be Dock's error body whole, with this status and code.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "often it is all that matters")]
    pub fn dock(self, status: u16, code: &str) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/json");
        let body = self.json();
        let message = body["error"]["message"].as_str().expect("a message");
        let page = "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Status";
        let error = json!({ "code": code, "message": message, "docUrl": format!("{page}/{status}") });
        assert_eq!(body, json!({ "error": error }));
        assert!(!message.is_empty(), "{body}");
        self
    }

    /// The answer, which must be Hexabase's error body whole, with this status and code.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "often it is all that matters")]
    pub fn hexabase(self, status: u16, code: &str) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/json");
        let body = self.json();
        let message = body["message"].as_str().expect("a message");
        assert_eq!(body, json!({ "error_code": code, "message": message }));
        assert!(!message.is_empty(), "{body}");
        assert_eq!(code == "INVALID_PARAMS", message == "invalid parameter", "{body}");
        self
    }

    /// The body, which has exactly these fields, tells the status again and names the request as the gateway does.
    #[track_caller]
    fn of_type(&self, status: u16, content_type: &str, fields: &[&str]) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), content_type);
        let body = self.json();
        let given: BTreeSet<_> = body.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(given, fields.iter().copied().collect(), "{body}");
        assert_eq!(body["status"], status, "{body}");
        assert_eq!(body["traceId"], self.header("apigw-requestid"), "{body}");
        assert!(body["traceId"] != "" && body["message"] != "" && body["detail"] != "", "{body}");
        body
    }
}
