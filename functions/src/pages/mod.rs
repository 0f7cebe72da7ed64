//! The pages behind mailed links: rendered here, without scripts and without anything from elsewhere. What callers wrote
//! is escaped by askama. The templates are in `functions/templates/pages`.

mod reference;
mod register;

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

pub(crate) use reference::{ReferencePage, reference_headers};
pub use register::{Offer, Problem, RegisterPage};

/// The one style of all pages. It stands in each page's head, so that a page is a single answer.
const STYLE: &str = include_str!("../../templates/pages/style.css");

/// Nothing is loaded and nothing runs; the style is allowed by its digest (CSP Level 3, section 6.7.3.3).
static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| policy(STYLE, "'self'"));

fn policy(style: &str, form_action: &str) -> String {
    let style = STANDARD.encode(Sha256::digest(style));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action {form_action}; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

/// The headers of every page. The link's hash is in the page's address and form, so nothing is kept by caches, told to
/// other sites or found by search engines.
pub fn security_headers() -> [(&'static str, String); 6] {
    [
        ("content-type", "text/html; charset=utf-8".to_owned()),
        ("content-security-policy", CONTENT_SECURITY_POLICY.clone()),
        ("cache-control", "no-store".to_owned()),
        ("referrer-policy", "no-referrer".to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
        ("x-robots-tag", "noindex".to_owned()),
    ]
}
