//! GET /openapi.json and GET /docs: the description of every route of every contract, for programs and for people.

use shared::Usher;

use crate::vocabulary::{HandlerResult, Incoming};

#[expect(clippy::unused_async, reason = "every handler is async")]
pub(crate) async fn document(_: &Usher, incoming: &Incoming) -> HandlerResult {
    Ok((incoming.api_description.document)())
}

#[expect(clippy::unused_async, reason = "every handler is async")]
pub(crate) async fn page(_: &Usher, incoming: &Incoming) -> HandlerResult {
    Ok((incoming.api_description.reference_page)())
}

pub(crate) mod describe {
    use serde_json::Value;

    use crate::vocabulary::{Description, describe};

    pub(crate) fn document() -> Description {
        describe("This description (OpenAPI 3.1).").open().answers::<Value>()
    }

    pub(crate) fn page() -> Description {
        describe("The same description as a page.").open().html().answers_page(200, "The reference.")
    }
}
