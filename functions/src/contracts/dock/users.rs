//! GET /v1/users and /v1/users/{id}: every person in the company's lists of workspace users.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{Missing, Usher, domain::PersonId};

use super::{
    metered::metered,
    objects,
    properties::{NumberedPageQuery, PageInfo, PropertySelection, SelectedJson, data, describe_properties},
};
use crate::vocabulary::{HandlerResult, Incoming, PathParameter};

/// The id in the route's path: the id of a person, or of the person's membership in a workspace.
pub(super) const PERSON_ID: PathParameter<PersonId> = PathParameter::short_id("id", Missing::Person);

/// A response with one person of the company.
#[derive(Serialize, JsonSchema)]
struct OneUser {
    #[schemars(with = "objects::SelectedUser")]
    user: SelectedJson,
}

/// A response with a page of the company's people.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SomeUsers {
    #[schemars(with = "Vec<objects::SelectedUser>")]
    users: Vec<SelectedJson>,
    page_info: PageInfo,
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    metered(usher, incoming, |session| async move {
        let (selection, page) = (PropertySelection::of(incoming, objects::USER)?, NumberedPageQuery::page(incoming)?);
        let people = usher.list_people_and_guests(&session.caller).await?;
        let page_info = PageInfo::of(page, people.len());
        let people = page.cut(people);
        let users = people.iter().map(|listed| objects::user(usher, &session.company, &listed.person, &selection, ""));
        data(SomeUsers { users: users.collect(), page_info })
    })
    .await
}

pub(crate) async fn get(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    metered(usher, incoming, |session| async move {
        let selection = PropertySelection::of(incoming, objects::USER)?;
        let person = usher.get_person(&session.caller, &PERSON_ID.read(incoming)?).await?;
        data(OneUser { user: objects::user(usher, &session.company, &person, &selection, "") })
    })
    .await
}

pub(crate) mod describe {
    use super::{NumberedPageQuery, OneUser, PERSON_ID, SomeUsers, describe_properties, objects};
    use crate::{
        contracts::dock::properties::Data,
        vocabulary::{Description, Refusal},
    };

    pub(crate) fn list() -> Description {
        describe_properties("The company's people and all invited people, each address once.", objects::USER)
            .query::<NumberedPageQuery>()
            .answers::<Data<SomeUsers>>()
            .refuses([Refusal::Forbidden, Refusal::ListTooLarge])
    }

    pub(crate) fn get() -> Description {
        describe_properties("One of the company's people.", objects::USER)
            .path(&PERSON_ID)
            .answers::<Data<OneUser>>()
            .refuses([Refusal::Forbidden])
    }
}
