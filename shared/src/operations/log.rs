//! Whom a request is about, for the log: the request's span has a place for each.

use crate::domain::{CompanyId, WorkspaceId};

/// The company that the request turned out to be about.
pub(super) fn company(id: CompanyId) {
    tracing::Span::current().record("company", tracing::field::display(id));
}

/// The workspace that the request turned out to be about.
pub(super) fn workspace(id: WorkspaceId) {
    tracing::Span::current().record("workspace", tracing::field::display(id));
}
