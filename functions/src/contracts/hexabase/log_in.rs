//! POST /api/v0/login: logs a user in with an address or a user code, and a password.

use lambda_http::{Body, Response};
use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Usher,
    domain::{EmailAddress, Password, UserCode, WorkspaceId},
    operations::{LogIn, LoggedIn, LoginIdentifier},
};

use crate::vocabulary::{
    FieldProblem, HandlerResult, Incoming, address_text, fields, ok, optional, or_default, password, required, text,
    uuid,
};

fields! {
    /// The address or the code of a user who logs in, and the user's password. A text that can't be anybody's address,
    /// code or password counts as a wrong address, code or password.
    struct LogInBody {
        code: Option<Option<UserCode>> = optional("user_code", text("The user's code. It counts before the address.")
            .example("A-1")
            .map(|text| UserCode::parse(&text).ok())),
        email: Option<Option<EmailAddress>> = optional("email", address_text("Required without user_code.")
            .map(|text| EmailAddress::parse(&text).ok())),
        password: Option<Password> = required("password", password("")),
        exclusive_to: Option<WorkspaceId> =
            or_default("exclusive_w_id", uuid("The workspace of an exclusive user.").parse_if_possible()),
    }
}

/// An access token, and whether the token's owner must choose a new password.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Token")]
pub(super) struct LogInToken<'a> {
    token: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    must_change_password: bool,
}

/// Logs a user in. If the request to log in has both a user code and an address, only the user code is used.
pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let LogInBody { code, email, password, exclusive_to } = incoming.body()?;
    let who = match (code, email) {
        (Some(code), _) => code.map(LoginIdentifier::Code),
        (None, Some(email)) => email.map(LoginIdentifier::Address),
        (None, None) => return Err(FieldProblem::of("email", "is required").into()),
    };
    Ok(logged_in(&usher.log_in(LogIn { identifier: who, password, exclusive_to }).await?))
}

/// The response to a person who has logged in.
pub(super) fn logged_in(logged_in: &LoggedIn) -> Response<Body> {
    ok(&LogInToken { token: &logged_in.token, must_change_password: logged_in.must_change_password })
}

pub(crate) mod describe {
    use super::{LogInBody, LogInToken};
    use crate::vocabulary::{Description, Refusal, describe};

    pub(crate) fn handle() -> Description {
        describe("Gives an access token for an address, or a user's code, and a password.")
            .open()
            .body::<LogInBody>()
            .answers::<LogInToken>()
            .refuses([Refusal::Unauthenticated, Refusal::TooMany])
    }
}
