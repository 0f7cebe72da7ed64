//! GET /idp/api/v1/team: the company's people.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{Usher, domain::Company, operations::CompanyPerson};

use super::{company_role_name, role_name};
use crate::vocabulary::{HandlerResult, Incoming, bare_array};

/// One of the company's people, or an invited person.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Colleague<'a> {
    id: u32,
    firstname: Option<String>,
    lastname: Option<String>,
    email: &'a str,
    company_name: &'a str,
    company_id: u32,
    status: &'static str,
    role: &'static str,
}

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let (company, people) = usher.list_people(&caller).await?;
    let people: Vec<_> = people.iter().map(|listed| colleague(listed, &company)).collect();
    bare_array(&people)
}

fn colleague<'a>(CompanyPerson { person, active }: &'a CompanyPerson, company: &'a Company) -> Colleague<'a> {
    Colleague {
        id: person.number,
        firstname: person.first_name.as_ref().map(ToString::to_string),
        lastname: person.last_name.as_ref().map(ToString::to_string),
        email: person.address.as_typed(),
        company_name: company.name.as_ref(),
        company_id: company.number,
        status: if *active { "ACTIVE" } else { "INVITED" },
        role: if *active { company_role_name(person.role) } else { role_name(person.role) },
    }
}

pub(crate) mod describe {
    use super::Colleague;
    use crate::vocabulary::{Description, Refusal, describe};

    pub(crate) fn handle() -> Description {
        describe("The company's people, and the people who are invited to its workspaces.")
            .answers::<Vec<Colleague>>()
            .refuses([Refusal::ListTooLarge])
    }
}
