//! The pages behind mailed links: GET and HEAD /register and /invitation, and the forms on these pages. Showing a page
//! changes nothing, because mail scanners open links. Only posting a page's form changes an invitation.

use std::fmt::Display;

use http::{Method, StatusCode};
use lambda_http::{Body, Response};
use shared::{
    Error, Usher,
    domain::{EmailAddress, InvitationHash, Password, PersonName},
    operations::{InvitationView, SignUpByInvitation},
};

use crate::{
    pages::{Offer, Problem, RegisterPage, security_headers},
    vocabulary::{
        Failure, Field, HandlerResult, Incoming, address_text, expected, fields, log_failure, message_of,
        new_password_text, or_default, password, status_of, text, uuid, with_failure_headers,
    },
};

fields! {
    /// The query of a mailed link.
    struct LinkQuery {
        hash: String = or_default("hash", uuid("The hash in the link.")),
        kind: String = kind(),
    }
}

fields! {
    /// The form by which an invited person signs up.
    struct SignUpForm {
        hash: String = expected("hash", uuid("The hash in the link.")),
        kind: String = kind(),
        email: String = expected("email", address_text("The invited address.")),
        first_name: String = expected("firstname", text("").length(1..=80).example("John")),
        last_name: String = expected("lastname", text("").length(1..=80).example("Doe")),
        password: String = expected("password", new_password_text()),
    }
}

fields! {
    /// The form by which an invited person accepts the invitation with an existing account.
    struct AcceptForm {
        hash: String = expected("hash", uuid("The hash in the link.")),
        kind: String = kind(),
        password: Option<Password> = expected("password", password("The account's password.")),
    }
}

fields! {
    /// The form by which an invited person declines the invitation.
    struct DeclineForm {
        hash: String = expected("hash", uuid("The hash in the link.")),
        _kind: String = kind(),
    }
}

fields! {
    /// The form by which an invited person asks for a new invitation.
    struct RenewForm {
        hash: String = expected("hash", uuid("The hash in the link.")),
    }
}

fn kind() -> Field<String> {
    or_default("type", text("The type in the link.").example("WORK_SPACE"))
}

pub(crate) async fn show(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let LinkQuery { hash, kind } = incoming.query()?;
    let mut response = match viewed(usher, &hash).await {
        Ok(view) => FormPage { view: &view, hash: &hash, kind: &kind, first_name: "", last_name: "" }.first_shown(),
        Err(error) => failed(usher, &hash, &error.into()),
    };
    if incoming.method() == Method::HEAD {
        *response.body_mut() = Body::Empty;
    }
    Ok(response)
}

pub(crate) async fn submit(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    Ok(match incoming.form::<SignUpForm>() {
        Ok(form) => or_failed(usher, &form.hash, signed_up(usher, &form).await),
        Err(failure) => failed(usher, "", &failure),
    })
}

pub(crate) async fn accept(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    Ok(match incoming.form::<AcceptForm>() {
        Ok(form) => or_failed(usher, &form.hash, accepted(usher, &form).await),
        Err(failure) => failed(usher, "", &failure),
    })
}

pub(crate) async fn decline(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    Ok(match incoming.form::<DeclineForm>() {
        Ok(form) => or_failed(usher, &form.hash, declined(usher, &form).await),
        Err(failure) => failed(usher, "", &failure),
    })
}

pub(crate) async fn renew(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    Ok(match incoming.form::<RenewForm>() {
        Ok(form) => or_failed(usher, &form.hash, renewed(usher, &form).await),
        Err(failure) => failed(usher, "", &failure),
    })
}

async fn declined(usher: &Usher, form: &DeclineForm) -> HandlerResult {
    usher.decline_invitation(&parse_hash(&form.hash)?).await?;
    Ok(page(StatusCode::OK, RegisterPage::Declined))
}

/// Asks for a new invitation in place of an expired invitation. The page in the response to this request is the same
/// for every text, so that the page doesn't reveal whether the text is the hash of an invitation.
async fn renewed(usher: &Usher, form: &RenewForm) -> HandlerResult {
    usher.renew_invitation(parse_hash(&form.hash).ok()).await?;
    Ok(page(StatusCode::OK, RegisterPage::Asked))
}

async fn accepted(usher: &Usher, form: &AcceptForm) -> HandlerResult {
    let hash = parse_hash(&form.hash)?;
    let (view, accepted) = usher.follow_link_to_accept(&hash, form.password.clone()).await?;
    match accepted {
        Ok(_) => {
            let (email, app_url) = (view.address.as_typed(), usher.parameters.app_url.as_str());
            Ok(page(StatusCode::OK, RegisterPage::Accepted { workspace_name: &view.scope_name, email, app_url }))
        }
        Err(Error::Unauthenticated(_)) => {
            let again = FormPage { view: &view, hash: &form.hash, kind: &form.kind, first_name: "", last_name: "" };
            Ok(again.shown_again(Problem { field: "password", text: "The password is wrong." }))
        }
        Err(error) => Err(error.into()),
    }
}

async fn signed_up(usher: &Usher, form: &SignUpForm) -> HandlerResult {
    let hash = parse_hash(&form.hash)?;
    let sign_up = match sign_up(form, hash) {
        Ok(sign_up) => sign_up,
        Err((field, text)) => return form_again(usher, form, Problem { field, text: &text }).await,
    };
    let (view, signed_up) = usher.follow_link_to_sign_up(sign_up).await?;
    let (email, app_url) = (signed_up.profile.address.as_typed(), usher.parameters.app_url.as_str());
    Ok(page(StatusCode::OK, RegisterPage::Done { workspace_name: &view.scope_name, email, app_url }))
}

