//! POST /connect/token: an access token for a service account, by client credentials (RFC 6749 section 4.4).

use serde_json::json;
use shared::{Error, Usher};

use super::{
    errors::{TokenRefusal, token_refused, uncached},
    ok,
};
use crate::{
    incoming::{Failure, Incoming},
    routes::Answer,
};

/// The only scope there is.
const SCOPE: &str = "WebAPI";

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> Answer {
    let Ok(form) = incoming.form() else { return Ok(token_refused(TokenRefusal::InvalidRequest)) };
    let field = |name| form.shown(name).filter(|value| !value.is_empty());
    let refusal = match (field("grant_type").as_deref(), field("scope").as_deref()) {
        (None, _) => Some(TokenRefusal::InvalidRequest),
        (Some("client_credentials"), None | Some(SCOPE)) => None,
        (Some("client_credentials"), Some(_)) => Some(TokenRefusal::InvalidScope),
        (Some(_), _) => Some(TokenRefusal::UnsupportedGrantType),
    };
    if let Some(refusal) = refusal {
        return Ok(token_refused(refusal));
    }
    let (Some(Ok(client)), Some(secret)) = (field("client_id").map(|id| id.parse()), field("client_secret")) else {
        return Ok(token_refused(TokenRefusal::InvalidClient));
    };
    match usher.issue_client_token(client, &secret).await {
        Ok(issued) => Ok(uncached(ok(&json!({
            "access_token": issued.token,
            "expires_in": issued.lifetime.as_secs(),
            "token_type": "Bearer",
            "scope": SCOPE,
        })))),
        Err(Error::Unauthenticated(_)) => Ok(token_refused(TokenRefusal::InvalidClient)),
        Err(error) => Err(Failure::Operation(error)),
    }
}
