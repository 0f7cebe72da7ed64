//! The fields that adding users and mailing users have in common.

use std::fmt::Display;

use shared::domain::{EmailAddress, Identifier, MailSender, PersonName, TemplateId, UserCode, WorkspaceId};

use crate::vocabulary::{Field, FieldProblem, MAX_ECHOED_WORD, address_text, echo, optional, or_default, text, uuid};

/// A user's code: as the response repeats it, and parsed.
pub(super) struct GivenCode {
    /// The beginning of the text, if it is a text.
    pub(super) echo: Option<String>,
    parsed: Result<Option<UserCode>, FieldProblem>,
}

/// `user_code`.
pub(super) fn user_code() -> Field<Option<GivenCode>> {
    let code = text("A code that distinguishes several people with one address.")
        .example("A-1")
        .parse_unless_empty(UserCode::parse);
    let code = code.attempt(|value| value.as_str().map(|code| echo(code, MAX_ECHOED_WORD)));
    optional("user_code", code.map(|(echo, parsed)| GivenCode { echo, parsed }))
}

/// The identity that the address and the code make up.
///
/// # Errors
/// If the address or the code isn't one.
pub(super) fn identifier(email: &str, code: Option<&GivenCode>) -> Result<Identifier, FieldProblem> {
    let address = parsed("email", EmailAddress::parse(email))?;
    let code = code.map_or(Ok(None), |code| code.parsed.clone())?;
    Ok(Identifier { address, code })
}

/// The value, or the problem of the field with this name.
pub(super) fn parsed<T, E: Display>(name: &str, value: Result<T, E>) -> Result<T, FieldProblem> {
    value.map_err(|problem| FieldProblem::of(name, problem))
}

/// `exclusive_w_id`.
pub(super) fn exclusive_to() -> Field<Option<WorkspaceId>> {
    let id = uuid("The only workspace that the user may ever belong to.").parse_unless_empty(str::parse);
    or_default("exclusive_w_id", id)
}

/// `sender_address`.
pub(super) fn sender_address() -> Field<Option<EmailAddress>> {
    let address = address_text("The letter's sender: an address that the deployment may send from.");
    or_default("sender_address", address.parse_unless_empty(EmailAddress::parse))
}

/// `sender_name`.
pub(super) fn sender_name() -> Field<Option<PersonName>> {
    or_default("sender_name", text("The sender's name.").example("Ada").parse_unless_empty(PersonName::parse))
}

/// The template of the letter, in the field with this name.
pub(super) fn template(name: &'static str) -> Field<Option<TemplateId>> {
    or_default(name, uuid("The letter's template.").parse_unless_empty(str::parse))
}

/// The sender of the letter, if the request names one.
pub(super) fn sender(address: Option<EmailAddress>, name: Option<PersonName>) -> Option<MailSender> {
    (address.is_some() || name.is_some()).then_some(MailSender { address, name })
}
