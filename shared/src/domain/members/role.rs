//! Roles, and what each may do.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::InvalidId;

/// Something a role lets its holder do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// See the workspace and its people.
    View,
    /// Comment.
    Comment,
    /// Work with others on what is there.
    Collaborate,
    /// Review and approve.
    Review,
    /// Change what is there.
    Edit,
    /// Make and delete.
    Create,
    /// Invite people, list invitations, resend and revoke one's own.
    Invite,
    /// See every workspace of the company, where the role is a company's.
    Oversee,
    /// Everything else: set roles, remove members, see the audit.
    Administer,
}

impl Permission {
    /// Its name for programs, as access tokens and profiles show it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::View => "VIEW",
            Self::Comment => "COMMENT",
            Self::Collaborate => "COLLABORATE",
            Self::Review => "REVIEW",
            Self::Edit => "EDIT",
            Self::Create => "CREATE",
            Self::Invite => "INVITE",
            Self::Oversee => "OVERSEE",
            Self::Administer => "ADMINISTER",
        }
    }
}

/// A role in a workspace or a company. Each has all the permissions of those after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Role {
    /// Full control.
    Admin,
    /// Invites, and oversees a company's workspaces.
    Manager,
    /// Creates and invites.
    Creator,
    /// Edits.
    Editor,
    /// Reviews.
    Reviewer,
    /// Collaborates.
    Collaborator,
    /// Comments.
    Commenter,
    /// Only looks.
    Viewer,
}

impl Role {
    /// All roles, from the highest to the lowest.
    pub const ALL: [Self; 8] = [
        Self::Admin,
        Self::Manager,
        Self::Creator,
        Self::Editor,
        Self::Reviewer,
        Self::Collaborator,
        Self::Commenter,
        Self::Viewer,
    ];

    /// What the role may do.
    pub const fn permissions(self) -> &'static [Permission] {
        use Permission::{Administer, Collaborate, Comment, Create, Edit, Invite, Oversee, Review, View};
        match self {
            Self::Admin => &[View, Comment, Collaborate, Review, Edit, Create, Invite, Oversee, Administer],
            Self::Manager => &[View, Comment, Collaborate, Review, Edit, Create, Invite, Oversee],
            Self::Creator => &[View, Comment, Collaborate, Review, Edit, Create, Invite],
            Self::Editor => &[View, Comment, Collaborate, Review, Edit],
            Self::Reviewer => &[View, Comment, Collaborate, Review],
            Self::Collaborator => &[View, Comment, Collaborate],
            Self::Commenter => &[View, Comment],
            Self::Viewer => &[View],
        }
    }

    /// Whether the role has this permission.
    pub fn may(self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }

    /// Whether someone with this role may give `other`: only what they have themselves.
    pub fn may_grant(self, other: Self) -> bool {
        other.permissions().iter().all(|permission| self.may(*permission))
    }

    /// The roles that someone with this role may give.
    pub fn grantable(self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |other| self.may_grant(*other))
    }

    /// The more powerful of two.
    #[must_use]
    pub fn or_higher(self, other: Self) -> Self {
        if self.may_grant(other) { self } else { other }
    }

    /// Its name for programs, such as `ADMIN`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "ADMIN",
            Self::Manager => "MANAGER",
            Self::Creator => "CREATOR",
            Self::Editor => "EDITOR",
            Self::Reviewer => "REVIEWER",
            Self::Collaborator => "COLLABORATOR",
            Self::Commenter => "COMMENTER",
            Self::Viewer => "VIEWER",
        }
    }

    /// Its name for people, such as `Admin`.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Admin => "Admin",
            Self::Manager => "Manager",
            Self::Creator => "Creator",
            Self::Editor => "Editor",
            Self::Reviewer => "Reviewer",
            Self::Collaborator => "Collaborator",
            Self::Commenter => "Commenter",
            Self::Viewer => "Viewer",
        }
    }
}

/// Reads [`Role::name`].
impl FromStr for Role {
    type Err = InvalidId;

    fn from_str(name: &str) -> Result<Self, InvalidId> {
        Self::ALL.into_iter().find(|role| role.name() == name).ok_or(InvalidId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_contains_those_after_it_and_grants_only_what_it_has() {
        for (index, role) in Role::ALL.into_iter().enumerate() {
            assert_eq!(role.grantable().collect::<Vec<_>>(), Role::ALL[index..]);
        }
    }

    #[test]
    fn only_creator_and_above_invite() {
        let inviting: Vec<_> = Role::ALL.into_iter().filter(|role| role.may(Permission::Invite)).collect();
        assert_eq!(inviting, [Role::Admin, Role::Manager, Role::Creator]);
    }

    #[test]
    fn names_read_back() {
        for role in Role::ALL {
            assert_eq!(role.name().parse(), Ok(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.name());
        }
        assert!("admin".parse::<Role>().is_err());
    }
}
