//! POST /idp/api/v1/user/token and POST /idp/api/v1/user/login.

use http::header;
use shared::{
    Error, Usher,
    domain::{EmailAddress, Password},
    operations::{LogIn, LoginIdentifier},
};

use super::{TokenBody, profile::FullProfile};
use crate::vocabulary::{Failure, HandlerResult, Incoming, address_text, fields, ok, password, required};

fields! {
    /// The e-mail address and the password of a user who logs in. A text that can't be anybody's address or password
    /// counts as a wrong address or password, and isn't refused for its form.
    struct CredentialsBody {
        email: Option<EmailAddress> = required("email", address_text("").map(|text| EmailAddress::parse(&text).ok())),
        password: Option<Password> = required("password", password("")),
    }
}

pub(crate) async fn token(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let logged_in = usher.log_in(credentials(incoming)?).await?;
    Ok(ok(&TokenBody { token: &logged_in.token }))
}

/// Logs a user in. The access token is in the response's header `Authorization`.
pub(crate) async fn login(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let (logged_in, profile) = usher.log_in_with_profile(credentials(incoming)?).await?;
    let mut response = ok(&FullProfile::from(profile));
    let bearer = format!("Bearer {}", logged_in.token).parse();
    let bearer = bearer.map_err(|_| Error::internal("log in: the token doesn't fit a header"))?;
    response.headers_mut().insert(header::AUTHORIZATION, bearer);
    Ok(response)
}

fn credentials(incoming: &Incoming) -> Result<LogIn, Failure> {
    let CredentialsBody { email, password } = incoming.body()?;
    Ok(LogIn { identifier: email.map(LoginIdentifier::Address), password, exclusive_to: None })
}

pub(crate) mod describe {
    use super::{CredentialsBody, FullProfile, TokenBody};
    use crate::vocabulary::{Description, Refusal, describe};

    pub(crate) fn token() -> Description {
        describe("Gives an access token for address and password.")
            .open()
            .body::<CredentialsBody>()
            .answers::<TokenBody>()
            .refuses([Refusal::Unauthenticated, Refusal::TooMany])
    }

    pub(crate) fn login() -> Description {
        describe("Gives the profile, and an access token in a header.")
            .open()
            .body::<CredentialsBody>()
            .answers::<FullProfile>()
            .with_header("Authorization", "`Bearer` and the access token.")
            .refuses([Refusal::Unauthenticated, Refusal::TooMany])
    }
}
