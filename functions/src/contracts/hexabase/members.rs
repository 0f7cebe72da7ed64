//! The members of a group or a workspace: GET /api/v0/groups/{groupId}/users and
//! GET /api/v0/workspaces/{workspaceId}/users, and DELETE /api/v0/users.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Error, Missing, Usher,
    domain::{DeliveryState, GroupId, Person, RecordStatus, Role, UserId, WorkspaceId},
};

use super::{GROUP_ID, WORKSPACE_ID, done};
use crate::vocabulary::{
    Format, HandlerResult, Incoming, bounded, count, fields, ok, optional, or_default, required, text, uuid, words,
};

/// The most members on a page. A page of members has the largest number of members unless the request names a smaller
/// number.
const MAX_LIMIT: usize = 100;

fields! {
    /// Which members of a group or workspace a list has.
    struct MemberListQuery {
        username: Option<String> = or_default("username", part_of_text("A part of the name.", "Ada")),
        email: Option<String> = or_default("email", part_of_text("A part of the address.", "ada@")),
        user_code: Option<String> = or_default("user_code", text("The whole code.")
            .example("A-1")
            .map(|code| (!code.is_empty()).then_some(code))),
        limit: Option<usize> = optional("limit", count("100 unless given.", 1..=MAX_LIMIT).example(MAX_LIMIT)),
        page: Option<usize> = optional("page", count("From 1.", 1..=u32::MAX as usize)),
        total: bool = or_default("total", flag("Whether to count all that match.")),
    }
}

fields! {
    /// Whether a list also has the members of the groups below the group in the path.
    struct RecursiveQuery {
        recursive: bool = or_default("recursive", flag("Whether the members of groups under this group are listed too.")),
    }
}

fields! {
    /// The membership that the request ends: a user in a group of a workspace. A text that isn't a user's, group's or
    /// workspace's id counts as an unknown id.
    struct RemoveBody {
        group: Option<GroupId> = required("g_id", uuid("The group.").parse_if_possible()),
        user: Option<UserId> = required("u_id", uuid("The user.").parse_if_possible()),
        workspace: Option<WorkspaceId> = required("w_id", uuid("The workspace.").parse_if_possible()),
    }
}

/// The format of a filter: a part of a name or an address, in capitals or not. A filter with an empty text leaves
/// nobody out.
fn part_of_text(about: &'static str, example: &'static str) -> Format<Option<String>> {
    text(about).example(example).map(|part| (!part.is_empty()).then(|| part.to_lowercase()))
}

/// The format of the word true or false in a query. An empty value of the query parameter counts as false.
fn flag(about: &'static str) -> Format<bool> {
    words(about, ["true", "false"]).parse(|word| match word {
        "true" => Ok(true),
        "" | "false" => Ok(false),
        _ => Err("must be true or false"),
    })
}

/// A member of a group or workspace, or a person who is invited to the group or workspace.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Member")]
struct GroupMember<'a> {
    u_id: String,
    username: Option<String>,
    email: &'a str,
    profile_pic: Option<&'a str>,
    confirmed: bool,
    email_sent: bool,
    is_sv: bool,
    user_roles: [UserRole; 1],
    user_code: Option<&'a str>,
}

/// The role of a member, as a response shows the role.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Role")]
struct UserRole {
    role_id: &'static str,
    role_name: &'static str,
}

impl<'a> From<&'a Person> for GroupMember<'a> {
    fn from(person: &'a Person) -> Self {
        Self {
            u_id: person.user.to_string(),
            username: person.full_name(),
            email: person.address.as_typed(),
            profile_pic: None,
            confirmed: person.status == RecordStatus::Accepted && !person.unverified,
            email_sent: !matches!(person.delivery, None | Some(DeliveryState::Failed | DeliveryState::Suppressed)),
            is_sv: person.role == Role::Admin,
            user_roles: [UserRole { role_id: person.role.name(), role_name: person.role.title() }],
            user_code: person.user_code.as_ref().map(AsRef::as_ref),
        }
    }
}

/// A response with a page of the members of a group or workspace.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Members")]
struct MembersPage<'a> {
    members: Vec<GroupMember<'a>>,
    count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_members: Option<usize>,
}

impl MemberListQuery {
    /// Whether the person matches the query's filters. A person's name or address matches a filter if the name or
    /// address contains the filter's text. A user code matches only as a whole.
    fn matches(&self, person: &Person) -> bool {
        let has = |part: Option<&String>, text: Option<String>| {
            part.is_none_or(|part| text.is_some_and(|text| text.to_lowercase().contains(part.as_str())))
        };
        let code = person.user_code.as_ref().map(AsRef::as_ref);
        has(self.username.as_ref(), person.full_name())
            && has(self.email.as_ref(), Some(person.address.as_typed().to_owned()))
            && self.user_code.as_deref().is_none_or(|wanted| code == Some(wanted))
    }

    fn response(&self, people: &[Person]) -> HandlerResult {
        let (limit, page) = (self.limit.unwrap_or(MAX_LIMIT), self.page.unwrap_or(1));
        let matching: Vec<_> = people.iter().filter(|person| self.matches(person)).collect();
        let total_members = self.total.then_some(matching.len());
        let page = matching.into_iter().skip((page - 1).saturating_mul(limit)).take(limit);
        let members: Vec<_> = page.map(GroupMember::from).collect();
        bounded(ok(&MembersPage { count: members.len(), members, total_members }))
    }
}

pub(crate) async fn of_group(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let (query, RecursiveQuery { recursive }) = (incoming.query::<MemberListQuery>()?, incoming.query()?);
    let (_, people) = usher.group_members(&caller, GROUP_ID.read(incoming)?, recursive).await?;
    query.response(&people)
}

pub(crate) async fn of_workspace(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let query: MemberListQuery = incoming.query()?;
    let (_, people) = usher.list_members(&caller, WORKSPACE_ID.read(incoming)?).await?;
    query.response(&people)
}

/// Removes a user from a group. A user who leaves their last group of a workspace leaves the workspace.
pub(crate) async fn remove(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let RemoveBody { group, user: member, workspace } = incoming.body()?;
    let group = group.ok_or(Error::NotFound(Missing::Group))?;
    let workspace = workspace.ok_or(Error::NotFound(Missing::Workspace))?;
    let member = member.ok_or(Error::NotFound(Missing::Person))?;
    usher.leave_group(&caller, workspace, group, member).await?;
    Ok(done())
}

pub(crate) mod describe {
    use super::{GROUP_ID, MemberListQuery, MembersPage, RecursiveQuery, RemoveBody, WORKSPACE_ID};
    use crate::{
        contracts::hexabase::Done,
        vocabulary::{Description, Refusal, describe},
    };

    pub(crate) fn of_group() -> Description {
        describe("The members of a group, and the people who are invited to the group.")
            .path(&GROUP_ID)
            .query::<MemberListQuery>()
            .query::<RecursiveQuery>()
            .answers::<MembersPage>()
            .refuses([Refusal::Forbidden, Refusal::ListTooLarge])
    }

    pub(crate) fn of_workspace() -> Description {
        describe("The members of a workspace, and the people who are invited to the workspace.")
            .path(&WORKSPACE_ID)
            .query::<MemberListQuery>()
            .answers::<MembersPage>()
            .refuses([Refusal::Forbidden, Refusal::ListTooLarge])
    }

    pub(crate) fn remove() -> Description {
        describe("Takes a person out of a group. A person who leaves their last group leaves the workspace.")
            .body::<RemoveBody>()
            .answers::<Done>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }
}
