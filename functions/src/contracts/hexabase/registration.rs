//! GET and POST /api/v0/users/registration/confirm: looking at it spends nothing. The confirmation's id is the hash out of the
//! mail.

use serde_json::json;
use shared::{
    Error, Usher,
    domain::{EmailAddress, Password, PersonName},
    operations::Join,
};

use super::{log_in::logged_in, ok};
use crate::{
    incoming::{Incoming, bad_field, parsed},
    routes::Answer,
};

pub(crate) async fn show(usher: &Usher, incoming: &Incoming) -> Answer {
    let hash = incoming.query("id").ok_or_else(|| bad_field("\"id\" is required.".to_owned()))?;
    let view = usher.view_invitation(&hash.parse().map_err(|_| Error::Gone)?).await?;
    let email = view.address.as_typed();
    Ok(ok(&json!({
        "user": {
            "id": view.user,
            "email": email,
            "username": view.name.as_deref().unwrap_or(email),
            "confirmed": view.has_account,
        },
    })))
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
    let join = Join { hash, address, password, first_name, last_name: None };
    Ok(logged_in(&usher.join_and_log_in(join).await?))
}
