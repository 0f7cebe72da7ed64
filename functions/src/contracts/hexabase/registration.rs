//! GET and POST /api/v0/users/registration/confirm. The id of a confirmation is the hash in the invitation's mail. A
//! GET request shows a confirmation and changes nothing.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Error, Usher,
    domain::{EmailAddress, InvitationHash, Password, PersonName, UserId},
    operations::SignUpByInvitation,
};
use uuid::Uuid;

use super::log_in::logged_in;
use crate::vocabulary::{
    Format, HandlerResult, Incoming, address, fields, new_password, ok, optional, person_name, required, uuid,
};

fields! {
    /// The id of the confirmation (an invitation's hash) whose invitation the caller wants to see.
    struct ConfirmationQuery {
        hash: Option<InvitationHash> = required("id", confirmation_id()),
    }
}

fields! {
    /// The person who signs up.
    struct ConfirmationBody {
        hash: Option<InvitationHash> = required("confirmation_id", confirmation_id()),
        address: EmailAddress = required("email", address("The invited address.")),
        password: Password = required("password", new_password()),
        first_name: Option<PersonName> = optional("username", person_name("", "John")),
    }
}

/// The format of the hash from an invitation's mail. A text that isn't an invitation's hash counts as the hash of a
/// dead link.
fn confirmation_id() -> Format<Option<InvitationHash>> {
    uuid("The hash in the mail.").parse_if_possible()
}

/// The invited person, as the confirmation shows the person.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Confirming")]
struct Confirmation<'a> {
    user: ConfirmedUser<'a>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "User")]
struct ConfirmedUser<'a> {
    #[schemars(with = "Uuid")]
    id: UserId,
    email: &'a str,
    username: &'a str,
    confirmed: bool,
}

pub(crate) async fn show(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let ConfirmationQuery { hash } = incoming.query()?;
    let view = usher.view_invitation(&hash.ok_or(Error::Gone)?).await?;
    let email = view.address.as_typed();
    let username = view.name.as_deref().unwrap_or(email);
    Ok(ok(&Confirmation { user: ConfirmedUser { id: view.user, email, username, confirmed: view.has_account } }))
}

pub(crate) async fn submit(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let ConfirmationBody { hash, address, password, first_name } = incoming.body()?;
    let hash = hash.ok_or(Error::Gone)?;
    let sign_up = SignUpByInvitation { hash, address, password, first_name, last_name: None };
    Ok(logged_in(&usher.join_and_log_in(sign_up).await?))
}

pub(crate) mod describe {
    use super::{Confirmation, ConfirmationBody, ConfirmationQuery};
    use crate::{
        contracts::hexabase::log_in::LogInToken,
        vocabulary::{Description, Refusal, describe},
    };

    pub(crate) fn show() -> Description {
        describe("Shows the person whom a mailed confirmation invites. Looking at the confirmation changes nothing.")
            .open()
            .query::<ConfirmationQuery>()
            .answers::<Confirmation>()
            .refuses([Refusal::Gone])
    }

    pub(crate) fn submit() -> Description {
        describe("Signs up by a mailed confirmation, and gives an access token.")
            .open()
            .body::<ConfirmationBody>()
            .answers::<LogInToken>()
            .refuses([Refusal::Gone, Refusal::Conflict, Refusal::Forbidden, Refusal::OtherAddress])
    }
}
