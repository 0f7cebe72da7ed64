//! The pages behind mailed links, and the page at `/`. The pages have no scripts and load nothing. The library askama escapes the texts that
//! callers wrote. The templates of the pages are in `functions/templates/pages`.

mod home;
mod register;
mod site;

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

pub use home::HomePage;
pub use register::{Offer, Problem, RegisterPage};
pub use site::Site;

/// The CSS style of all pages. The style sheet is inside each page's head, so that a page is a single response.
const STYLE: &str = include_str!("../../templates/pages/style.css");

static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| content_security_policy(STYLE, "'self'"));

/// The content security policy of a page with the given style: the page may load nothing and run nothing. The content
/// security policy allows the style sheet by the style sheet's digest (CSP Level 3, section 6.7.3.3).
pub(crate) fn content_security_policy(style: &str, form_action: &str) -> String {
    let style = STANDARD.encode(Sha256::digest(style));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action {form_action}; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

/// The headers of every page. The address and the form of a page behind a mailed link contain the link's hash. The
/// headers therefore forbid caches to keep the page, forbid search engines to index the page, and keep the page's
/// address from other sites.
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
