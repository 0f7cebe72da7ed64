//! The pages behind mailed links: GET and HEAD /register and /invitation, and the forms that they post. Looking at one
//! spends nothing; posting its form does.

use std::fmt::Display;

use http::{Method, StatusCode};
use lambda_http::{Body, Response};
use shared::{
    Error, Usher,
    domain::{EmailAddress, InvitationHash, Password, PersonName},
    operations::{InvitationView, SignUpByInvitation},
};

use crate::{
    contracts::{log_failure, status, with_headers, words},
    incoming::{Failure, Fields, Incoming},
    pages::{Offer, Problem, RegisterPage, security_headers},
    routes::Answer,
};

pub(crate) async fn show(usher: &Usher, incoming: &Incoming) -> Answer {
    let hash = incoming.query("hash").unwrap_or_default();
    let kind = incoming.query("type").unwrap_or_default();
    let form = Typed { hash, kind, first_name: String::new(), last_name: String::new() };
    let mut response = match viewed(usher, &form.hash).await {
        Ok(view) => form.page(&view, None, StatusCode::OK),
        Err(error) => failed(usher, &form.hash, &error.into()),
    };
    if incoming.method() == Method::HEAD {
        *response.body_mut() = Body::Empty;
    }
    Ok(response)
}

pub(crate) async fn submit(usher: &Usher, incoming: &Incoming) -> Answer {
    posted(usher, incoming, submitted).await
}

/// Accepts with the account that the address has.
pub(crate) async fn accept(usher: &Usher, incoming: &Incoming) -> Answer {
    posted(usher, incoming, accepted).await
}

pub(crate) async fn decline(usher: &Usher, incoming: &Incoming) -> Answer {
    posted(usher, incoming, declined).await
}

pub(crate) async fn renew(usher: &Usher, incoming: &Incoming) -> Answer {
    posted(usher, incoming, renewed).await
}

/// Does what a form asks for. Whatever goes wrong is told as a page.
async fn posted(usher: &Usher, incoming: &Incoming, act: impl AsyncFn(&Usher, &Typed, &Fields) -> Answer) -> Answer {
    let (hash, answer) = match incoming.form() {
        Ok(fields) => {
            let form = Typed::of(&fields);
            let answer = act(usher, &form, &fields).await;
            (form.hash, answer)
        }
        Err(failure) => (String::new(), Err(failure)),
    };
    Ok(answer.unwrap_or_else(|failure| failed(usher, &hash, &failure)))
}

async fn declined(usher: &Usher, form: &Typed, _: &Fields) -> Answer {
    usher.decline_invitation(&form.hash.parse().map_err(|_| Error::Gone)?).await?;
    Ok(page(StatusCode::OK, RegisterPage::Declined))
}

/// The same page for any hash.
async fn renewed(usher: &Usher, form: &Typed, _: &Fields) -> Answer {
    usher.renew_invitation(form.hash.parse().ok()).await?;
    Ok(page(StatusCode::OK, RegisterPage::Asked))
}

async fn accepted(usher: &Usher, form: &Typed, fields: &Fields) -> Answer {
    let view = viewed(usher, &form.hash).await?;
    let hash = form.hash.parse().map_err(|_| Error::Gone)?;
    let password = fields.shown("password").unwrap_or_default();
    match usher.accept_by_password(&hash, Password::unchecked(&password)).await {
        Ok(_) => {
            let (email, app_url) = (view.address.as_typed(), usher.parameters.app_url.as_str());
            Ok(page(StatusCode::OK, RegisterPage::Accepted { workspace_name: &view.scope_name, email, app_url }))
        }
        Err(Error::Unauthenticated(_)) => {
            Ok(form.again(&view, Problem { field: "password", text: "The password is wrong." }))
        }
        Err(error) => Err(error.into()),
    }
}

