//! POST /idp/api/v1/user/token and POST /idp/api/v1/user/login.

use http::header;
use shared::{
    Error, Usher,
    domain::{EmailAddress, Password},
    operations::{LogIn, LoggedIn, LoginName},
};

use super::{Token, ok, profile::FullProfile, required};
use crate::{
    incoming::{Failure, Incoming},
    routes::Answer,
};

pub(crate) async fn token(usher: &Usher, incoming: &Incoming) -> Answer {
    let logged_in = log_in(usher, incoming).await?;
    Ok(ok(&Token { token: &logged_in.token }))
}

/// The token comes in the response's `Authorization` header.
pub(crate) async fn login(usher: &Usher, incoming: &Incoming) -> Answer {
    let logged_in = log_in(usher, incoming).await?;
    let profile = usher.profile_after_log_in(&logged_in).await?;
    let mut response = ok(&FullProfile::from(profile));
    let bearer = format!("Bearer {}", logged_in.token).parse();
    let bearer = bearer.map_err(|_| Error::internal("log in: the token doesn't fit a header"))?;
    response.headers_mut().insert(header::AUTHORIZATION, bearer);
    Ok(response)
}

/// What can't be anybody's address or password is wrong like any other.
async fn log_in(usher: &Usher, incoming: &Incoming) -> Result<LoggedIn, Failure> {
    let body = incoming.json()?;
    let who = EmailAddress::parse(required(&body, "email")?).ok().map(LoginName::Address);
    let password = Password::unchecked(required(&body, "password")?);
    Ok(usher.log_in(LogIn { who, password, exclusive_to: None }).await?)
}

pub(crate) mod describe {
    use super::{FullProfile, Token};
    use crate::openapi::{Description, Refusal, Shape, address, describe, object, required, text};

    fn credentials() -> Shape {
        object([required("email", address("")), required("password", text("").example("Demo12#$"))])
    }

    pub(crate) fn token() -> Description {
        describe("Gives an access token for address and password.")
            .open()
            .takes(credentials())
            .answers::<Token>()
            .refuses([Refusal::Unauthenticated, Refusal::TooMany])
    }

    pub(crate) fn login() -> Description {
        describe("Gives the profile, and an access token in a header.")
            .open()
            .takes(credentials())
            .answers::<FullProfile>()
            .with_header("Authorization", "`Bearer` and the access token.")
            .refuses([Refusal::Unauthenticated, Refusal::TooMany])
    }
}
