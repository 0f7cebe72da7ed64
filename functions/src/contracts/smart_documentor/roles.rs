//! GET /api/v1.0/external/tenant/availableroles and GET /api/v1.0/external/sdworkspace/availableroles.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{Usher, domain::Role};

use super::{WORDS, bare_array, role_schema};
use crate::{incoming::Incoming, routes::Answer};

/// A role that may be given.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Role")]
struct RoleBody {
    #[schemars(schema_with = "role_schema")]
    name: &'static str,
}

pub(crate) async fn of_tenant(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    list(usher.list_company_roles(&caller).await?)
}

pub(crate) async fn of_workspace(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    list(usher.list_roles(&caller).await?)
}

/// Those that the vendor has a word for.
fn list(roles: &[Role]) -> Answer {
    let words = WORDS.iter().filter(|word| roles.contains(&word.role));
    bare_array(&words.map(|word| RoleBody { name: word.name }).collect::<Vec<_>>())
}

pub(crate) mod describe {
    use super::RoleBody;
    use crate::openapi::{Description, Refusal, describe};

    pub(crate) fn of_tenant() -> Description {
        describe("The roles that an invitation to the tenant may give.")
            .answers::<Vec<RoleBody>>()
            .refuses([Refusal::Forbidden])
    }

    pub(crate) fn of_workspace() -> Description {
        describe("The roles that an invitation to a workspace may give.").answers::<Vec<RoleBody>>()
    }
}
