//! What was done in a workspace.

use crate::{
    Result, Usher,
    domain::{Permission, Scope, WorkspaceId},
    operations::{
        Caller,
        cursor::{Cursors, PageRequest, Paged},
        log,
    },
    store::AuditRecord,
};

/// Something that was done, and who did it.
#[derive(Debug)]
pub struct AuditEntry {
    /// What was done.
    pub line: AuditRecord,
    /// The name of whoever did it.
    pub actor_name: Option<String>,
}

impl Usher {
    /// What was done in a workspace, newest first.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`] and [`crate::Error::Forbidden`] unless the caller administers the workspace;
    /// [`crate::Error::Invalid`] for a cursor that isn't this list's.
    pub async fn list_audit(&self, caller: &Caller, id: WorkspaceId, wish: &PageRequest) -> Result<Paged<AuditEntry>> {
        let access = self.workspace_access(caller, id).await?;
        log::workspace(id);
        access.require(Permission::Administer)?;
        let cursors = Cursors::new(&access.workspace.salt, "audit", &());
        let after = cursors.open(wish)?;
        let page = self.store.audit_page(Scope::Workspace(id), after.as_ref(), wish.limit).await?;
        let page = cursors.seal(page, self.random())?;
        let names = self.full_names(page.items.iter().map(|line| line.actor).collect()).await?;
        Ok(page.map(|line| AuditEntry { actor_name: names.get(&line.actor).cloned(), line }))
    }
}
