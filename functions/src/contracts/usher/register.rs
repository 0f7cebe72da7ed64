//! The pages behind mailed links: GET and HEAD /register and /invitation, and the forms on these pages. Showing a page
//! changes nothing, because mail scanners open links. Only posting a page's form changes an invitation.

use std::fmt::Display;

use http::StatusCode;
use lambda_http::{Body, Response};
use shared::{
    Error, Usher,
    domain::{EmailAddress, InvitationHash, Password, PersonName},
    operations::{InvitationView, SignUpByInvitation},
};

use super::page::{html_page, site, without_body_for_head};
use crate::{
    pages::{Offer, Problem, RegisterPage, Site},
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
    let (site, LinkQuery { hash, kind }) = (site(usher, incoming), incoming.query()?);
    let response = match viewed(usher, &hash).await {
        Ok(view) => FormPage::new(site, &view, (&hash, &kind)).first_shown(),
        Err(error) => failed(site, &hash, &error.into()),
    };
    Ok(without_body_for_head(incoming, response))
}

pub(crate) async fn submit(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let site = site(usher, incoming);
    Ok(match incoming.form::<SignUpForm>() {
        Ok(form) => or_failed(site, &form.hash, signed_up(usher, site, &form).await),
        Err(failure) => failed(site, "", &failure),
    })
}

pub(crate) async fn accept(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let site = site(usher, incoming);
    Ok(match incoming.form::<AcceptForm>() {
        Ok(form) => or_failed(site, &form.hash, accepted(usher, site, &form).await),
        Err(failure) => failed(site, "", &failure),
    })
}

pub(crate) async fn decline(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let site = site(usher, incoming);
    Ok(match incoming.form::<DeclineForm>() {
        Ok(form) => or_failed(site, &form.hash, declined(usher, &form).await),
        Err(failure) => failed(site, "", &failure),
    })
}

pub(crate) async fn renew(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let site = site(usher, incoming);
    Ok(match incoming.form::<RenewForm>() {
        Ok(form) => or_failed(site, &form.hash, renewed(usher, &form).await),
        Err(failure) => failed(site, "", &failure),
    })
}

async fn declined(usher: &Usher, form: &DeclineForm) -> HandlerResult {
    usher.decline_invitation(&parse_hash(&form.hash)?).await?;
    Ok(html_page(StatusCode::OK, &RegisterPage::Declined))
}

/// Asks for a new invitation in place of an expired invitation. The page in the response to this request is the same
/// for every text, so that the page doesn't reveal whether the text is the hash of an invitation.
async fn renewed(usher: &Usher, form: &RenewForm) -> HandlerResult {
    usher.renew_invitation(parse_hash(&form.hash).ok()).await?;
    Ok(html_page(StatusCode::OK, &RegisterPage::Asked))
}

async fn accepted(usher: &Usher, site: Site<'_>, form: &AcceptForm) -> HandlerResult {
    let hash = parse_hash(&form.hash)?;
    let (view, accepted) = usher.follow_link_to_accept(&hash, form.password.clone()).await?;
    match accepted {
        Ok(_) => {
            let (workspace_name, email) = (view.scope_name.as_str(), view.address.as_typed());
            Ok(html_page(StatusCode::OK, &RegisterPage::Accepted { site, workspace_name, email }))
        }
        Err(Error::Unauthenticated(_)) => {
            let again = FormPage::new(site, &view, (&form.hash, &form.kind));
            Ok(again.shown_again(Problem { field: "password", text: "The password is wrong." }))
        }
        Err(error) => Err(error.into()),
    }
}

async fn signed_up(usher: &Usher, site: Site<'_>, form: &SignUpForm) -> HandlerResult {
    let hash = parse_hash(&form.hash)?;
    let sign_up = match sign_up(form, hash) {
        Ok(sign_up) => sign_up,
        Err((field, text)) => return form_again(usher, site, form, Problem { field, text: &text }).await,
    };
    let (view, signed_up) = usher.follow_link_to_sign_up(sign_up).await?;
    let (workspace_name, email) = (view.scope_name.as_str(), signed_up.profile.address.as_typed());
    Ok(html_page(StatusCode::OK, &RegisterPage::Done { site, workspace_name, email }))
}

async fn form_again(usher: &Usher, site: Site<'_>, form: &SignUpForm, problem: Problem<'_>) -> HandlerResult {
    let view = viewed(usher, &form.hash).await?;
    let SignUpForm { hash, kind, first_name, last_name, .. } = form;
    Ok(FormPage { first_name, last_name, ..FormPage::new(site, &view, (hash, kind)) }.shown_again(problem))
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
    site: Site<'a>,
    view: &'a InvitationView,
    hash: &'a str,
    kind: &'a str,
    first_name: &'a str,
    last_name: &'a str,
}

impl<'a> FormPage<'a> {
    /// The page behind a link, before anybody has typed a name into its form. The link has the given hash and type.
    fn new(site: Site<'a>, view: &'a InvitationView, (hash, kind): (&'a str, &'a str)) -> Self {
        Self { site, view, hash, kind, first_name: "", last_name: "" }
    }

    fn first_shown(&self) -> Response<Body> {
        self.response(None, StatusCode::OK)
    }

    fn shown_again(&self, problem: Problem<'_>) -> Response<Body> {
        self.response(Some(problem), StatusCode::UNPROCESSABLE_ENTITY)
    }

    fn response(&self, problem: Option<Problem<'_>>, status: StatusCode) -> Response<Body> {
        let Self { site, view, hash, kind, first_name, last_name } = *self;
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
            return html_page(status, &RegisterPage::HasAccount { site, offer, hash, kind, problem });
        }
        html_page(status, &RegisterPage::Form { site, offer, hash, kind, first_name, last_name, problem })
    }
}

fn or_failed(site: Site<'_>, hash: &str, result: HandlerResult) -> Response<Body> {
    result.unwrap_or_else(|failure| failed(site, hash, &failure))
}

/// The page for a failed request. All dead links lead to the same page, so that the page doesn't reveal whether a hash
/// ever existed.
fn failed(site: Site<'_>, hash: &str, failure: &Failure) -> Response<Body> {
    if matches!(failure, Failure::Operation(Error::Gone)) {
        let hash = hash.parse::<InvitationHash>().map(|hash| hash.reveal()).unwrap_or_default();
        return html_page(status_of(failure), &RegisterPage::Dead { site, hash: &hash });
    }
    log_failure(failure);
    let failed = html_page(status_of(failure), &RegisterPage::Failed { problem: &message_of(failure).1 });
    with_failure_headers(failed, failure)
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
