//! Faults of API routes: the gateway answers a request itself instead of invoking the function.

use axum::response::{IntoResponse as _, Response};
use functions::{Operation, routes::operation_for};
use http::{Method, StatusCode, header::CONTENT_TYPE};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A fault of a route. The next requests to the route get the status and the body of the fault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RouteFault {
    /// The method and the path, such as `POST /api/v1/workspaces/{workspaceId}/invitations`. A segment of the path in
    /// braces matches any segment of a request's path.
    route: String,
    /// The HTTP status of the response that the fault gives.
    status: u16,
    /// The JSON body of the response that the fault gives. Without the field `body`, the response has no body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
    /// How many requests to the route get the fault's response.
    #[serde(default = "one")]
    pub(super) times: u32,
}

const fn one() -> u32 {
    1
}

impl RouteFault {
    /// Reads a fault of a route from the JSON that describes the fault.
    ///
    /// # Errors
    /// If the description of the fault is wrong, the error is a message that says what is wrong: a field, the status,
    /// or a route that the service doesn't have.
    pub(super) fn parse(fault: Value) -> Result<Self, String> {
        let fault: Self = serde_json::from_value(fault).map_err(|error| error.to_string())?;
        if !(200..600).contains(&fault.status) {
            return Err(format!("status must be from 200 to 599, but is {}", fault.status));
        }
        let known = fault.parts().is_some_and(|(method, path)| {
            method.parse().is_ok_and(|method| operation_for(&method, path) != Operation::RouteNotFound)
        });
        if !known {
            let route = &fault.route;
            return Err(format!("there is no route {route:?}: give a method and a path, such as \"GET /docs\""));
        }
        Ok(fault)
    }

    /// Whether a request goes to the route of the fault.
    pub(super) fn matches(&self, method: &Method, path: &str) -> bool {
        let Some((wanted, pattern)) = self.parts() else { return false };
        let (mut pattern, mut segments) = (pattern.split('/'), path.split('/'));
        let is_placeholder = |segment: &str| segment.starts_with('{') && segment.ends_with('}');
        let same_path = loop {
            match (pattern.next(), segments.next()) {
                (None, None) => break true,
                (Some(wanted), Some(segment)) if is_placeholder(wanted) || wanted == segment => {}
                _ => break false,
            }
        };
        same_path && method.as_str() == wanted
    }

    /// The response that the fault gives to a request.
    pub(crate) fn response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match self.body {
            Some(body) => (status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response(),
            None => status.into_response(),
        }
    }

    fn parts(&self) -> Option<(&str, &str)> {
        self.route.split_once(' ')
    }
}
