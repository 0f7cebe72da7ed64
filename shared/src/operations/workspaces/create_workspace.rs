//! Creating a workspace.

use crate::{
    Error, Result, Usher,
    domain::{Message, Role, ShortId, Title, Workspace, WorkspaceId},
    operations::{Caller, log},
    store::IntegerIds,
};

/// A request to create a workspace.
#[derive(Debug)]
pub struct NewWorkspace {
    /// The name of the new workspace.
    pub name: Title,
    /// The purpose of the new workspace, in the creator's words.
    pub description: Option<Message>,
    /// Whether the new workspace is published immediately.
    pub published: bool,
}

impl Usher {
    /// Creates a workspace in the caller's company, with the caller as its ADMIN. Every active user may create
    /// workspaces.
    ///
    /// # Errors
    /// The errors of [`Usher::company_access`]; [`Error::Forbidden`] for a user whose account is restricted to one
    /// workspace.
    pub async fn create_workspace(&self, caller: &Caller, new: NewWorkspace) -> Result<Workspace> {
        let profile = self.company_access(caller).await?.profile;
        if profile.exclusive_to.is_some() {
            return Err(Error::forbidden(
                "exclusive_user",
                "An account that belongs to one workspace only has no others.",
            ));
        }
        let numbers = self.store.take_integer_ids(IntegerIds { workspaces: 1, ..IntegerIds::default() }).await?;
        let now = self.now();
        let workspace = Workspace {
            id: WorkspaceId::random(self.random()),
            number: numbers.workspaces,
            short_id: ShortId::random(self.random()),
            company: profile.company,
            name: new.name,
            description: new.description,
            salt: self.random().uuid().to_string(),
            admins: 1,
            created_by: profile.id,
            created_at: now,
            updated_at: now,
            published: new.published,
        };
        let creator = self.member_record(&profile, Role::Admin, &workspace.salt);
        log::workspace(workspace.id);
        self.store.create_workspace(&workspace, &creator).await?;
        Ok(workspace)
    }
}
