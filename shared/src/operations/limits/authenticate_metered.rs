//! Authenticating a company admin whose company may make a limited number of requests.

use crate::{
    Error, PublicMessage, Result, Usher,
    domain::Company,
    operations::{Caller, RateLimitStatus},
};

/// An authenticated caller whose request was counted towards the limit of the caller's company.
#[derive(Debug)]
pub struct MeteredCaller {
    /// The caller, whose company's requests are limited.
    pub caller: Caller,
    /// How many requests the company may still send in the current minute.
    pub rate_limit: RateLimitStatus,
    /// The caller's company, or the error for a refused request: the company's limit of requests is exhausted, or the
    /// caller is no company admin.
    pub company: Result<Company>,
}

impl Usher {
    /// Authenticates a company admin as [`Usher::authenticate`] does, and counts the request among the requests that
    /// the admin's company may make in a minute. Every request of the admin is counted, whatever the result of the
    /// request is.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for an invalid token.
    pub async fn authenticate_metered(&self, token: Option<&str>, max_per_minute: u32) -> Result<MeteredCaller> {
        let caller = self.authenticate(token).await?;
        let rate_limit = self.count_request(&caller, max_per_minute).await?;
        let company = if rate_limit.admitted {
            self.own_company(&caller).await
        } else {
            let public =
                PublicMessage::new("rate_limit_exceeded", "The company has made too many requests in this minute.");
            Err(Error::TooMany { public, retry_after: rate_limit.resets_in })
        };
        Ok(MeteredCaller { caller, rate_limit, company })
    }
}
