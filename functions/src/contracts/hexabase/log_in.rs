//! POST /api/v0/login.

use serde_json::json;
use shared::{
    Usher,
    domain::{EmailAddress, Password, UserCode},
    operations::{LogIn, LogInAs, LoggedIn},
};

use super::ok;
use crate::{
    incoming::{Incoming, bad_field},
    routes::Answer,
};

/// A code counts before an address. What can't be anybody's is wrong like anything else.
pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> Answer {
    let body = incoming.json()?;
    let text = |name: &str| body.text(name).map_err(bad_field);
    let who = match text("user_code")? {
        Some(code) => UserCode::parse(code).ok().map(LogInAs::Code),
        None => EmailAddress::parse(body.required("email").map_err(bad_field)?).ok().map(LogInAs::Address),
    };
    let password = Password::unchecked(body.required("password").map_err(bad_field)?);
    let exclusive_to = text("exclusive_w_id")?.and_then(|id| id.parse().ok());
    Ok(logged_in(&usher.log_in(LogIn { who, password, exclusive_to }).await?))
}

/// The token, and whether its owner is to choose a password.
pub(super) fn logged_in(logged_in: &LoggedIn) -> lambda_http::Response<lambda_http::Body> {
    let mut body = json!({ "token": logged_in.token });
    if logged_in.must_change_password {
        body["must_change_password"] = json!(true);
    }
    ok(&body)
}
