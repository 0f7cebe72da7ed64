//! The ways in which requests name a workspace, and operations on a workspace that is named in such a way.

use crate::{
    Error, Missing, Result, Usher,
    domain::{Group, Person, ShortId, WorkspaceId},
    operations::{Caller, GroupNode, InviteTo, InviteUsers, Invited, MailUsers},
};

/// How a request names a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkspaceReference {
    /// By its id.
    Id(WorkspaceId),
    /// By its integer id.
    Number(u32),
    /// By its short id. The caller must administer the workspace.
    ShortId(ShortId),
    /// Not at all: the caller's current workspace is meant.
    Current,
}

impl Usher {
    /// The id of a workspace that a request names. Whether the caller may do anything there isn't decided here, except for
    /// a short id.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such workspace.
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

    /// The members of a workspace and the pending invitations to it, oldest first. Any member may ask.
    ///
    /// # Errors
    /// As [`Usher::list_members`]; [`Error::NotFound`] if there is no such workspace.
    pub async fn list_members_of(&self, caller: &Caller, workspace: &WorkspaceReference) -> Result<Vec<Person>> {
        let workspace = self.referenced_workspace(caller, workspace).await?;
        Ok(self.list_members(caller, workspace).await?.1)
    }

    /// As [`Usher::invite_users`], into the workspace that the reference names.
    ///
    /// # Errors
    /// As [`Usher::invite_users`]; [`Error::NotFound`] if there is no such workspace.
    pub async fn invite_users_to(
        &self,
        caller: &Caller,
        workspace: &WorkspaceReference,
        request: InviteUsers,
    ) -> Result<Invited> {
        // A request with too many rows is refused before anything is read.
        self.admit_rows(request.rows.len())?;
        let to = InviteTo::Workspace(self.referenced_workspace(caller, workspace).await?);
        self.invite_users(caller, InviteUsers { to, ..request }).await
    }

    /// As [`Usher::mail_users`], in the caller's current workspace.
    ///
    /// # Errors
    /// As [`Usher::mail_users`]; [`Error::NotFound`] if the caller has no workspace.
    pub async fn mail_users_of_current_workspace(&self, caller: &Caller, request: MailUsers) -> Result<Vec<bool>> {
        self.admit_rows(request.recipients.len())?;
        let workspace = self.referenced_workspace(caller, &WorkspaceReference::Current).await?;
        self.mail_users(caller, workspace, request).await
    }

    /// As [`Usher::top_groups`], of the caller's current workspace.
    ///
    /// # Errors
    /// As [`Usher::top_groups`]; [`Error::NotFound`] if the caller has no workspace.
    pub async fn top_groups_of_current_workspace(&self, caller: &Caller) -> Result<GroupNode> {
        let workspace = self.referenced_workspace(caller, &WorkspaceReference::Current).await?;
        self.top_groups(caller, workspace).await
    }

    /// As [`Usher::group_tree`], of the caller's current workspace.
    ///
    /// # Errors
    /// As [`Usher::group_tree`]; [`Error::NotFound`] if the caller has no workspace.
    pub async fn group_tree_of_current_workspace(&self, caller: &Caller) -> Result<Vec<Group>> {
        let workspace = self.referenced_workspace(caller, &WorkspaceReference::Current).await?;
        self.group_tree(caller, workspace).await
    }
}
