//! Logging in with address or user code, and password.

use crate::{
    Result, Usher,
    domain::{Password, Profile, Role, WorkspaceId},
    operations::accounts::credentials::{LoginIdentifier, wrong_credentials},
};

/// A request to log in.
#[derive(Debug)]
pub struct LogIn {
    /// The address or user code that the user logs in with. `None` if the text in the request is neither an address nor
    /// a user code.
    pub identifier: Option<LoginIdentifier>,
    /// The user's password. `None` if the text in the request is too long for a password.
    pub password: Option<Password>,
    /// The workspace that the request names. A user whose account is restricted to one workspace must name that
    /// workspace.
    pub exclusive_to: Option<WorkspaceId>,
}

/// A user who has logged in.
#[derive(Debug)]
pub struct LoggedIn {
    /// The user's profile.
    pub profile: Profile,
    /// The user's role in the company.
    pub role: Role,
    /// The user's access token, which is a secret.
    pub token: String,
    /// Whether the user must choose a new password, because an inviter chose the present password.
    pub must_change_password: bool,
}

impl Usher {
    /// Logs a user in. The response to a request with an unknown identifier takes as long as the response to a request
    /// with a wrong password.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`](crate::Error::Unauthenticated) if identifier and password don't belong together, or
    /// if the account is restricted to another workspace than the request names;
    /// [`Error::TooMany`](crate::Error::TooMany) after ten wrong passwords.
    pub async fn log_in(&self, request: LogIn) -> Result<LoggedIn> {
        let LogIn { identifier, password, exclusive_to } = request;
        let Some(identifier) = identifier else { return Err(wrong_credentials()) };
        let allowed = |profile: &Profile| profile.exclusive_to.is_none() || profile.exclusive_to == exclusive_to;
        let profile = self.check_credentials(&identifier, password, allowed).await?;
        let standing = self.store.caller_records(profile.id, profile.company, None).await?;
        let role = standing.company_role().unwrap_or(Role::Viewer);
        let token = self.issue_access_token(&profile, role, None).await?;
        let must_change_password = profile.temporary_password;
        Ok(LoggedIn { profile, role, token, must_change_password })
    }
}
