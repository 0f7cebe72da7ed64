//! The API description (OpenAPI 3.1.1) and the reference page. Both the API description and the reference page describe
//! all routes, and are made from the table of routes.
//!
//! A handler's file has a module `describe` with a function of the handler's name, which the table of routes demands.
//! The function in the module `describe` describes the request and the responses of a route by the types that read the
//! request and write the responses. The format of a contract's refusals is taken from the code that renders the
//! contract's failures.

mod described_route;
mod document;
mod reference_page;
#[cfg(test)]
mod tests;

use http::{HeaderName, HeaderValue, StatusCode, header};
use lambda_http::{Body, Response};

use self::{
    document::document,
    reference_page::{ReferencePage, reference_headers},
};
use crate::vocabulary::json;

/// The response to GET /openapi.json.
pub(crate) fn document_response() -> Response<Body> {
    cached(json(StatusCode::OK, "application/json", document()))
}

/// The response to GET /docs.
pub(crate) fn reference_page() -> Response<Body> {
    let mut response = Response::new(Body::Text(ReferencePage::new().html()));
    for (name, value) in reference_headers() {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse()) {
            response.headers_mut().insert(name, value);
        }
    }
    cached(response)
}

/// Lets caches keep the API description for a while, because the API description only changes with a deployment.
fn cached(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}
