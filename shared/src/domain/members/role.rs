//! [`Role`] and [`Permission`]: what a member may do.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::InvalidId;

/// One thing that a role permits its holder to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// The permission to see the workspace and its people.
    View,
    /// The permission to comment.
    Comment,
    /// The permission to work on content together with others.
    Collaborate,
    /// The permission to review and approve content.
    Review,
    /// The permission to change content.
    Edit,
    /// The permission to create and delete content.
    Create,
    /// The permission to invite people, to list invitations, and to resend and revoke one's own invitations.
    Invite,
    /// The permission to see every workspace of the company. The permission to see every workspace has an effect only
    /// if the user's role in the company includes the permission.
    Oversee,
    /// The permission to do everything that no other permission covers: set roles, remove members, read the audit log.
    Administer,
}

impl Permission {
    /// The permission's name for programs, as access tokens and profiles contain the name.
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

/// A role in a workspace or a company. Each role includes the permissions of the roles that are listed after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Role {
    /// A member with this role has full control of the workspace or company.
    Admin,
    /// A member with this role invites people. A member with this role in a company also sees all workspaces of the
    /// company.
    Manager,
    /// A member with this role creates content and invites people.
    Creator,
    /// A member with this role edits content.
    Editor,
    /// A member with this role reviews content.
    Reviewer,
    /// A member with this role works on content together with others.
    Collaborator,
    /// A member with this role comments on content.
    Commenter,
    /// A member with this role only sees content.
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

    /// The permissions of the role.
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

    /// Whether a holder of this role may grant the role `other`. A user may grant only a role whose permissions the
    /// user's own role includes.
    pub fn may_grant(self, other: Self) -> bool {
        other.permissions().iter().all(|permission| self.may(*permission))
    }

    /// The roles that a holder of this role may grant.
    pub fn grantable(self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |other| self.may_grant(*other))
    }

    /// The higher one of two roles: this role or the role `other`, whichever has more permissions.
    #[must_use]
    pub fn or_higher(self, other: Self) -> Self {
        if self.may_grant(other) { self } else { other }
    }

    /// The role's name for programs, such as `ADMIN`.
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

    /// The role's title for people, such as `Admin`.
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

/// Parses a role's name for programs, as [`Role::name`] returns the name.
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
    fn each_role_may_grant_itself_and_the_roles_after_it() {
        for (index, role) in Role::ALL.into_iter().enumerate() {
            assert_eq!(role.grantable().collect::<Vec<_>>(), Role::ALL[index..]);
        }
    }

    #[test]
    fn only_creators_and_higher_roles_invite() {
        let inviting: Vec<_> = Role::ALL.into_iter().filter(|role| role.may(Permission::Invite)).collect();
        assert_eq!(inviting, [Role::Admin, Role::Manager, Role::Creator]);
    }

    #[test]
    fn names_parse() {
        for role in Role::ALL {
            assert_eq!(role.name().parse(), Ok(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.name());
        }
        assert!("admin".parse::<Role>().is_err());
    }
}
