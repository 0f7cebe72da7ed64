//! POST /api/v0/login.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Usher,
    domain::{EmailAddress, Password, UserCode},
    operations::{LogIn, LoggedIn, LoginName},
};

use super::ok;
use crate::{
    incoming::{Incoming, bad_field},
    routes::Answer,
};

/// An access token, and whether its owner is to choose a password.
#[derive(Serialize, JsonSchema)]
pub(super) struct Token<'a> {
    token: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    must_change_password: bool,
}

/// A code counts before an address. What can't be anybody's is wrong like anything else.
pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> Answer {
    let body = incoming.json()?;
    let text = |name: &str| body.text(name).map_err(bad_field);
    let who = match text("user_code")? {
        Some(code) => UserCode::parse(code).ok().map(LoginName::Code),
        None => EmailAddress::parse(body.required("email").map_err(bad_field)?).ok().map(LoginName::Address),
    };
    let password = Password::unchecked(body.required("password").map_err(bad_field)?);
    let exclusive_to = text("exclusive_w_id")?.and_then(|id| id.parse().ok());
    Ok(logged_in(&usher.log_in(LogIn { who, password, exclusive_to }).await?))
}

/// The token, and whether its owner is to choose a password.
pub(super) fn logged_in(logged_in: &LoggedIn) -> lambda_http::Response<lambda_http::Body> {
    ok(&Token { token: &logged_in.token, must_change_password: logged_in.must_change_password })
}

pub(crate) mod describe {
    use super::Token;
    use crate::openapi::{Description, Refusal, address, describe, object, optional, required, text, uuid};

    pub(crate) fn handle() -> Description {
        describe("Gives an access token for an address, or a user's code, and a password.")
            .open()
            .takes(object([
                optional("email", address("Needed without user_code.")),
                optional("user_code", text("Counts before the address.").example("A-1")),
                required("password", text("").example("Demo12#$")),
                optional("exclusive_w_id", uuid("The workspace of an exclusive user.")),
            ]))
            .answers::<Token>()
            .refuses([Refusal::Unauthenticated, Refusal::TooMany])
    }
}
