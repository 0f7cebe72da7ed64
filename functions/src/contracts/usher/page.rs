//! What the routes that answer with pages share.

use std::fmt::Display;

use http::{Method, StatusCode};
use lambda_http::{Body, Response};
use shared::Usher;

use crate::{
    pages::{Site, security_headers},
    vocabulary::Incoming,
};

/// The addresses to which the pages of a response lead.
pub(super) fn site<'a>(usher: &'a Usher, incoming: &'a Incoming) -> Site<'a> {
    Site { base_path: incoming.base_path(), after_join_url: usher.parameters.after_join_url.as_deref() }
}

/// The response with a page.
pub(super) fn html_page(status: StatusCode, page: &impl Display) -> Response<Body> {
    let mut response = Response::new(Body::Text(page.to_string()));
    *response.status_mut() = status;
    for (name, value) in security_headers() {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// The response without its body, if the request has the method HEAD.
pub(super) fn without_body_for_head(incoming: &Incoming, mut response: Response<Body>) -> Response<Body> {
    if incoming.method() == Method::HEAD {
        *response.body_mut() = Body::Empty;
    }
    response
}
