//! Listing the audit log of a workspace.

use crate::{
    Result, Usher,
    domain::{Permission, Scope, WorkspaceId},
    operations::{
        Caller,
        cursor::{CursorPage, Cursors, PageRequest},
        log,
    },
    store::AuditRecord,
};

/// An entry of a workspace's audit log.
#[derive(Debug)]
pub struct AuditEntry {
    /// The stored record of a change in the workspace.
    pub record: AuditRecord,
    /// The name of the user who made the change. `None` if the user's account no longer exists.
    pub actor_name: Option<String>,
}

impl Usher {
    /// A page of a workspace's audit log, newest entry first.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`] and [`crate::Error::Forbidden`] unless the caller administers the workspace;
    /// [`crate::Error::Invalid`] for a cursor that belongs to another list.
    pub async fn list_audit(
        &self,
        caller: &Caller,
        id: WorkspaceId,
        page: &PageRequest,
    ) -> Result<CursorPage<AuditEntry>> {
        let access = self.workspace_access(caller, id).await?;
        log::workspace(id);
        access.require(Permission::Administer)?;
        let cursors = Cursors::new(&access.workspace.salt, "audit", &());
        let after = cursors.open(page)?;
        let page = self.store.audit_page(Scope::Workspace(id), after.as_ref(), page.limit).await?;
        let page = cursors.seal(page, self.random())?;
        let names = self.full_names(page.items.iter().map(|record| record.actor).collect()).await?;
        Ok(page.map(|record| AuditEntry { actor_name: names.get(&record.actor).cloned(), record }))
    }
}
