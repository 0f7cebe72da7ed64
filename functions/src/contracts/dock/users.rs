//! GET /v1/users and /v1/users/{id}: everybody whom the company's lists of workspace users name.

use shared::{Error, Missing, Usher, domain::PersonId};

use super::{
    properties::{Page, Properties, data},
    session::metered,
    shapes,
};
use crate::{incoming::Incoming, routes::Answer};

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> Answer {
    metered(usher, incoming, |session| async move {
        let (chosen, page) = (Properties::of(incoming, shapes::USER)?, Page::of(incoming)?);
        let (people, info) = page.cut(usher.list_everybody(&session.caller).await?);
        let users = people.iter().map(|listed| shapes::user(usher, &session.company, &listed.person, &chosen, ""));
        data([("users", users.collect()), ("pageInfo", info)])
    })
    .await
}

pub(crate) async fn get(usher: &Usher, incoming: &Incoming) -> Answer {
    metered(usher, incoming, |session| async move {
        let chosen = Properties::of(incoming, shapes::USER)?;
        let id: PersonId = incoming.parameter("id").parse().map_err(|_| Error::NotFound(Missing::Person))?;
        let person = usher.get_person(&session.caller, &id).await?;
        data([("user", shapes::user(usher, &session.company, &person, &chosen, ""))])
    })
    .await
}
