//! The use cases of members: listing a workspace's people, finding one person, and changing or ending a membership.

pub(super) mod change_member;
pub(super) mod list_members;
pub(super) mod list_roles;
pub(super) mod member_record;
pub(super) mod remove_member;
pub(super) mod workspace_users;
