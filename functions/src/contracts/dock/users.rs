//! GET /v1/users and /v1/users/{id}: everybody whom the company's lists of workspace users name.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{Error, Missing, Usher, domain::PersonId};

use super::{
    properties::{Kept, Page, PageInfo, Properties, data},
    session::metered,
    shapes,
};
use crate::{incoming::Incoming, routes::Answer};

/// A person.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OneUser")]
struct One {
    #[schemars(with = "shapes::KeptUser")]
    user: Kept,
}

/// A page of people.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SomeUsers")]
struct Several {
    #[schemars(with = "Vec<shapes::KeptUser>")]
    users: Vec<Kept>,
    page_info: PageInfo,
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> Answer {
    metered(usher, incoming, |session| async move {
        let (chosen, page) = (Properties::of(incoming, shapes::USER)?, Page::of(incoming)?);
        let (people, info) = page.cut(usher.list_everybody(&session.caller).await?);
        let users = people.iter().map(|listed| shapes::user(usher, &session.company, &listed.person, &chosen, ""));
        data(Several { users: users.collect(), page_info: info })
    })
    .await
}

pub(crate) async fn get(usher: &Usher, incoming: &Incoming) -> Answer {
    metered(usher, incoming, |session| async move {
        let chosen = Properties::of(incoming, shapes::USER)?;
        let id: PersonId = incoming.parameter("id").parse().map_err(|_| Error::NotFound(Missing::Person))?;
        let person = usher.get_person(&session.caller, &id).await?;
        data(One { user: shapes::user(usher, &session.company, &person, &chosen, "") })
    })
    .await
}

pub(crate) mod describe {
    use super::{One, Several, shapes};
    use crate::{
        contracts::dock::properties::{
            Data,
            describe::{page, properties},
        },
        openapi::{Description, Refusal, describe},
    };

    pub(crate) fn list() -> Description {
        describe("The company's people, and who is invited, each address once.")
            .query([properties(shapes::USER)])
            .query(page())
            .answers::<Data<Several>>()
            .refuses([Refusal::Forbidden, Refusal::ListTooLarge])
    }

    pub(crate) fn get() -> Description {
        describe("One of the company's people.")
            .query([properties(shapes::USER)])
            .answers::<Data<One>>()
            .refuses([Refusal::Forbidden])
    }
}
