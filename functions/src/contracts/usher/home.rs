//! GET and HEAD /: the page for people who have joined, and for people who open the service's address. Pages and mails
//! lead here, unless the parameter `AFTER_JOIN_URL` names another address.

use http::StatusCode;
use shared::Usher;

use super::page::{html_page, site, without_body_for_head};
use crate::{
    pages::HomePage,
    vocabulary::{HandlerResult, Incoming, fields, or_default, text},
};

fields! {
    /// The query of the page's address.
    struct HomeQuery {
        joined: String = or_default("joined", text("`true` in the links for people who have just joined.").example("true")),
    }
}

#[expect(clippy::unused_async, reason = "every handler is async")]
pub(crate) async fn show(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let HomeQuery { joined } = incoming.query()?;
    let page = html_page(StatusCode::OK, &HomePage { site: site(usher, incoming), joined: joined == "true" });
    Ok(without_body_for_head(incoming, page))
}

pub(crate) mod describe {
    use super::HomeQuery;
    use crate::vocabulary::{Description, Refusal, describe};

    pub(crate) fn show() -> Description {
        describe("The page for people who have joined, and for people who open the service's address.")
            .open()
            .html()
            .query::<HomeQuery>()
            .answers_page(200, "The page says where to go.")
            .never([Refusal::Invalid])
    }
}
