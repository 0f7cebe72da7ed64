//! Members.

pub(super) mod change_member;
pub(super) mod list_members;
pub(super) mod list_roles;
pub(super) mod remove_member;
