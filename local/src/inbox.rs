//! The inbox page, which shows the mails that SES accepted.

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
struct InboxPage<'a> {
    nonce: &'a str,
}

/// `GET /_local/inbox`: the inbox page.
///
/// The page shows a mail's HTML in a frame with `srcdoc`, which inherits the page's content security policy: only the
/// page's own script runs, and the mail loads nothing from elsewhere. The sandbox of the frame with a mail also forbids
/// scripts and forms.
pub(crate) async fn page(State(random): State<Arc<dyn Random>>) -> Response {
    let mut nonce = [0; 16];
    random.fill(&mut nonce);
    let nonce = STANDARD.encode(nonce);
    let Ok(page) = (InboxPage { nonce: &nonce }).render() else {
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
