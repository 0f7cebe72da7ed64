//! Fills in the company and the workspace of the current request's log span. Every log line of the request then shows
//! the company and the workspace.

use crate::domain::{CompanyId, WorkspaceId};

/// Logs that the request is about the company `id`.
pub(super) fn company(id: CompanyId) {
    tracing::Span::current().record("company", tracing::field::display(id));
}

/// Logs that the request is about the workspace `id`.
pub(super) fn workspace(id: WorkspaceId) {
    tracing::Span::current().record("workspace", tracing::field::display(id));
}
