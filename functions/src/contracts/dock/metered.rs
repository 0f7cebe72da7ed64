//! What all Dock routes have in common: the caller is a company admin, and the company's requests per minute are
//! limited.

use http::HeaderName;
use lambda_http::{Body, Response};
use shared::{
    Usher,
    domain::Company,
    operations::{Caller, MeteredCaller, RateLimitStatus},
};

use super::errors;
use crate::vocabulary::{HandlerResult, Incoming, log_failure, with_header};

/// The number of requests that a company may make in a minute, as Dock documents the limit.
const MAX_PER_MINUTE: u32 = 120;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// The caller of a request that was counted for the rate limit: a company admin, and the admin's company.
pub(super) struct Session {
    pub(super) caller: Caller,
    pub(super) company: Company,
}

/// Answers a company admin's request and counts the request. Every response to an authenticated caller has the rate
/// limit in its headers, whether the request succeeds or fails.
pub(super) async fn metered<F, H>(usher: &Usher, incoming: &Incoming, handler: H) -> HandlerResult
where
    F: Future<Output = HandlerResult>,
    H: FnOnce(Session) -> F,
{
    let MeteredCaller { caller, rate_limit, company } = incoming.metered_caller(usher, MAX_PER_MINUTE).await?;
    let result = match company {
        Ok(company) => handler(Session { caller, company }).await,
        Err(error) => Err(error.into()),
    };
    let response = result.unwrap_or_else(|failure| {
        log_failure(&failure);
        errors::render(&failure, incoming.trace_id())
    });
    Ok(with_rate_limit(response, &rate_limit))
}

fn with_rate_limit(response: Response<Body>, rate_limit: &RateLimitStatus) -> Response<Body> {
    let response = with_header(response, LIMIT, &MAX_PER_MINUTE.to_string());
    let response = with_header(response, REMAINING, &rate_limit.remaining.to_string());
    with_header(response, RESET, &rate_limit.resets_at.as_second().to_string())
}
