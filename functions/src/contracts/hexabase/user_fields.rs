//! The request fields that adding users and mailing users have in common.

use std::fmt::Display;

use shared::domain::{EmailAddress, Identifier, MailSender, PersonName, TemplateId, UserCode, WorkspaceId};

use crate::vocabulary::{Field, FieldProblem, MAX_ECHOED_WORD, address_text, echo, optional, or_default, text, uuid};

/// A user's code, both as the response repeats the code and as the service parsed the code.
pub(super) struct GivenCode {
    /// The beginning of the user code's text, as the response repeats it. `None` if the request's value isn't a text.
    pub(super) echo: Option<String>,
    parsed: Result<Option<UserCode>, FieldProblem>,
}

/// The request's field `user_code`: the user's code.
pub(super) fn user_code() -> Field<Option<GivenCode>> {
    let code = text("A code that distinguishes several people with one address.")
        .example("A-1")
        .parse_unless_empty(UserCode::parse);
    let code = code.attempt(|value| value.as_str().map(|code| echo(code, MAX_ECHOED_WORD)));
    optional("user_code", code.map(|(echo, parsed)| GivenCode { echo, parsed }))
}

/// Whom a request means: a user's address, and the user's code if the request has a code.
///
/// # Errors
/// The problem of an invalid address or an invalid code.
pub(super) fn identifier(email: &str, code: Option<&GivenCode>) -> Result<Identifier, FieldProblem> {
    let address = parsed("email", EmailAddress::parse(email))?;
    let code = code.map_or(Ok(None), |code| code.parsed.clone())?;
    Ok(Identifier { address, code })
}

/// The parsed value of a request's field, or the problem of the named field if the value couldn't be parsed.
pub(super) fn parsed<T, E: Display>(name: &str, value: Result<T, E>) -> Result<T, FieldProblem> {
    value.map_err(|problem| FieldProblem::of(name, problem))
}

/// The request's field `exclusive_w_id`: the only workspace that the user may ever belong to.
pub(super) fn exclusive_to() -> Field<Option<WorkspaceId>> {
    let id = uuid("The only workspace that the user may ever belong to.").parse_unless_empty(str::parse);
    or_default("exclusive_w_id", id)
}

/// The request's field `sender_address`: the e-mail address from which the letter is sent.
pub(super) fn sender_address() -> Field<Option<EmailAddress>> {
    let address = address_text("The letter's sender: an address that the deployment may send from.");
    or_default("sender_address", address.parse_unless_empty(EmailAddress::parse))
}

/// The request's field `sender_name`: the name of the letter's sender.
pub(super) fn sender_name() -> Field<Option<PersonName>> {
    or_default("sender_name", text("The sender's name.").example("Ada").parse_unless_empty(PersonName::parse))
}

/// The request's field that names the letter's mail template. The name of the field differs between the routes.
pub(super) fn template(name: &'static str) -> Field<Option<TemplateId>> {
    or_default(name, uuid("The letter's template.").parse_unless_empty(str::parse))
}

/// The sender of the letter. The result is `None` if the request names no sender.
pub(super) fn sender(address: Option<EmailAddress>, name: Option<PersonName>) -> Option<MailSender> {
    (address.is_some() || name.is_some()).then_some(MailSender { address, name })
}
