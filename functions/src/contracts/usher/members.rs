//! The routes below /api/v1/workspaces/{workspaceId}/members: list members, change a member's role, remove a member, or
//! leave the workspace.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Missing, Usher,
    domain::{GroupId, Person, Role, UserId},
    operations::MemberFilter,
};
use uuid::Uuid;

use super::{
    ROLES, WORKSPACE_ID,
    paging::{self, text_filter},
    role_schema,
};
use crate::vocabulary::{
    Format, HandlerResult, Incoming, PathParameter, fields, no_content, ok, one_of, optional, or_default, required,
};

/// The id of the member in a route's path.
const USER_ID: PathParameter<UserId> = PathParameter::uuid("userId", Missing::Person);

fields! {
    /// The query of a list of members: which members of the workspace the list has.
    struct MemberQuery {
        role: Option<Role> = optional("role", role()),
        text: Option<String> = or_default("q", text_filter("A part of the name or the address.", "ada")),
    }
}

fields! {
    /// The new role of a member of a workspace.
    struct RoleBody {
        role: Role = required("role", role().example("EDITOR")),
    }
}

fn role() -> Format<Role> {
    one_of("", ROLES, |word| word.parse().ok())
}

/// A member of a workspace, as a response shows the member.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Member")]
struct MemberItem {
    #[schemars(with = "Uuid")]
    user_id: UserId,
    email: String,
    name: Option<String>,
    #[schemars(schema_with = "role_schema")]
    role: Role,
    #[schemars(with = "Vec<Uuid>")]
    groups: Vec<GroupId>,
    joined_at: Timestamp,
}

impl From<Person> for MemberItem {
    fn from(person: Person) -> Self {
        Self {
            user_id: person.user,
            email: person.address.as_typed().to_owned(),
            name: person.full_name(),
            role: person.role,
            groups: person.groups.iter().map(|group| group.id).collect(),
            joined_at: person.joined_at(),
        }
    }
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let MemberQuery { role, text } = incoming.query()?;
    let (filter, page) = (MemberFilter { role, text }, paging::page_request(incoming)?);
    let page = usher.page_members(&caller, WORKSPACE_ID.read(incoming)?, &filter, &page).await?;
    Ok(paging::items_page(page, MemberItem::from))
}

pub(crate) async fn change(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let (workspace, member) = (WORKSPACE_ID.read(incoming)?, USER_ID.read(incoming)?);
    let RoleBody { role } = incoming.body()?;
    let member = usher.change_user(&caller, workspace, member, role).await?;
    Ok(ok(&MemberItem::from(member)))
}

pub(crate) async fn remove(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    usher.remove_user(&caller, WORKSPACE_ID.read(incoming)?, USER_ID.read(incoming)?).await?;
    Ok(no_content())
}

pub(crate) mod describe {
    use super::{MemberItem, MemberQuery, RoleBody, USER_ID, WORKSPACE_ID, paging};
    use crate::vocabulary::{Description, Refusal, describe};

    pub(crate) fn list() -> Description {
        paging::describe_list::<MemberItem>("A workspace's members.").path(&WORKSPACE_ID).query::<MemberQuery>()
    }

    pub(crate) fn change() -> Description {
        describe("Gives a member another role.")
            .path(&WORKSPACE_ID)
            .path(&USER_ID)
            .body::<RoleBody>()
            .answers::<MemberItem>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }

    pub(crate) fn remove() -> Description {
        describe("Removes a member. A caller who names themselves leaves the workspace.")
            .path(&WORKSPACE_ID)
            .path(&USER_ID)
            .answers_nothing(204)
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }
}
