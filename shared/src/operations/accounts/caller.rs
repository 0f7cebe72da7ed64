//! [`Caller`]: the authenticated user on whose behalf an operation runs.

use crate::{
    Error, Result,
    domain::{CompanyId, Profile, UserId},
};

/// An authenticated user. What an authenticated user may do in a company, workspace or group is decided separately, by
/// [`Usher::company_access`](crate::Usher::company_access), [`Usher::workspace_access`](crate::Usher::workspace_access)
/// and [`Usher::group_access`](crate::Usher::group_access).
#[derive(Debug, Clone, Copy)]
pub struct Caller {
    pub(in crate::operations) user: UserId,
    pub(in crate::operations) company: CompanyId,
    /// The epoch of the caller's account when the caller's token was issued: see `Profile::epoch`.
    pub(in crate::operations) epoch: u32,
}

impl Caller {
    /// The caller who is the user of this profile, after the user has proved to know the account's password.
    pub(in crate::operations) fn of(profile: &Profile) -> Self {
        Self { user: profile.id, company: profile.company, epoch: profile.epoch }
    }

    /// The caller's company.
    pub fn company(&self) -> CompanyId {
        self.company
    }

    /// The caller's profile, if the account is active and the sessions of the token's epoch were not ended.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if the caller's account is not active, or the sessions of the token's epoch were
    /// ended.
    pub(in crate::operations) fn require_active(&self, profile: Option<Profile>) -> Result<Profile> {
        profile.filter(|profile| profile.is_active() && profile.epoch == self.epoch).ok_or_else(invalid_token)
    }
}

/// The error for every token that is not valid. The error is the same for whatever reason the token is invalid, so that
/// the error reveals nothing about the token.
pub(in crate::operations) fn invalid_token() -> Error {
    Error::unauthenticated("invalid_token", "The access token is missing, malformed, expired or revoked.")
}
