//! POST /idp/api/v1/user/sign-up, with and without the hash of an invitation.

use shared::{
    Error, Usher,
    domain::{EmailAddress, Password, PersonName, Title},
    operations::{BeginSignUp, SignUpByInvitation},
};

use super::{address, ok, profile::ProfileBody, required};
use crate::{
    incoming::{Incoming, bad_field, parsed},
    routes::Answer,
};

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> Answer {
    let body = incoming.json()?;
    let address = address(&body, "email")?;
    let first_name = parsed("firstname", PersonName::parse(required(&body, "firstname")?))?;
    let last_name = parsed("lastname", PersonName::parse(required(&body, "lastname")?))?;
    let password = parsed("password", Password::parse(required(&body, "password")?))?;
    let company_name = match body.text("companyName").map_err(bad_field)? {
        Some(name) => Some(parsed("companyName", Title::parse(name))?),
        None => None,
    };
    if let Some(hash) = body.text("hash").map_err(bad_field)? {
        // What isn't even a UUID is as dead as an unknown hash.
        let hash = hash.parse().map_err(|_| Error::Gone)?;
        let (first_name, last_name) = (Some(first_name), Some(last_name));
        let joined = usher.join(SignUpByInvitation { hash, address, password, first_name, last_name }).await?;
        return Ok(ok(&ProfileBody::new(&joined.profile, &joined.company, joined.role)));
    }
    let answer = unverified(&address, &first_name, &last_name, company_name.as_ref());
    usher.begin_sign_up(BeginSignUp { address, password, first_name, last_name, company_name }).await?;
    Ok(ok(&answer))
}

/// Alike for any address: what was typed, and no ids.
fn unverified(
    address: &EmailAddress,
    first_name: &PersonName,
    last_name: &PersonName,
    company_name: Option<&Title>,
) -> ProfileBody {
    ProfileBody {
        id: None,
        firstname: first_name.to_string(),
        lastname: Some(last_name.to_string()),
        email: address.as_typed().to_owned(),
        company_name: company_name.map(ToString::to_string),
        company_id: None,
        status: "UNVERIFIED",
        roles: Vec::new(),
        permissions: Vec::new(),
        mfa_enabled: false,
        role: None,
    }
}

pub(crate) mod describe {
    use super::ProfileBody;
    use crate::openapi::{
        Description, Refusal, address, describe, new_password, object, optional, required, text, uuid,
    };

    pub(crate) fn handle() -> Description {
        describe("Registers a person, with or without an invitation.")
            .notes(
                "Without `hash` a one-time password is mailed, and the answer is alike for any address: ids are null. With \
                 the hash of a mailed link the person is active and a member at once.",
            )
            .open()
            .takes(object([
                required("email", address("")),
                required("password", new_password()),
                required("firstname", text("").length(1..=80).example("John")),
                required("lastname", text("").length(1..=80).example("Doe")),
                optional("companyName", text("Of the company that is founded without a hash.").length(1..=120)),
                optional("hash", uuid("Of the invitation's link.")),
            ]))
            .answers::<ProfileBody>()
            .refuses([Refusal::Conflict, Refusal::Gone, Refusal::OtherAddress, Refusal::TooMany])
    }
}
