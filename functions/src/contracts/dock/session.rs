//! What all of Dock's routes have in common: a company admin calls, and not too often.

use http::HeaderName;
use lambda_http::{Body, Response};
use shared::{
    Error, Public, Usher,
    domain::Company,
    operations::{Caller, RateLimitStatus},
};

use super::errors;
use crate::{
    contracts::{log_failure, with_header},
    incoming::Incoming,
    routes::Answer,
};

/// Requests of a company in a minute, as Dock documents it.
const MAX_PER_MINUTE: u32 = 120;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// A company admin's request, counted.
pub(super) struct Session {
    pub(super) caller: Caller,
    pub(super) company: Company,
}

/// Answers a company admin's request, and says in headers how many more there may be. Whoever verified who they are is
/// counted and told, whatever becomes of the request.
pub(super) async fn metered<F, H>(usher: &Usher, incoming: &Incoming, handler: H) -> Answer
where
    F: Future<Output = Answer>,
    H: FnOnce(Session) -> F,
{
    let caller = incoming.caller(usher).await?;
    let meter = usher.meter(&caller, MAX_PER_MINUTE).await?;
    let answer = match begin(usher, caller, &meter).await {
        Ok(session) => handler(session).await,
        Err(error) => Err(error.into()),
    };
    let response = answer.unwrap_or_else(|failure| {
        log_failure(&failure);
        errors::render(&failure, incoming.trace_id())
    });
    Ok(told(response, &meter))
}

async fn begin(usher: &Usher, caller: Caller, meter: &RateLimitStatus) -> Result<Session, Error> {
    if !meter.admitted {
        let public = Public::new("rate_limit_exceeded", "The company has made too many requests in this minute.");
        return Err(Error::TooMany { public, retry_after: meter.resets_in });
    }
    let company = usher.own_company(&caller).await?;
    Ok(Session { caller, company })
}

fn told(response: Response<Body>, meter: &RateLimitStatus) -> Response<Body> {
    let response = with_header(response, LIMIT, &MAX_PER_MINUTE.to_string());
    let response = with_header(response, REMAINING, &meter.left.to_string());
    with_header(response, RESET, &meter.resets_at.as_second().to_string())
}