async fn form_again(usher: &Usher, form: &SignUpForm, problem: Problem<'_>) -> HandlerResult {
    let view = viewed(usher, &form.hash).await?;
    let SignUpForm { hash, kind, first_name, last_name, .. } = form;
    Ok(FormPage { view: &view, hash, kind, first_name, last_name }.shown_again(problem))
}

/// The sign-up that the posted form asks for, or the form's first field that can't be accepted and the reason.
fn sign_up(form: &SignUpForm, hash: InvitationHash) -> Result<SignUpByInvitation, (&'static str, String)> {
    fn parsed<T, E: Display>(
        field: &'static str,
        name: &str,
        value: Result<T, E>,
    ) -> Result<T, (&'static str, String)> {
        value.map_err(|problem| (field, format!("The {name} {problem}.")))
    }
    Ok(SignUpByInvitation {
        hash,
        address: parsed("email", "e-mail address", EmailAddress::parse(&form.email))?,
        first_name: Some(parsed("firstname", "first name", PersonName::parse(&form.first_name))?),
        last_name: Some(parsed("lastname", "last name", PersonName::parse(&form.last_name))?),
        password: parsed("password", "password", Password::parse(&form.password))?,
    })
}

/// Reads the hash of a link. A text that isn't an invitation's hash counts as the hash of a dead link.
fn parse_hash(text: &str) -> Result<InvitationHash, Error> {
    text.parse().map_err(|_| Error::Gone)
}

async fn viewed(usher: &Usher, hash: &str) -> Result<InvitationView, Error> {
    usher.view_invitation(&parse_hash(hash)?).await
}

/// The page of an invitation with a form, whose fields have the values that the person typed before, except the
/// password.
struct FormPage<'a> {
    view: &'a InvitationView,
    hash: &'a str,
    kind: &'a str,
    first_name: &'a str,
    last_name: &'a str,
}

impl FormPage<'_> {
    fn first_shown(&self) -> Response<Body> {
        self.response(None, StatusCode::OK)
    }

    fn shown_again(&self, problem: Problem<'_>) -> Response<Body> {
        self.response(Some(problem), StatusCode::UNPROCESSABLE_ENTITY)
    }

    fn response(&self, problem: Option<Problem<'_>>, status: StatusCode) -> Response<Body> {
        let Self { view, hash, kind, first_name, last_name } = *self;
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
            return page(status, RegisterPage::HasAccount { offer, hash, kind, problem });
        }
        page(status, RegisterPage::Form { offer, hash, kind, first_name, last_name, problem })
    }
}

fn or_failed(usher: &Usher, hash: &str, result: HandlerResult) -> Response<Body> {
    result.unwrap_or_else(|failure| failed(usher, hash, &failure))
}

/// The page for a failed request. All dead links lead to the same page, so that the page doesn't reveal whether a hash
/// ever existed.
fn failed(usher: &Usher, hash: &str, failure: &Failure) -> Response<Body> {
    let app_url = &usher.parameters.app_url;
    if matches!(failure, Failure::Operation(Error::Gone)) {
        let hash = hash.parse::<InvitationHash>().map(|hash| hash.reveal()).unwrap_or_default();
        return page(status_of(failure), RegisterPage::Dead { hash: &hash, app_url });
    }
    log_failure(failure);
    let failed = page(status_of(failure), RegisterPage::Failed { problem: &message_of(failure).1 });
    with_failure_headers(failed, failure)
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
    use super::{AcceptForm, DeclineForm, LinkQuery, RenewForm, SignUpForm};
    use crate::vocabulary::{Description, Refusal, describe};

    const MEMBERSHIP_REFUSALS: [Refusal; 4] =
        [Refusal::Gone, Refusal::Conflict, Refusal::Forbidden, Refusal::OtherAddress];

    pub(crate) fn show() -> Description {
        describe("The page behind a mailed link. Looking at the page changes nothing.")
            .open()
            .html()
            .query::<LinkQuery>()
            .answers_page(200, "A form to sign up, or to accept with the existing account.")
            .refuses([Refusal::Gone])
            .never([Refusal::Invalid])
    }

    pub(crate) fn submit() -> Description {
        describe("The form on that page: signs up and joins.")
            .open()
            .html()
            .form::<SignUpForm>()
            .answers_page(200, "Signed up, and a member.")
            .answers_page(422, "The form again, with the field that can't be accepted.")
            .refuses(MEMBERSHIP_REFUSALS)
    }

    pub(crate) fn accept() -> Description {
        describe("The form on that page for a person with an account: accepts with the account's password.")
            .open()
            .html()
            .form::<AcceptForm>()
            .answers_page(200, "A member now.")
            .answers_page(422, "The form again: the password is wrong.")
            .refuses(MEMBERSHIP_REFUSALS)
            .refuses([Refusal::TooMany])
    }

    pub(crate) fn decline() -> Description {
        describe("The button on that page that declines.")
            .open()
            .html()
            .form::<DeclineForm>()
            .answers_page(200, "Declined.")
            .refuses([Refusal::Gone])
    }

    pub(crate) fn renew() -> Description {
        describe("The button on a dead link's page that asks for a new invitation.")
            .notes("The answer is the same for every hash.")
            .open()
            .html()
            .form::<RenewForm>()
            .answers_page(200, "The inviter was asked, if there was an expired invitation.")
    }
}
