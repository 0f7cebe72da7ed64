//! The routes below /v1/workspace-users: invite people, list people, get one person, change a person's role, and remove
//! a person.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Error, Usher,
    domain::{EmailAddress, Message, Person, Role, ShortId},
    operations::{InviteRow, NewWorkspaceUser},
};

use super::{
    describe_list, known_workspace,
    metered::{Session, metered},
    objects,
    properties::{NumberedPageQuery, PageInfo, PropertySelection, SelectedJson, data, describe_properties},
    queried_workspace, role,
    users::PERSON_ID,
    workspace_id,
};
use crate::vocabulary::{HandlerResult, Incoming, address, fields, message, or_default, required};

fields! {
    /// A person to be invited.
    struct NewUserBody {
        email: EmailAddress = required("email", address("The address to invite.")),
        role: Role = required("role", role()),
        message: Option<Message> =
            or_default("message", message("The message; it is mailed only from a published workspace.")),
        workspace: Option<ShortId> = required("workspaceId", workspace_id()),
    }
}

fields! {
    /// The new role of a person in a workspace.
    struct UserRoleBody {
        role: Role = required("role", role()),
    }
}

/// A member of a workspace, or a person who is invited to the workspace.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct OneWorkspaceUser {
    #[schemars(with = "objects::SelectedWorkspaceUser")]
    workspace_user: SelectedJson,
}

/// A response with a page of workspace users.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SomeWorkspaceUsers {
    #[schemars(with = "Vec<objects::SelectedWorkspaceUser>")]
    workspace_users: Vec<SelectedJson>,
    page_info: PageInfo,
}

/// A response with the person who was removed from the workspace.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Removed {
    workspace_user: RemovedUser,
}

#[derive(Serialize, JsonSchema)]
struct RemovedUser {
    id: String,
}

fn properties(incoming: &Incoming) -> Result<PropertySelection, Error> {
    PropertySelection::of(incoming, objects::WORKSPACE_USER)
}

fn one(usher: &Usher, session: &Session, person: &Person, selection: &PropertySelection) -> HandlerResult {
    data(OneWorkspaceUser { workspace_user: objects::workspace_user(usher, &session.company, person, selection) })
}

pub(crate) async fn create(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    metered(usher, incoming, |session| async move {
        let selection = properties(incoming)?;
        let NewUserBody { email, role, message, workspace } = incoming.body()?;
        let new =
            NewWorkspaceUser { workspace: known_workspace(workspace)?, row: InviteRow::new(email, role), message };
        let person = usher.add_workspace_user(&session.caller, new).await?;
        one(usher, &session, &person, &selection)
    })
    .await
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    metered(usher, incoming, |session| async move {
        let (selection, page) = (properties(incoming)?, NumberedPageQuery::page(incoming)?);
        let people = usher.list_workspace_users(&session.caller, queried_workspace(incoming)?).await?;
        let page_info = PageInfo::of(page, people.len());
        let people = page.cut(people);
        let users = people.iter().map(|person| objects::workspace_user(usher, &session.company, person, &selection));
        data(SomeWorkspaceUsers { workspace_users: users.collect(), page_info })
    })
    .await
}

pub(crate) async fn get(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    metered(usher, incoming, |session| async move {
        let selection = properties(incoming)?;
        let (_, person) = usher.get_member(&session.caller, &PERSON_ID.read(incoming)?).await?;
        one(usher, &session, &person, &selection)
    })
    .await
}

pub(crate) async fn change(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    metered(usher, incoming, |session| async move {
        let selection = properties(incoming)?;
        let UserRoleBody { role } = incoming.body()?;
        let id = PERSON_ID.read(incoming)?;
        let person = usher.change_shown_role(&session.caller, &id, role, objects::shown_as).await?;
        one(usher, &session, &person, &selection)
    })
    .await
}

pub(crate) async fn remove(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    metered(usher, incoming, |session| async move {
        let person = usher.remove_member(&session.caller, &PERSON_ID.read(incoming)?).await?;
        data(Removed { workspace_user: RemovedUser { id: person.person_id.to_string() } })
    })
    .await
}

pub(crate) mod describe {
    use super::{
        NewUserBody, OneWorkspaceUser, PERSON_ID, Removed, SomeWorkspaceUsers, UserRoleBody, describe_list,
        describe_properties, objects,
    };
    use crate::{
        contracts::dock::properties::Data,
        vocabulary::{Description, Refusal, describe},
    };

    pub(crate) fn create() -> Description {
        let summary = "Invites a person to a workspace. A member, or an invited person, is returned unchanged.";
        describe_properties(summary, objects::WORKSPACE_USER)
            .body::<NewUserBody>()
            .answers::<Data<OneWorkspaceUser>>()
            .refuses([Refusal::Forbidden, Refusal::Missing, Refusal::Conflict])
    }

    pub(crate) fn list() -> Description {
        let summary = "The members of the company's workspaces, and the people who are invited to them.";
        describe_list::<SomeWorkspaceUsers>(summary, objects::WORKSPACE_USER)
    }

    pub(crate) fn get() -> Description {
        describe_properties("One member, or one invited person.", objects::WORKSPACE_USER)
            .path(&PERSON_ID)
            .answers::<Data<OneWorkspaceUser>>()
            .refuses([Refusal::Forbidden])
    }

    pub(crate) fn change() -> Description {
        describe_properties("Gives a member, or an invited person, another role.", objects::WORKSPACE_USER)
            .path(&PERSON_ID)
            .body::<UserRoleBody>()
            .answers::<Data<OneWorkspaceUser>>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }

    pub(crate) fn remove() -> Description {
        describe("Removes a member, or revokes an invitation.")
            .path(&PERSON_ID)
            .answers::<Data<Removed>>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }
}
