//! GET /openapi.json and GET /docs: every route of every contract, for programs and for people.

use http::{HeaderName, HeaderValue, StatusCode, header};
use lambda_http::{Body, Response};
use shared::Usher;

use crate::{contracts, incoming::Incoming, openapi, pages, routes::Answer};

#[expect(clippy::unused_async, reason = "a handler")]
pub(crate) async fn document(_: &Usher, _: &Incoming) -> Answer {
    Ok(cached(contracts::json(StatusCode::OK, "application/json", openapi::document())))
}

#[expect(clippy::unused_async, reason = "a handler")]
pub(crate) async fn page(_: &Usher, _: &Incoming) -> Answer {
    let mut response = Response::new(Body::Text(pages::ReferencePage::new().html()));
    for (name, value) in pages::reference_headers() {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse()) {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(cached(response))
}

/// It is the same until the next deployment.
fn cached(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}

pub(crate) mod describe {
    use serde_json::Value;

    use crate::openapi::{Description, describe};

    pub(crate) fn document() -> Description {
        describe("This description (OpenAPI 3.1).").open().answers::<Value>()
    }

    pub(crate) fn page() -> Description {
        describe("The same as a page.").open().pages().answers_page(200, "The reference.")
    }
}
