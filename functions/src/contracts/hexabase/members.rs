//! Who is in a group or a workspace: GET /api/v0/groups/{groupId}/users and GET /api/v0/workspaces/{workspaceId}/users, and
//! DELETE /api/v0/users.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Error, Missing, Usher,
    domain::{DeliveryState, Person, Role, Status},
};

use super::{done, group_id, ok, workspace};
use crate::{
    contracts::bounded,
    incoming::{Incoming, bad_field},
    routes::Answer,
};

/// Members in a page, unless fewer are asked for.
const MAX: usize = 100;

/// Somebody in a group or workspace, or invited to it.
#[derive(Serialize, JsonSchema)]
struct Member<'a> {
    u_id: String,
    username: Option<String>,
    email: &'a str,
    profile_pic: Option<&'a str>,
    confirmed: bool,
    email_sent: bool,
    is_sv: bool,
    user_roles: [RoleBody; 1],
    user_code: Option<&'a str>,
}

/// A role.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Role")]
struct RoleBody {
    role_id: &'static str,
    role_name: &'static str,
}

impl<'a> From<&'a Person> for Member<'a> {
    fn from(person: &'a Person) -> Self {
        Self {
            u_id: person.user.to_string(),
            username: person.full_name(),
            email: person.address.as_typed(),
            profile_pic: None,
            confirmed: person.status == Status::Accepted && !person.unverified,
            email_sent: !matches!(person.delivery, None | Some(DeliveryState::Failed | DeliveryState::Suppressed)),
            is_sv: person.role == Role::Admin,
            user_roles: [RoleBody { role_id: person.role.name(), role_name: person.role.title() }],
            user_code: person.user_code.as_ref().map(AsRef::as_ref),
        }
    }
}

/// A page of members.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Members")]
struct List<'a> {
    members: Vec<Member<'a>>,
    count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_members: Option<usize>,
}

/// What of a list is wanted.
struct Wanted {
    username: Option<String>,
    email: Option<String>,
    user_code: Option<String>,
    limit: usize,
    page: usize,
    total: bool,
}

impl Wanted {
    fn of(incoming: &Incoming) -> Result<Self, Error> {
        let limit = number(incoming, "limit", MAX)?;
        if limit > MAX {
            return Err(bad_field(format!("\"limit\" is at most {MAX}.")));
        }
        let text = |name| incoming.query(name).filter(|text| !text.is_empty()).map(|text| text.to_lowercase());
        Ok(Self {
            username: text("username"),
            email: text("email"),
            user_code: incoming.query("user_code").filter(|code| !code.is_empty()),
            limit,
            page: number(incoming, "page", 1)?,
            total: flag(incoming, "total")?,
        })
    }

    /// Names and addresses are found by a part of them, codes only whole.
    fn matches(&self, person: &Person) -> bool {
        let has = |part: &Option<String>, text: Option<String>| {
            part.as_ref().is_none_or(|part| text.is_some_and(|text| text.to_lowercase().contains(part.as_str())))
        };
        let code = person.user_code.as_ref().map(AsRef::as_ref);
        has(&self.username, person.full_name())
            && has(&self.email, Some(person.address.as_typed().to_owned()))
            && self.user_code.as_deref().is_none_or(|wanted| code == Some(wanted))
    }

    fn answer(&self, people: &[Person]) -> Answer {
        let found: Vec<_> = people.iter().filter(|person| self.matches(person)).collect();
        let total_members = self.total.then_some(found.len());
        let page = found.into_iter().skip((self.page - 1).saturating_mul(self.limit)).take(self.limit);
        let members: Vec<_> = page.map(Member::from).collect();
        bounded(ok(&List { count: members.len(), members, total_members }))
    }
}

pub(crate) async fn of_group(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let (wanted, recursive) = (Wanted::of(incoming)?, flag(incoming, "recursive")?);
    let (_, people) = usher.group_members(&caller, group_id(incoming.parameter("groupId"))?, recursive).await?;
    wanted.answer(&people)
}

pub(crate) async fn of_workspace(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let wanted = Wanted::of(incoming)?;
    let (_, people) = usher.list_members(&caller, workspace(incoming)?).await?;
    wanted.answer(&people)
}

/// Takes somebody out of a group; out of their last one is out of the workspace.
pub(crate) async fn remove(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let body = incoming.json()?;
    let field = |name| body.required(name).map_err(bad_field);
    let (group, person, of) = (group_id(field("g_id")?)?, field("u_id")?, field("w_id")?);
    let of = of.parse().map_err(|_| Error::NotFound(Missing::Workspace))?;
    let person = person.parse().map_err(|_| Error::NotFound(Missing::Person))?;
    usher.leave_group(&caller, of, group, person).await?;
    Ok(done())
}

fn number(incoming: &Incoming, name: &str, default: usize) -> Result<usize, Error> {
    let Some(given) = incoming.query(name) else { return Ok(default) };
    let number = given.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| bad_field(format!("\"{name}\" must be a number from 1.")))
}

fn flag(incoming: &Incoming, name: &str) -> Result<bool, Error> {
    match incoming.query(name).as_deref() {
        None | Some("" | "false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(bad_field(format!("\"{name}\" must be true or false."))),
    }
}

pub(crate) mod describe {
    use super::List;
    use crate::{
        contracts::hexabase::Done,
        openapi::{Description, Field, Refusal, describe, object, optional, required, text, uuid, whole, words},
    };

    fn wanted() -> [Field; 6] {
        [
            optional("username", text("A part of the name.").example("Ada")),
            optional("email", text("A part of the address.").example("ada@")),
            optional("user_code", text("The whole code.").example("A-1")),
            optional("limit", whole("100 unless given.", 1..=100).example(100)),
            optional("page", whole("From 1.", 1..=i64::from(u32::MAX))),
            optional("total", words("Whether to count all that match.", ["true", "false"])),
        ]
    }

    pub(crate) fn of_group() -> Description {
        let recursive = words("Whether those in groups under it are meant too.", ["true", "false"]);
        describe("The members of a group, and who is invited to it.")
            .query(wanted())
            .query([optional("recursive", recursive)])
            .answers::<List>()
            .refuses([Refusal::Forbidden, Refusal::ListTooLarge])
    }

    pub(crate) fn of_workspace() -> Description {
        describe("The members of a workspace, and who is invited to it.")
            .query(wanted())
            .answers::<List>()
            .refuses([Refusal::Forbidden, Refusal::ListTooLarge])
    }

    pub(crate) fn remove() -> Description {
        describe("Takes somebody out of a group; out of their last one is out of the workspace.")
            .takes(object([
                required("g_id", uuid("The group.")),
                required("u_id", uuid("The user.")),
                required("w_id", uuid("The workspace.")),
            ]))
            .answers::<Done>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }
}
