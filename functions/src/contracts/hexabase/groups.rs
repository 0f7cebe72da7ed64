//! The routes for groups: GET /api/v0/groups, GET, POST and DELETE /api/v0/groups/{groupId}, GET /api/v0/grouptree, and
//! PUT and DELETE /api/v0/groups/{groupId}/admins/{userId}.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Missing, Usher,
    domain::{DisplayId, Group, GroupPath, Title, UserId},
    operations::{GroupNode, NewGroup},
};

use super::{GROUP_ID, done};
use crate::vocabulary::{HandlerResult, Incoming, PathParameter, bounded, fields, ok, optional, required, text, title};

/// The id of the group's administrator in a route's path.
const ADMIN_ID: PathParameter<UserId> = PathParameter::uuid("userId", Missing::Person);

fields! {
    /// A group to be created.
    struct NewGroupBody {
        name: Title = required("name", title("", "Design")),
        display_id: Option<DisplayId> =
            optional("display_id", text("An id of the caller's choice.").example("design").parse(str::parse)),
    }
}

/// A group, as a response shows the group.
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

/// A group and the groups directly under it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Groups")]
struct GroupWithChildren<'a> {
    error: &'static str,
    group: GroupBody<'a>,
    children: Vec<GroupBody<'a>>,
    count: usize,
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    with_children(usher.top_groups_of_current_workspace(&caller).await?)
}

pub(crate) async fn get(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    with_children(usher.child_groups(&caller, GROUP_ID.read(incoming)?).await?)
}

/// The response with a group and the groups directly under it. For a successful request, the response with a group has
/// an empty text in its field `error`, as Hexabase documents the field. All other successful responses have null in
/// this field.
fn with_children(GroupNode { group, index, children }: GroupNode) -> HandlerResult {
    let children: Vec<_> = children.iter().enumerate().map(|(index, child)| GroupBody::new(child, index)).collect();
    bounded(ok(&GroupWithChildren { error: "", group: GroupBody::new(&group, index), count: children.len(), children }))
}

/// A group with all groups under it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Branch")]
struct GroupBranch<'a> {
    #[serde(rename = "childGroups")]
    child_groups: Vec<Self>,
    display_id: &'a str,
    id: String,
    name: &'a str,
    show_child: bool,
}

/// The response with all groups of the workspace.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Tree")]
struct GroupTree<'a> {
    error: Option<&'static str>,
    result: Vec<GroupBranch<'a>>,
}

pub(crate) async fn tree(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let groups = usher.group_tree_of_current_workspace(&caller).await?;
    bounded(ok(&GroupTree { error: None, result: branches(&groups) }))
}

/// Makes a tree of groups from the given list, which is sorted by the groups' levels. The function attaches the deepest
/// groups of the tree to their parent groups first.
fn branches(groups: &[Group]) -> Vec<GroupBranch<'_>> {
    let mut under: HashMap<Option<GroupPath>, Vec<GroupBranch<'_>>> = HashMap::new();
    for group in groups.iter().rev() {
        let mut child_groups = under.remove(&Some(group.path.clone())).unwrap_or_default();
        child_groups.reverse();
        let branch = GroupBranch {
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

/// The response with a group that the request has created.
#[derive(Serialize, JsonSchema)]
struct CreatedGroup<'a> {
    group: CreatedGroupBody<'a>,
    /// The value of the response's field `error` for a successful request: null, as Hexabase documents the field.
    #[serde(rename = "groupTree_datastores_res")]
    tree: (),
}

/// A group that the request has created, as the response shows the group.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NewGroup")]
struct CreatedGroupBody<'a> {
    g_id: String,
    id: String,
    display_id: &'a str,
    access_key: String,
    index: usize,
    is_root: bool,
    name: &'a str,
    created_at: jiff::Timestamp,
}

pub(crate) async fn create(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let parent = GROUP_ID.read(incoming)?;
    let NewGroupBody { name, display_id } = incoming.body()?;
    let GroupNode { group, index, .. } = usher.create_group(&caller, NewGroup { parent, name, display_id }).await?;
    Ok(ok(&CreatedGroup {
        group: CreatedGroupBody {
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

pub(crate) async fn delete(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    usher.delete_group(&caller, GROUP_ID.read(incoming)?).await?;
    Ok(done())
}

pub(crate) async fn add_admin(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    change_admin(usher, incoming, true).await
}

pub(crate) async fn remove_admin(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    change_admin(usher, incoming, false).await
}

async fn change_admin(usher: &Usher, incoming: &Incoming, administers: bool) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let (group, admin) = (GROUP_ID.read(incoming)?, ADMIN_ID.read(incoming)?);
    usher.change_group_admin(&caller, group, admin, administers).await?;
    Ok(done())
}

pub(crate) mod describe {
    use super::{ADMIN_ID, CreatedGroup, GROUP_ID, GroupTree, GroupWithChildren, NewGroupBody};
    use crate::{
        contracts::hexabase::Done,
        vocabulary::{Description, Refusal, describe},
    };

    pub(crate) fn list() -> Description {
        describe("The topmost group of the current workspace, and the groups directly under it.")
            .answers::<GroupWithChildren>()
            .refuses([Refusal::Missing, Refusal::Forbidden, Refusal::ListTooLarge])
    }

    pub(crate) fn get() -> Description {
        describe("A group, and the groups directly under it.")
            .path(&GROUP_ID)
            .answers::<GroupWithChildren>()
            .refuses([Refusal::Forbidden, Refusal::ListTooLarge])
    }

    pub(crate) fn tree() -> Description {
        describe("All groups of the current workspace as a tree.").answers::<GroupTree>().refuses([
            Refusal::Missing,
            Refusal::Forbidden,
            Refusal::ListTooLarge,
        ])
    }

    pub(crate) fn create() -> Description {
        describe("Creates a group under another.")
            .path(&GROUP_ID)
            .body::<NewGroupBody>()
            .answers::<CreatedGroup>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }

    pub(crate) fn delete() -> Description {
        describe("Removes a group that has neither groups nor members.")
            .path(&GROUP_ID)
            .answers::<Done>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }

    pub(crate) fn add_admin() -> Description {
        describe_admin("Makes a user an administrator of a group and of all groups under it.")
    }

    pub(crate) fn remove_admin() -> Description {
        describe_admin("Ends a user's administration of a group.")
    }

    fn describe_admin(summary: &'static str) -> Description {
        describe(summary)
            .path(&GROUP_ID)
            .path(&ADMIN_ID)
            .answers::<Done>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }
}
