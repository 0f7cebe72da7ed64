//! The seed file: its fields, and the values that each field accepts.

use serde::{Deserialize, Deserializer, de::Error as _};
use shared::domain::{
    CompanyId, EmailAddress, InvitationHash, Message, Password, PersonName, Role, Title, UserId, WorkspaceId,
};

/// The companies of a seed file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedFile {
    pub(super) companies: Vec<CompanyEntry>,
}

/// A company with its users and workspaces.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct CompanyEntry {
    pub(super) id: CompanyId,
    pub(super) name: Title,
    pub(super) people: Vec<PersonEntry>,
    #[serde(default)]
    pub(super) workspaces: Vec<WorkspaceEntry>,
    #[serde(default)]
    pub(super) service_accounts: Vec<ServiceAccountEntry>,
}

/// A user of a seeded company, with a password.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct PersonEntry {
    pub(super) id: UserId,
    pub(super) email: EmailAddress,
    #[serde(deserialize_with = "password")]
    pub(super) password: Password,
    pub(super) first_name: PersonName,
    #[serde(default)]
    pub(super) last_name: Option<PersonName>,
    /// The role of the seeded user in the company.
    #[serde(default = "viewer", deserialize_with = "role")]
    pub(super) role: Role,
}

/// A workspace with its members and invitations.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorkspaceEntry {
    pub(super) id: WorkspaceId,
    pub(super) name: Title,
    pub(super) members: Vec<MemberEntry>,
    #[serde(default)]
    pub(super) invitations: Vec<InvitationEntry>,
}

/// A member of a workspace: a person of the same company.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MemberEntry {
    pub(super) email: EmailAddress,
    #[serde(deserialize_with = "role")]
    pub(super) role: Role,
}

/// A pending invitation of a seeded workspace.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct InvitationEntry {
    pub(super) email: EmailAddress,
    #[serde(deserialize_with = "role")]
    pub(super) role: Role,
    /// The address of the inviter.
    pub(super) invited_by: EmailAddress,
    #[serde(deserialize_with = "hash")]
    pub(super) hash: InvitationHash,
    #[serde(default)]
    pub(super) message: Option<Message>,
    /// The user id that the invited person gets by signing up. If the user id is absent, the stack chooses a user id at
    /// random.
    #[serde(default)]
    pub(super) user_id: Option<UserId>,
}

/// A service account with its token.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct ServiceAccountEntry {
    pub(super) id: UserId,
    pub(super) name: PersonName,
    #[serde(deserialize_with = "token")]
    pub(super) token: String,
    #[serde(default)]
    pub(super) account_admin: bool,
}

fn viewer() -> Role {
    Role::Viewer
}

fn role<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Role, D::Error> {
    let name = String::deserialize(deserializer)?;
    let roles = || Role::ALL.map(Role::name).join(", ");
    name.parse().map_err(|_| D::Error::custom(format!("{name:?} is not a role. The roles are {}", roles())))
}

fn hash<'de, D: Deserializer<'de>>(deserializer: D) -> Result<InvitationHash, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(|_| D::Error::custom("a hash must be a hyphenated UUID"))
}

fn password<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Password, D::Error> {
    Password::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// A service account's token. The prefix of the token tells the service that the token is not a signed access token.
fn token<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let token = String::deserialize(deserializer)?;
    let secret = token.strip_prefix("usher_sa_").unwrap_or_default();
    if secret.is_empty() || !secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
        return Err(D::Error::custom("a token must be usher_sa_ followed by letters, digits, - and _"));
    }
    Ok(token)
}
