//! GET and POST /api/v0/users/registration/confirm: looking at it spends nothing. The confirmation's id is the hash out of the
//! mail.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Error, Usher,
    domain::{EmailAddress, Password, PersonName, UserId},
    operations::SignUpByInvitation,
};
use uuid::Uuid;

use super::{log_in::logged_in, ok};
use crate::{
    incoming::{Incoming, bad_field, parsed},
    routes::Answer,
};

/// Whom the mailed id is for.
#[derive(Serialize, JsonSchema)]
struct Confirming<'a> {
    user: User<'a>,
}

#[derive(Serialize, JsonSchema)]
struct User<'a> {
    #[schemars(with = "Uuid")]
    id: UserId,
    email: &'a str,
    username: &'a str,
    confirmed: bool,
}

pub(crate) async fn show(usher: &Usher, incoming: &Incoming) -> Answer {
    let hash = incoming.query("id").ok_or_else(|| bad_field("\"id\" is required.".to_owned()))?;
    let view = usher.view_invitation(&hash.parse().map_err(|_| Error::Gone)?).await?;
    let email = view.address.as_typed();
    let username = view.name.as_deref().unwrap_or(email);
    Ok(ok(&Confirming { user: User { id: view.user, email, username, confirmed: view.has_account } }))
}

pub(crate) async fn submit(usher: &Usher, incoming: &Incoming) -> Answer {
    let body = incoming.json()?;
    let required = |name: &str| body.required(name).map_err(bad_field);
    let hash = required("confirmation_id")?;
    let address = parsed("email", EmailAddress::parse(required("email")?))?;
    let password = parsed("password", Password::parse(required("password")?))?;
    let first_name = match body.text("username").map_err(bad_field)? {
        Some(name) => Some(parsed("username", PersonName::parse(name))?),
        None => None,
    };
    let hash = hash.parse().map_err(|_| Error::Gone)?;
    let join = SignUpByInvitation { hash, address, password, first_name, last_name: None };
    Ok(logged_in(&usher.join_and_log_in(join).await?))
}

pub(crate) mod describe {
    use super::Confirming;
    use crate::{
        contracts::hexabase::log_in::Token,
        openapi::{Description, Refusal, address, describe, new_password, object, optional, required, text, uuid},
    };

    pub(crate) fn show() -> Description {
        describe("Whom a mailed confirmation is for. Looking at it spends nothing.")
            .open()
            .query([required("id", uuid("Out of the mail."))])
            .answers::<Confirming>()
            .refuses([Refusal::Gone])
    }

    pub(crate) fn submit() -> Description {
        describe("Signs up by a mailed confirmation, and gives an access token.")
            .open()
            .takes(object([
                required("confirmation_id", uuid("Out of the mail.")),
                required("email", address("The invited one.")),
                required("password", new_password()),
                optional("username", text("").length(1..=80).example("John")),
            ]))
            .answers::<Token>()
            .refuses([Refusal::Gone, Refusal::Conflict, Refusal::Forbidden, Refusal::OtherAddress])
    }
}
