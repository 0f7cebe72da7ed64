//! POST /idp/api/v1/user/sign-up, with and without the hash of an invitation.

use shared::{
    Error, Usher,
    domain::{EmailAddress, InvitationHash, Password, PersonName, Title},
    operations::{BeginSignUp, SignUpByInvitation},
};

use super::profile::ProfileBody;
use crate::vocabulary::{
    HandlerResult, Incoming, address, fields, new_password, ok, optional, person_name, required, title, uuid,
};

fields! {
    /// The person who signs up.
    struct SignUpBody {
        address: EmailAddress = required("email", address("")),
        first_name: PersonName = required("firstname", person_name("", "John")),
        last_name: PersonName = required("lastname", person_name("", "Doe")),
        password: Password = required("password", new_password()),
        company_name: Option<Title> =
            optional("companyName", title("The name of the company that a sign-up without a hash founds.", "text")),
        hash: Option<Option<InvitationHash>> =
            optional("hash", uuid("The hash in the invitation's link.").parse_if_possible()),
    }
}

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let SignUpBody { address, first_name, last_name, password, company_name, hash } = incoming.body()?;
    if let Some(hash) = hash {
        // A text that isn't an invitation's hash counts as the hash of a dead link.
        let hash = hash.ok_or(Error::Gone)?;
        let (first_name, last_name) = (Some(first_name), Some(last_name));
        return by_invitation(usher, SignUpByInvitation { hash, address, password, first_name, last_name }).await;
    }
    let body = unverified(&address, &first_name, &last_name, company_name.as_ref());
    usher.begin_sign_up(BeginSignUp { address, password, first_name, last_name, company_name }).await?;
    Ok(ok(&body))
}

async fn by_invitation(usher: &Usher, sign_up: SignUpByInvitation) -> HandlerResult {
    let signed_up = usher.sign_up_by_invitation(sign_up).await?;
    Ok(ok(&ProfileBody::new(&signed_up.profile, &signed_up.company, signed_up.role)))
}

/// Signs a person up. The response to a sign-up has the same form for any address: the values of the request, and no
/// ids.
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
    use super::{ProfileBody, SignUpBody};
    use crate::vocabulary::{Description, Refusal, describe};

    pub(crate) fn handle() -> Description {
        describe("Registers a person, with or without an invitation.")
            .notes(
                "Without `hash` a one-time password is mailed, and the response is alike for any address: ids are null. With \
                 the hash of a mailed link the person is active and a member at once.",
            )
            .open()
            .body::<SignUpBody>()
            .answers::<ProfileBody>()
            .refuses([Refusal::Conflict, Refusal::Gone, Refusal::OtherAddress, Refusal::TooMany])
    }
}
