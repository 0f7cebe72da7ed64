//! PUT /api/v0/users/password.

use shared::{Usher, domain::Password};

use super::done;
use crate::{
    incoming::{Incoming, bad_field, parsed},
    routes::Answer,
};

pub(crate) async fn change(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let body = incoming.json()?;
    let [old, new, again] = ["old_password", "new_password", "confirm_password"].map(|name| body.required(name));
    let (old, new) = (old.map_err(bad_field)?, new.map_err(bad_field)?);
    if again.map_err(bad_field)? != new {
        return Err(bad_field("\"confirm_password\" isn't the new password.".to_owned()).into());
    }
    let new = parsed("new_password", Password::parse(new))?;
    usher.change_password(&caller, Password::unchecked(old), new).await?;
    Ok(done())
}

pub(crate) mod describe {
    use crate::{
        contracts::hexabase::Done,
        openapi::{Description, Refusal, describe, new_password, object, required, text},
    };

    pub(crate) fn change() -> Description {
        describe("Changes the caller's password.")
            .takes(object([
                required("old_password", text("")),
                required("new_password", new_password()),
                required("confirm_password", text("The new one again.").example("Demo12#$")),
            ]))
            .answers::<Done>()
            .refuses([Refusal::Forbidden, Refusal::Conflict, Refusal::TooMany])
    }
}
