//! The vocabulary that all contracts share: typed request fields, failures, responses and descriptions.
//!
//! The module `vocabulary` knows no route and no contract. A contract declares each field of its requests once, with
//! [`fields!`] or [`PathParameter`]. The declaration of a field both reads the field and describes the field in
//! `/openapi.json`.

mod description;
mod failure;
mod format;
mod headers;
mod refusal;
mod request;
mod response;
mod row_results;

// The following modules are visible in the whole crate, because the macro `fields!` names the modules in each file that
// uses the macro.
pub(crate) mod field;
pub(crate) mod given_fields;
pub(crate) mod problem;
pub(crate) mod value_schema;

pub(crate) use description::{BodySchema, DescribedResponse, Description, describe, enumerated};
pub(crate) use failure::{Failure, log_failure, message_of, status_of, with_failure_headers};
pub(crate) use field::{Field, PathParameter, expected, fields, optional, or_default, required};
pub(crate) use format::{
    Format, Input, address, address_text, count, flag, flag_word, list, message, new_password, new_password_text,
    object, one_of, password, person_name, text, title, uuid, whole, whole_in_query, words,
};
pub(crate) use given_fields::{Fields, GivenFields, PartlyReadable, UnknownFields};
pub(crate) use headers::{with_header, with_status};
pub(crate) use problem::FieldProblem;
pub(crate) use refusal::Refusal;
pub(crate) use request::{ApiDescription, Incoming};
pub(crate) use response::{
    HandlerResult, MAX_ECHOED_ADDRESS, MAX_ECHOED_WORD, bare_array, bounded, echo, empty, json, no_content, ok,
};
pub(crate) use row_results::{InviteeRows, NoRowSucceeded, RowEcho, RowResults, row, row_results};
pub(crate) use value_schema::{DeclaredField, ValueSchema, example_of};
