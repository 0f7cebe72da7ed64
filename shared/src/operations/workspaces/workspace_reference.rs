//! The ways in which requests name a workspace (by id, integer id or short id, or not at all), and operations on a
//! workspace that a request names.

use crate::{
    Error, Missing, Result, Usher,
    domain::{Group, Person, ShortId, WorkspaceId},
    operations::{Caller, GroupNode, InviteResults, InviteTo, InviteUsers, MailUsers},
};

/// How a request names a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkspaceReference {
    /// The request names the workspace by the workspace's id.
    Id(WorkspaceId),
    /// The request names the workspace by the workspace's integer id.
    Number(u32),
    /// The request names the workspace by the workspace's short id. The caller must administer the workspace.
    ShortId(ShortId),
    /// The request names no workspace, and is about the caller's current workspace.
    Current,
}

impl Usher {
    /// The id of a workspace that a request names. What the caller may do in the workspace is not checked, unless the
    /// request names the workspace by a short id.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the workspace that the request names doesn't exist.
    pub(in crate::operations) async fn referenced_workspace(
        &self,
        caller: &Caller,
        reference: &WorkspaceReference,
    ) -> Result<WorkspaceId> {
        match reference {
            WorkspaceReference::Id(id) => Ok(*id),
            WorkspaceReference::Number(number) => self.workspace_of_number(*number).await,
            WorkspaceReference::ShortId(id) => Ok(self.workspace_of_short_id(caller, id).await?.id),
            WorkspaceReference::Current => {
                let (_, current) = self.list_workspaces_with_current(caller).await?;
                current.ok_or(Error::NotFound(Missing::Workspace))
            }
        }
    }

    /// The members of a workspace and the pending invitations to it, oldest first. Every member of the workspace may
    /// list the workspace's people.
    ///
    /// # Errors
    /// The errors of [`Usher::list_members`]; [`Error::NotFound`] if the workspace that the request names doesn't
    /// exist.
    pub async fn list_members_of(&self, caller: &Caller, workspace: &WorkspaceReference) -> Result<Vec<Person>> {
        let workspace = self.referenced_workspace(caller, workspace).await?;
        Ok(self.list_members(caller, workspace).await?.1)
    }

    /// Invites people, as [`Usher::invite_users`] does, to the workspace that the reference names.
    ///
    /// # Errors
    /// The errors of [`Usher::invite_users`]; [`Error::NotFound`] if the workspace that the request names doesn't
    /// exist.
    pub async fn invite_users_to(
        &self,
        caller: &Caller,
        workspace: &WorkspaceReference,
        request: InviteUsers,
    ) -> Result<InviteResults> {
        // An inviting request with too many rows is refused before anything is read from the store.
        self.admit_rows(request.rows.len())?;
        let to = InviteTo::Workspace(self.referenced_workspace(caller, workspace).await?);
        self.invite_users(caller, InviteUsers { to, ..request }).await
    }

    /// Mails people of the caller's current workspace again, as [`Usher::mail_users`] does.
    ///
    /// # Errors
    /// The errors of [`Usher::mail_users`]; [`Error::NotFound`] if the caller has no workspace.
    pub async fn mail_users_of_current_workspace(&self, caller: &Caller, request: MailUsers) -> Result<Vec<bool>> {
        self.admit_rows(request.recipients.len())?;
        let workspace = self.referenced_workspace(caller, &WorkspaceReference::Current).await?;
        self.mail_users(caller, workspace, request).await
    }

    /// The topmost group of the caller's current workspace and the groups directly under the topmost group, as
    /// [`Usher::top_groups`] returns them.
    ///
    /// # Errors
    /// The errors of [`Usher::top_groups`]; [`Error::NotFound`] if the caller has no workspace.
    pub async fn top_groups_of_current_workspace(&self, caller: &Caller) -> Result<GroupNode> {
        let workspace = self.referenced_workspace(caller, &WorkspaceReference::Current).await?;
        self.top_groups(caller, workspace).await
    }

    /// All groups of the caller's current workspace, as [`Usher::group_tree`] returns them.
    ///
    /// # Errors
    /// The errors of [`Usher::group_tree`]; [`Error::NotFound`] if the caller has no workspace.
    pub async fn group_tree_of_current_workspace(&self, caller: &Caller) -> Result<Vec<Group>> {
        let workspace = self.referenced_workspace(caller, &WorkspaceReference::Current).await?;
        self.group_tree(caller, workspace).await
    }
}