async fn submitted(usher: &Usher, form: &Typed, fields: &Fields) -> Answer {
    let view = viewed(usher, &form.hash).await?;
    let hash = form.hash.parse().map_err(|_| Error::Gone)?;
    let join = match form.join(hash, fields) {
        Ok(join) => join,
        Err((field, text)) => return Ok(form.again(&view, Problem { field, text: &text })),
    };
    let joined = usher.join(join).await?;
    let (email, app_url) = (joined.profile.address.as_typed(), usher.parameters.app_url.as_str());
    Ok(page(StatusCode::OK, RegisterPage::Done { workspace_name: &view.scope_name, email, app_url }))
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

    /// Or the first field that can't be taken, and why.
    fn join(&self, hash: InvitationHash, fields: &Fields) -> Result<SignUpByInvitation, (&'static str, String)> {
        fn read<T, E: Display>(
            field: &'static str,
            name: &str,
            value: Result<T, E>,
        ) -> Result<T, (&'static str, String)> {
            value.map_err(|problem| (field, format!("The {name} {problem}.")))
        }
        let text = |name| fields.shown(name).unwrap_or_default();
        Ok(SignUpByInvitation {
            hash,
            address: read("email", "e-mail address", EmailAddress::parse(&text("email")))?,
            first_name: Some(read("firstname", "first name", PersonName::parse(&self.first_name))?),
            last_name: Some(read("lastname", "last name", PersonName::parse(&self.last_name))?),
            password: read("password", "password", Password::parse(&text("password")))?,
        })
    }

    /// The form again, with what of it can't be taken.
    fn again(&self, view: &InvitationView, problem: Problem<'_>) -> Response<Body> {
        self.page(view, Some(problem), StatusCode::UNPROCESSABLE_ENTITY)
    }

    fn page(&self, view: &InvitationView, problem: Option<Problem<'_>>, status: StatusCode) -> Response<Body> {
        let offer = Offer {
            workspace_name: &view.scope_name,
            company_name: &view.company_name,
            inviter_name: &view.inviter_name,
            role: view.role.title(),
            message: view.message.as_ref().map(AsRef::as_ref),
            email: view.address.as_typed(),
            expires_at: view.expires_at,
        };
        let Self { hash, kind, first_name, last_name } = self;
        if view.has_account {
            return page(status, RegisterPage::HasAccount { offer, hash, kind, problem });
        }
        page(status, RegisterPage::Form { offer, hash, kind, first_name, last_name, problem })
    }
}

/// One page for every dead link, whatever killed it.
fn failed(usher: &Usher, hash: &str, failure: &Failure) -> Response<Body> {
    let app_url = &usher.parameters.app_url;
    if matches!(failure, Failure::Operation(Error::Gone)) {
        let hash = hash.parse::<InvitationHash>().map(|hash| hash.reveal()).unwrap_or_default();
        return page(status(failure), RegisterPage::Dead { hash: &hash, app_url });
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

pub(crate) mod describe {
    use crate::openapi::{
        Description, Field, Refusal, address, describe, form, new_password, optional, required, text, uuid,
    };

    const FORM: &str = "application/x-www-form-urlencoded";

    fn hash() -> Field {
        required("hash", uuid("Of the link."))
    }

    fn kind() -> Field {
        optional("type", text("What the invitation is to.").example("WORK_SPACE"))
    }

    pub(crate) fn show() -> Description {
        describe("The page behind a mailed link. Looking at it spends nothing.")
            .open()
            .pages()
            .query([optional("hash", uuid("Of the link.")), kind()])
            .answers_page(200, "A form to sign up, or one to accept with the account that is there.")
            .refuses([Refusal::Gone])
            .never([Refusal::Invalid])
    }

    pub(crate) fn submit() -> Description {
        describe("The form of that page: signs up and joins.")
            .open()
            .pages()
            .takes_as(
                FORM,
                form([
                    hash(),
                    kind(),
                    required("email", address("The invited one.")),
                    required("firstname", text("").length(1..=80).example("John")),
                    required("lastname", text("").length(1..=80).example("Doe")),
                    required("password", new_password()),
                ]),
            )
            .answers_page(200, "Signed up, and a member.")
            .answers_page(422, "The form again, with what can't be taken.")
            .refuses([Refusal::Gone, Refusal::Conflict, Refusal::Forbidden, Refusal::OtherAddress])
    }

    pub(crate) fn accept() -> Description {
        describe("The form of that page for somebody with an account: accepts with its password.")
            .open()
            .pages()
            .takes_as(FORM, form([hash(), kind(), required("password", text("Of the account.").example("Demo12#$"))]))
            .answers_page(200, "A member now.")
            .answers_page(422, "The form again: the password is wrong.")
            .refuses([Refusal::Gone, Refusal::Conflict, Refusal::Forbidden, Refusal::OtherAddress, Refusal::TooMany])
    }

    pub(crate) fn decline() -> Description {
        describe("The button of that page that declines.")
            .open()
            .pages()
            .takes_as(FORM, form([hash(), kind()]))
            .answers_page(200, "Declined.")
            .refuses([Refusal::Gone])
    }

    pub(crate) fn renew() -> Description {
        describe("The button of a dead link's page that asks for a new invitation.")
            .notes("The answer is the same for every hash.")
            .open()
            .pages()
            .takes_as(FORM, form([hash()]))
            .answers_page(200, "Whoever may invite again was asked, if there was an expired invitation.")
    }
}
