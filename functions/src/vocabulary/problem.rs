//! Problems of fields: why a field of a request can't be read.

use std::fmt::Display;

use shared::{Error, PublicMessage, domain::RowReason};

use super::{
    failure::Failure,
    response::{MAX_ECHOED_WORD, echo},
};

/// The stable code of the problem with a field that is missing or can't be read.
pub(crate) const INVALID_FIELD: &str = "invalid_field";

/// The problem with a field of a request that can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldProblem {
    /// The stable code of the problem, for programs.
    pub(crate) code: &'static str,
    /// A sentence about the problem. The sentence about the problem names the field.
    pub(crate) message: String,
}

impl FieldProblem {
    /// A problem with a field, with the code `invalid_field`.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { code: INVALID_FIELD, message: message.into() }
    }

    /// A problem with the named field. The problem's message is the field's name and a statement about the field:
    /// `"role" must be a string.`
    pub(crate) fn of(name: &str, problem: impl Display) -> Self {
        Self::new(format!("\"{name}\" {problem}."))
    }
}

impl From<FieldProblem> for Error {
    fn from(problem: FieldProblem) -> Self {
        Self::Invalid(PublicMessage::new(problem.code, problem.message))
    }
}

impl From<FieldProblem> for Failure {
    fn from(problem: FieldProblem) -> Self {
        Self::Operation(problem.into())
    }
}

impl From<FieldProblem> for RowReason {
    fn from(problem: FieldProblem) -> Self {
        Self::new(problem.code, problem.message)
    }
}

/// The problem with a request field or query parameter whose name the contract doesn't declare. The problem's message
/// lists the declared names.
pub(crate) fn unknown_name(code: &'static str, kind: &str, name: &str, declared: &[&str]) -> FieldProblem {
    let name = echo(name, MAX_ECHOED_WORD);
    let names = match declared {
        [] => format!("This request has no {kind}s."),
        [one] => format!("The only {kind} is {one}."),
        [others @ .., last] => format!("The {kind}s are {} and {last}.", others.join(", ")),
    };
    FieldProblem { code, message: format!("There is no {kind} \"{name}\" in this request. {names}") }
}
