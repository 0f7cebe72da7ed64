//! POST /connect/token: an access token for a service account, by client credentials (RFC 6749 section 4.4).

use schemars::JsonSchema;
use serde::Serialize;
use shared::{Error, Usher};

use super::errors::{TokenRefusal, token_refused, uncached};
use crate::vocabulary::{Failure, HandlerResult, Incoming, expected, fields, ok, or_default, text, uuid, words};

const GRANT_TYPE: &str = "client_credentials";

/// The only scope that an access token for a service account can have.
const SCOPE: &str = "WebAPI";

fields! {
    /// The request for an access token. A request for an access token in which a field is missing gets an error code of
    /// RFC 6749 section 5.2 and no ordinary error.
    struct TokenForm {
        grant_type: String = expected("grant_type", words("", [GRANT_TYPE])),
        scope: String = or_default("scope", words("", [SCOPE])),
        client_id: String = expected("client_id", uuid("The service account's id.")),
        client_secret: String = expected("client_secret", text("The service account's token.")),
    }
}

/// The response with an access token (RFC 6749 section 5.1).
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Issued")]
struct IssuedToken<'a> {
    access_token: &'a str,
    expires_in: i64,
    token_type: &'static str,
    scope: &'static str,
}

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let Ok(TokenForm { grant_type, scope, client_id, client_secret }) = incoming.form() else {
        return Ok(token_refused(TokenRefusal::InvalidRequest));
    };
    let given = |field: String| (!field.is_empty()).then_some(field);
    let refusal = match (given(grant_type).as_deref(), given(scope).as_deref()) {
        (None, _) => Some(TokenRefusal::InvalidRequest),
        (Some(GRANT_TYPE), None | Some(SCOPE)) => None,
        (Some(GRANT_TYPE), Some(_)) => Some(TokenRefusal::InvalidScope),
        (Some(_), _) => Some(TokenRefusal::UnsupportedGrantType),
    };
    if let Some(refusal) = refusal {
        return Ok(token_refused(refusal));
    }
    let (Some(Ok(client)), Some(secret)) = (given(client_id).map(|id| id.parse()), given(client_secret)) else {
        return Ok(token_refused(TokenRefusal::InvalidClient));
    };
    match usher.issue_client_token(client, &secret).await {
        Ok(issued) => Ok(uncached(ok(&IssuedToken {
            access_token: &issued.token,
            expires_in: issued.lifetime.as_secs(),
            token_type: "Bearer",
            scope: SCOPE,
        }))),
        Err(Error::Unauthenticated(_)) => Ok(token_refused(TokenRefusal::InvalidClient)),
        Err(error) => Err(Failure::Operation(error)),
    }
}

pub(crate) mod describe {
    use super::{IssuedToken, TokenForm};
    use crate::{
        contracts::smart_documentor::errors::TokenProblem,
        vocabulary::{Description, Refusal, describe},
    };

    pub(crate) fn handle() -> Description {
        describe("Gives a service account an access token by client credentials.")
            .open()
            .form::<TokenForm>()
            .answers::<IssuedToken>()
            .also::<TokenProblem>(400, "application/json", "No token; the error code of RFC 6749 section 5.2 says why.")
            .never([Refusal::Invalid, Refusal::BodyTooLarge, Refusal::MediaType])
    }
}
