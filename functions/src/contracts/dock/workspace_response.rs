//! The response with one workspace and the lists that the request selects.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Error, Usher,
    operations::{WorkspaceLists, WorkspaceWithLists},
};

use super::{
    metered::Session,
    objects,
    properties::{PropertySelection, SelectedJson, data},
};
use crate::vocabulary::{Failure, HandlerResult};

const USERS: &str = "workspaceUsers";
const DOMAINS: &str = "workspaceDomains";

/// The response with one workspace.
#[derive(Serialize, JsonSchema)]
pub(super) struct OneWorkspace {
    #[schemars(with = "objects::SelectedWorkspace")]
    workspace: SelectedJson,
}

/// The lists of a workspace that the request selects: its people and its domains.
pub(super) fn lists(selection: &PropertySelection) -> WorkspaceLists {
    WorkspaceLists { people: selection.has(USERS), domains: selection.has(DOMAINS) }
}

/// A workspace as JSON, with the properties that the request selects.
pub(super) fn workspace_body(
    usher: &Usher,
    session: &Session,
    with_lists: &WorkspaceWithLists,
    selection: &PropertySelection,
) -> SelectedJson {
    let WorkspaceWithLists { workspace, people, domains } = with_lists;
    let all = PropertySelection::all();
    let users = people.as_ref().filter(|_| selection.has(USERS)).map(|people| {
        people.iter().map(|person| objects::workspace_user(usher, &session.company, person, &all)).collect()
    });
    let domains =
        domains.as_ref().map(|domains| domains.iter().map(|rule| objects::domain(workspace, rule, &all)).collect());
    objects::workspace(usher, workspace, users, domains, selection)
}

/// The response to a request that changed a workspace. If the response would be too large, the workspace's people are
/// left out of the response: the workspace is already changed, so the request must not fail.
///
/// # Errors
/// [`Error::TooLarge`] if the response is too large for Lambda even without the workspace's people.
pub(super) fn one_workspace(
    usher: &Usher,
    session: &Session,
    with_lists: &WorkspaceWithLists,
    selection: &PropertySelection,
) -> HandlerResult {
    match data(OneWorkspace { workspace: workspace_body(usher, session, with_lists, selection) }) {
        Err(Failure::Operation(Error::TooLarge(_))) => {
            let others = selection.without(objects::WORKSPACE, USERS);
            data(OneWorkspace { workspace: workspace_body(usher, session, with_lists, &others) })
        }
        result => result,
    }
}
