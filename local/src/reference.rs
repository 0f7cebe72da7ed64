//! The reference page: every route of every contract, from the table of routes.

use askama::Template as _;
use axum::response::{Html, IntoResponse as _, Response};
use functions::routes::{ROUTES, Route};
use http::{StatusCode, header};

#[derive(askama::Template)]
#[template(path = "reference.html")]
struct Page {
    routes: &'static [Route],
}

/// `GET /_local/reference`.
pub(crate) async fn page() -> Response {
    let Ok(page) = (Page { routes: ROUTES }).render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(page)).into_response()
}
