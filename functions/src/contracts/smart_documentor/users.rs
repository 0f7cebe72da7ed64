//! GET /api/v1.0/external/tenant/allusers and GET /api/v1.0/external/sdworkspace/allusers/{workspaceId}.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Usher,
    domain::{Person, RecordStatus},
    operations::{CompanyPerson, WorkspaceReference},
};

use super::{WORKSPACE_NUMBER, role_name, role_schema};
use crate::vocabulary::{HandlerResult, Incoming, bare_array};

/// A user of the company, or a person who is invited to the company or to a workspace.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "User")]
struct TenantUser<'a> {
    id: u32,
    #[schemars(schema_with = "role_schema")]
    role_name: &'static str,
    name: Option<String>,
    user_name: &'a str,
    email: &'a str,
    created_at: Timestamp,
    email_confirmed: bool,
    status: &'static str,
}

impl<'a> TenantUser<'a> {
    fn new(person: &'a Person, active: bool) -> Self {
        Self {
            id: person.number,
            role_name: role_name(person.role),
            name: person.full_name(),
            user_name: person.address.as_typed(),
            email: person.address.as_typed(),
            created_at: person.created_at,
            email_confirmed: active && !person.unverified,
            status: if active { "Active" } else { "Inactive" },
        }
    }
}

pub(crate) async fn of_tenant(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let (_, people) = usher.list_people_as_admin(&caller).await?;
    let users = people.iter().map(|CompanyPerson { person, active }| TenantUser::new(person, *active));
    bare_array(&users.collect::<Vec<_>>())
}

pub(crate) async fn of_workspace(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let workspace = WorkspaceReference::Number(WORKSPACE_NUMBER.read(incoming)?);
    let people = usher.list_members_of(&caller, &workspace).await?;
    let users = people.iter().map(|person| TenantUser::new(person, person.status == RecordStatus::Accepted));
    bare_array(&users.collect::<Vec<_>>())
}

pub(crate) mod describe {
    use super::{TenantUser, WORKSPACE_NUMBER};
    use crate::vocabulary::{Description, Refusal, describe};

    pub(crate) fn of_tenant() -> Description {
        describe("The tenant's people, and the people who are invited to the tenant or to one of its workspaces.")
            .answers::<Vec<TenantUser>>()
            .refuses([Refusal::Forbidden, Refusal::ListTooLarge])
    }

    pub(crate) fn of_workspace() -> Description {
        describe("A workspace's members, and the people who are invited to the workspace.")
            .path(&WORKSPACE_NUMBER)
            .answers::<Vec<TenantUser>>()
            .refuses([Refusal::ListTooLarge])
    }
}
