//! GET /idp/api/v1/user, and the format of a user's profile, which is also in the responses to signing up and logging
//! in.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Usher,
    domain::{Company, Profile, Role},
    operations::OwnProfile,
};

use super::{company_role_name, role_name, role_schema};
use crate::vocabulary::{HandlerResult, Incoming, ok};

/// A user's profile. Before the user's address is verified, the profile has only the values that the user typed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProfileBody {
    pub(super) id: Option<u32>,
    pub(super) firstname: String,
    pub(super) lastname: Option<String>,
    pub(super) email: String,
    pub(super) company_name: Option<String>,
    pub(super) company_id: Option<u32>,
    pub(super) status: &'static str,
    pub(super) roles: Vec<&'static str>,
    pub(super) permissions: Vec<&'static str>,
    pub(super) mfa_enabled: bool,
    pub(super) role: Option<&'static str>,
}

impl ProfileBody {
    pub(super) fn new(profile: &Profile, company: &Company, role: Role) -> Self {
        Self {
            id: Some(profile.number),
            firstname: profile.first_name.to_string(),
            lastname: profile.last_name.as_ref().map(ToString::to_string),
            email: profile.address.as_typed().to_owned(),
            company_name: Some(company.name.to_string()),
            company_id: Some(company.number),
            status: "ACTIVE",
            roles: vec![company_role_name(role)],
            permissions: permissions(role),
            mfa_enabled: false,
            role: Some(company_role_name(role)),
        }
    }
}

/// A user's profile with the user's roles and permissions in workspaces.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct FullProfile {
    #[serde(flatten)]
    profile: ProfileBody,
    workspaces: Vec<WorkspaceRoleBody>,
}

/// The user's role in a workspace, with the role's permissions.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "WorkspaceRole")]
struct WorkspaceRoleBody {
    workspace_id: String,
    #[schemars(schema_with = "role_schema")]
    role: &'static str,
    permissions: Vec<&'static str>,
}

impl From<OwnProfile> for FullProfile {
    fn from(own: OwnProfile) -> Self {
        let workspaces = own.workspaces.iter().map(|entry| WorkspaceRoleBody {
            workspace_id: entry.workspace.to_string(),
            role: role_name(entry.role),
            permissions: permissions(entry.role),
        });
        Self { profile: ProfileBody::new(&own.profile, &own.company, own.role), workspaces: workspaces.collect() }
    }
}

fn permissions(role: Role) -> Vec<&'static str> {
    role.permissions().iter().map(|permission| permission.name()).collect()
}

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    Ok(ok(&FullProfile::from(usher.own_profile(&caller).await?)))
}

pub(crate) mod describe {
    use super::FullProfile;
    use crate::vocabulary::{Description, describe};

    pub(crate) fn handle() -> Description {
        describe("The caller's profile.").answers::<FullProfile>()
    }
}
