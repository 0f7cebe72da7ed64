//! Groups: GET /api/v0/groups, GET, POST and DELETE /api/v0/groups/{groupId}, GET /api/v0/grouptree, and PUT and DELETE
//! /api/v0/groups/{groupId}/admins/{userId}.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Error, Missing, Usher,
    domain::{DisplayId, Group, GroupPath, Title},
    operations::{Caller, NewGroup, PlacedGroup},
};

use super::{current_workspace, done, group_id, ok};
use crate::{
    contracts::bounded,
    incoming::{Incoming, bad_field, parsed},
    routes::Answer,
};

/// A group.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Group")]
struct GroupBody<'a> {
    g_id: String,
    group_id: &'a str,
    name: &'a str,
    index: usize,
}

impl<'a> GroupBody<'a> {
    fn new(group: &'a Group, index: usize) -> Self {
        let (group_id, name) = (group.display_id.as_ref(), group.name.as_ref());
        Self { g_id: group.id.to_string(), group_id, name, index }
    }
}

/// A group and those right under it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Groups")]
struct List<'a> {
    error: &'static str,
    group: GroupBody<'a>,
    children: Vec<GroupBody<'a>>,
    count: usize,
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let workspace = current_workspace(usher, &caller).await?;
    listed(usher.top_groups(&caller, workspace).await?)
}

pub(crate) async fn get(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    listed(usher.child_groups(&caller, group_id(incoming.parameter("groupId"))?).await?)
}

/// The vendor tells that nothing failed by an empty text here, and by null elsewhere.
fn listed(PlacedGroup { group, index, children }: PlacedGroup) -> Answer {
    let children: Vec<_> = children.iter().enumerate().map(|(index, child)| GroupBody::new(child, index)).collect();
    bounded(ok(&List { error: "", group: GroupBody::new(&group, index), count: children.len(), children }))
}

/// A group with all under it.
#[derive(Serialize, JsonSchema)]
struct Branch<'a> {
    #[serde(rename = "childGroups")]
    child_groups: Vec<Self>,
    display_id: &'a str,
    id: String,
    name: &'a str,
    show_child: bool,
}

/// All groups.
#[derive(Serialize, JsonSchema)]
struct Tree<'a> {
    error: Option<&'static str>,
    result: Vec<Branch<'a>>,
}

pub(crate) async fn tree(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let workspace = current_workspace(usher, &caller).await?;
    let groups = usher.group_tree(&caller, workspace).await?;
    bounded(ok(&Tree { error: None, result: branches(&groups) }))
}

/// The tree out of its groups, level by level: what is deepest is hung up first.
fn branches(groups: &[Group]) -> Vec<Branch<'_>> {
    let mut under: HashMap<Option<GroupPath>, Vec<Branch<'_>>> = HashMap::new();
    for group in groups.iter().rev() {
        let mut child_groups = under.remove(&Some(group.path.clone())).unwrap_or_default();
        child_groups.reverse();
        let branch = Branch {
            show_child: !child_groups.is_empty(),
            child_groups,
            display_id: group.display_id.as_ref(),
            id: group.id.to_string(),
            name: group.name.as_ref(),
        };
        under.entry(group.path.parent()).or_default().push(branch);
    }
    under.remove(&None).unwrap_or_default()
}

/// The new group.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CreatedGroup")]
struct Created<'a> {
    group: CreatedBody<'a>,
    /// Null, as the vendor documents it.
    #[serde(rename = "groupTree_datastores_res")]
    tree: (),
}

/// A new group.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NewGroup")]
struct CreatedBody<'a> {
    g_id: String,
    id: String,
    display_id: &'a str,
    access_key: String,
    index: usize,
    is_root: bool,
    name: &'a str,
    created_at: jiff::Timestamp,
}

pub(crate) async fn create(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let parent = group_id(incoming.parameter("groupId"))?;
    let body = incoming.json()?;
    let name = parsed("name", Title::parse(body.required("name").map_err(bad_field)?))?;
    let display_id = body.text("display_id").map_err(bad_field)?;
    let display_id = display_id.map(|id| parsed("display_id", id.parse::<DisplayId>())).transpose()?;
    let PlacedGroup { group, index, .. } = usher.create_group(&caller, NewGroup { parent, name, display_id }).await?;
    Ok(ok(&Created {
        group: CreatedBody {
            g_id: group.id.to_string(),
            id: group.id.to_string(),
            display_id: group.display_id.as_ref(),
            access_key: group.short_id.to_string(),
            index,
            is_root: group.path.is_top(),
            name: group.name.as_ref(),
            created_at: group.created_at,
        },
        tree: (),
    }))
}

pub(crate) async fn delete(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    usher.delete_group(&caller, group_id(incoming.parameter("groupId"))?).await?;
    Ok(done())
}

pub(crate) async fn add_admin(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    change_admin(usher, &caller, incoming, true).await
}

pub(crate) async fn remove_admin(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    change_admin(usher, &caller, incoming, false).await
}

async fn change_admin(usher: &Usher, caller: &Caller, incoming: &Incoming, administers: bool) -> Answer {
    let group = group_id(incoming.parameter("groupId"))?;
    let admin = incoming.parameter("userId").parse().map_err(|_| Error::NotFound(Missing::Person))?;
    usher.change_group_admin(caller, group, admin, administers).await?;
    Ok(done())
}

pub(crate) mod describe {
    use super::{Created, List, Tree};
    use crate::{
        contracts::hexabase::Done,
        openapi::{Description, Refusal, describe, object, optional, required, text},
    };

    pub(crate) fn list() -> Description {
        describe("The top group of the current workspace, and those right under it.").answers::<List>().refuses([
            Refusal::Missing,
            Refusal::Forbidden,
            Refusal::ListTooLarge,
        ])
    }

    pub(crate) fn get() -> Description {
        describe("A group, and those right under it.")
            .answers::<List>()
            .refuses([Refusal::Forbidden, Refusal::ListTooLarge])
    }

    pub(crate) fn tree() -> Description {
        describe("All groups of the current workspace as a tree.").answers::<Tree>().refuses([
            Refusal::Missing,
            Refusal::Forbidden,
            Refusal::ListTooLarge,
        ])
    }

    pub(crate) fn create() -> Description {
        describe("Makes a group under another.")
            .takes(object([
                required("name", text("").length(1..=120).example("Design")),
                optional("display_id", text("An id of the caller's choice.").example("design")),
            ]))
            .answers::<Created>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }

    pub(crate) fn delete() -> Description {
        describe("Removes a group that has neither groups nor members.")
            .answers::<Done>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }

    pub(crate) fn add_admin() -> Description {
        describe("Makes somebody an administrator of a group and of all under it.")
            .answers::<Done>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }

    pub(crate) fn remove_admin() -> Description {
        describe("Takes the administration of a group from somebody.")
            .answers::<Done>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }
}
