//! Workspace users: members of a company's workspaces and people who are invited to these workspaces, as a company
//! admin manages them.

use crate::{
    Error, Missing, Result, Usher,
    domain::{Message, Person, PersonId, Role, ShortId},
    operations::{Caller, InviteRow, InviteTo, InviteUsers, WorkspaceReference},
};

/// A person to be added to a workspace.
#[derive(Debug)]
pub struct NewWorkspaceUser {
    /// The short id of the workspace to which the person is added.
    pub workspace: ShortId,
    /// The person to add, and the person's role.
    pub row: InviteRow,
    /// The message in the invitation's mail, if the workspace is published.
    pub message: Option<Message>,
}

impl Usher {
    /// Invites a person to a workspace of the company, and returns the person's record. A member, or a person who is
    /// invited already, is returned unchanged.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Forbidden`] unless the caller administers the workspace; otherwise the reason
    /// why the person can't be invited.
    pub async fn add_workspace_user(&self, caller: &Caller, new: NewWorkspaceUser) -> Result<Person> {
        let NewWorkspaceUser { workspace, row, message } = new;
        let workspace = self.workspace_of_short_id(caller, &workspace).await?.id;
        let identifier = row.identifier.clone();
        match self.find_member(caller, workspace, &identifier).await {
            Err(Error::NotFound(Missing::Person)) => {
                let request = InviteUsers::new(InviteTo::Workspace(workspace), vec![Ok(row)]);
                let request = InviteUsers { message, only_if_published: true, ..request };
                self.invite_users(caller, request).await?.require_all()?;
                self.find_member(caller, workspace, &identifier).await
            }
            found => found,
        }
    }

    /// The people of all workspaces of the caller's company, or of one of these workspaces, oldest first.
    ///
    /// # Errors
    /// The errors of [`Usher::list_company_members`]; [`Error::NotFound`] if the company has no workspace with this
    /// short id.
    pub async fn list_workspace_users(&self, caller: &Caller, workspace: Option<ShortId>) -> Result<Vec<Person>> {
        if let Some(id) = workspace {
            return self.list_members_of(caller, &WorkspaceReference::ShortId(id)).await;
        }
        let all = self.list_company_members(caller).await?;
        Ok(all.into_iter().flat_map(|(_, people)| people).collect())
    }

    /// Changes a person's role as [`Usher::change_member`] does, for a contract that shows some roles under the name of
    /// another role. If the contract already shows the person with the requested role, the person keeps the present
    /// role.
    ///
    /// # Errors
    /// The errors of [`Usher::change_member`].
    pub async fn change_shown_role(
        &self,
        caller: &Caller,
        id: &PersonId,
        role: Role,
        shown_as: fn(Role) -> Role,
    ) -> Result<Person> {
        let (_, person) = self.get_member(caller, id).await?;
        if shown_as(person.role) == role {
            return Ok(person);
        }
        Ok(self.change_member(caller, id, role).await?.1)
    }
}
