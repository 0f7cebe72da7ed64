//! The inbox page: the mails as a person sees them.

use std::sync::Arc;

use askama::Template as _;
use axum::{
    extract::State,
    response::{Html, IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{StatusCode, header};
use shared::domain::Random;

#[derive(askama::Template)]
#[template(path = "inbox.html")]
struct Page<'a> {
    nonce: &'a str,
}

/// `GET /_local/inbox`.
///
/// A mail's HTML is a frame's `srcdoc`, which inherits this page's policy: of scripts only the page's own one runs, and
/// nothing is loaded from elsewhere. The frame's sandbox forbids scripts and forms once more.
pub(crate) async fn page(State(random): State<Arc<dyn Random>>) -> Response {
    let mut nonce = [0; 16];
    random.fill(&mut nonce);
    let nonce = STANDARD.encode(nonce);
    let Ok(page) = (Page { nonce: &nonce }).render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; \
         frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy.as_str()),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, Html(page)).into_response()
}
