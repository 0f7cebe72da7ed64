//! GET, HEAD and POST /register: the page behind a mailed link. Looking at it spends nothing; posting its form does.

use http::{Method, StatusCode};
use lambda_http::{Body, Response};
use shared::{
    Error, Usher,
    domain::{EmailAddress, InvitationHash, Password, PersonName},
    operations::{InvitationView, Join},
};

use crate::{
    contracts::{log_failure, status, with_headers, words},
    incoming::{Failure, Fields, Incoming, parsed},
    pages::{Offer, RegisterPage, security_headers},
    routes::Answer,
};

pub(crate) async fn show(usher: &Usher, incoming: &Incoming) -> Answer {
    let hash = incoming.query("hash").unwrap_or_default();
    let kind = incoming.query("type").unwrap_or_default();
    let form = Typed { hash, kind, first_name: String::new(), last_name: String::new() };
    let mut response = match viewed(usher, &form.hash).await {
        Ok(view) => form.page(usher, &view, None, StatusCode::OK),
        Err(error) => failed(usher, &error.into()),
    };
    if incoming.method() == Method::HEAD {
        *response.body_mut() = Body::Empty;
    }
    Ok(response)
}

pub(crate) async fn submit(usher: &Usher, incoming: &Incoming) -> Answer {
    Ok(match submitted(usher, incoming).await {
        Ok(response) => response,
        Err(failure) => failed(usher, &failure),
    })
}

async fn submitted(usher: &Usher, incoming: &Incoming) -> Result<Response<Body>, Failure> {
    let fields = incoming.form()?;
    let form = Typed::of(&fields);
    let view = viewed(usher, &form.hash).await?;
    let joined = match form.join(&fields) {
        Ok(join) => usher.join(join).await,
        Err(error) => Err(error),
    };
    match joined {
        Ok(joined) => {
            let email = joined.profile.address.as_typed();
            let app_url = &usher.parameters.app_url;
            Ok(page(StatusCode::OK, RegisterPage::Done { workspace_name: &view.scope_name, email, app_url }))
        }
        Err(Error::Invalid(public)) => {
            Ok(form.page(usher, &view, Some(&public.message), StatusCode::UNPROCESSABLE_ENTITY))
        }
        Err(error) => Err(error.into()),
    }
}

async fn viewed(usher: &Usher, hash: &str) -> Result<InvitationView, Error> {
    let hash: InvitationHash = hash.parse().map_err(|_| Error::Gone)?;
    usher.view_invitation(&hash).await
}

/// What was typed into the form, but for the password.
struct Typed {
    hash: String,
    kind: String,
    first_name: String,
    last_name: String,
}

impl Typed {
    fn of(fields: &Fields) -> Self {
        let shown = |name| fields.shown(name).unwrap_or_default();
        Self { hash: shown("hash"), kind: shown("type"), first_name: shown("firstname"), last_name: shown("lastname") }
    }

    fn join(&self, fields: &Fields) -> Result<Join, Error> {
        let text = |name| fields.shown(name).unwrap_or_default();
        Ok(Join {
            hash: self.hash.parse().map_err(|_| Error::Gone)?,
            address: parsed("E-mail", EmailAddress::parse(&text("email")))?,
            password: parsed("Password", Password::parse(&text("password")))?,
            first_name: Some(parsed("First name", PersonName::parse(&self.first_name))?),
            last_name: Some(parsed("Last name", PersonName::parse(&self.last_name))?),
        })
    }

    fn page(&self, usher: &Usher, view: &InvitationView, problem: Option<&str>, status: StatusCode) -> Response<Body> {
        let offer = Offer {
            workspace_name: &view.scope_name,
            company_name: &view.company_name,
            inviter_name: &view.inviter_name,
            role: view.role.title(),
            message: view.message.as_ref().map(AsRef::as_ref),
            email: view.address.as_typed(),
            expires_at: view.expires_at,
        };
        if view.has_account {
            let accept_url = format!("{}/api/v1/invitations/accept", usher.parameters.app_url);
            return page(status, RegisterPage::HasAccount { offer, accept_url: &accept_url });
        }
        let Self { hash, kind, first_name, last_name } = self;
        page(status, RegisterPage::Form { offer, hash, kind, first_name, last_name, problem })
    }
}

/// One page for every dead link, whatever killed it.
fn failed(usher: &Usher, failure: &Failure) -> Response<Body> {
    let app_url = &usher.parameters.app_url;
    if matches!(failure, Failure::Operation(Error::Gone)) {
        return page(status(failure), RegisterPage::Dead { app_url });
    }
    log_failure(failure);
    with_headers(page(status(failure), RegisterPage::Failed { problem: &words(failure).1 }), failure)
}

fn page(status: StatusCode, page: RegisterPage<'_>) -> Response<Body> {
    let mut response = Response::new(Body::Text(page.html()));
    *response.status_mut() = status;
    for (name, value) in security_headers() {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
