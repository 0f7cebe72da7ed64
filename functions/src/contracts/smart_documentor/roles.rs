//! GET /api/v1.0/external/tenant/availableroles and GET /api/v1.0/external/sdworkspace/availableroles.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{Usher, domain::Role};

use super::{ROLES, role_schema};
use crate::vocabulary::{HandlerResult, Incoming, bare_array};

/// A role that an invitation may give.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Role")]
struct AvailableRole {
    #[schemars(schema_with = "role_schema")]
    name: &'static str,
}

pub(crate) async fn of_tenant(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    response(usher.list_company_roles(&caller).await?)
}

pub(crate) async fn of_workspace(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    response(usher.list_roles(&caller).await?)
}

/// The given roles without the roles that SmartDocumentor doesn't have.
fn response(roles: &[Role]) -> HandlerResult {
    let named = ROLES.iter().filter(|named| roles.contains(&named.role));
    bare_array(&named.map(|named| AvailableRole { name: named.name }).collect::<Vec<_>>())
}

pub(crate) mod describe {
    use super::AvailableRole;
    use crate::vocabulary::{Description, Refusal, describe};

    pub(crate) fn of_tenant() -> Description {
        describe("The roles that an invitation to the tenant may give.")
            .answers::<Vec<AvailableRole>>()
            .refuses([Refusal::Forbidden])
    }

    pub(crate) fn of_workspace() -> Description {
        describe("The roles that an invitation to a workspace may give.").answers::<Vec<AvailableRole>>()
    }
}
