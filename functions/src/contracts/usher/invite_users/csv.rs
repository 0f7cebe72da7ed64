//! An inviting request whose body is CSV (RFC 4180). The header row of the CSV names the columns in any order. The
//! query of the URL has the options of the inviting request.

use csv::{ReaderBuilder, StringRecord, Trim};
use serde_json::{Map, Value};
use shared::{
    Error,
    domain::{Lifetime, Message},
};

use super::fields::{
    ABOUT_LIFETIME, ABOUT_VALIDATE_ONLY, InviteBody, InviteeBody, LIFETIME_RANGE, invitation_message, lifetime,
};
use crate::vocabulary::{
    Failure, FieldProblem, Fields, GivenFields, Incoming, RowEcho, UnknownFields, ValueSchema, fields, flag_word,
    optional, or_default, text, whole_in_query,
};

/// The columns that a CSV body may have, and whether each column is required.
const COLUMNS: [(&str, bool); 3] = [("email", true), ("role", true), ("groups", false)];

/// How many characters of an unknown CSV column's name the error response repeats.
const MAX_ECHOED_COLUMN: usize = 60;

fields! {
    /// The options of an inviting request as CSV, which are in the query.
    pub(super) struct CsvQuery {
        message: Option<Message> = or_default("message", invitation_message()),
        lifetime: Option<Lifetime> = optional("expiresInSeconds", lifetime(whole_in_query(ABOUT_LIFETIME, LIFETIME_RANGE))),
        validate_only: bool = or_default("validateOnly", flag_word(ABOUT_VALIDATE_ONLY)),
    }
}

/// The description of the CSV body of an inviting request.
pub(super) fn csv_schema() -> ValueSchema {
    text("A header row that names the columns email, role and, if need be, groups: ids with semicolons.")
        .example("email,role\nuser@example.com,EDITOR\n")
        .into_schema()
}

/// Reads the inviting request from its CSV body and its query.
///
/// # Errors
/// [`Error::Invalid`] for a query or a CSV table that can't be read. A row that can't be read doesn't fail the inviting
/// request: only the row's own result says that the row is invalid.
pub(super) fn body(incoming: &Incoming) -> Result<InviteBody, Failure> {
    let CsvQuery { message, lifetime, validate_only } = incoming.query()?;
    let (columns, records) = table(incoming.text()?)?;
    let rows = records.iter().map(|record| row(&columns, record)).collect();
    Ok(InviteBody { rows, message, lifetime, validate_only })
}

fn bad_table(message: impl Into<String>) -> Error {
    Error::invalid("invalid_body", message.into())
}

/// The names of the columns in the order of the header row, and the CSV records below the header row.
fn table(text: &str) -> Result<(Vec<&'static str>, Vec<StringRecord>), Error> {
    // Spreadsheet programs begin a CSV file with a byte-order mark, which is not part of the first column's name.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = ReaderBuilder::new().flexible(true).trim(Trim::All).from_reader(text.as_bytes());
    let unreadable = |_| bad_table("The body isn't valid CSV.");
    let columns = columns(reader.headers().map_err(unreadable)?)?;
    let records = reader.into_records().collect::<Result<_, _>>().map_err(unreadable)?;
    Ok((columns, records))
}

fn columns(header: &StringRecord) -> Result<Vec<&'static str>, Error> {
    if header.iter().all(str::is_empty) {
        return Err(bad_table("A CSV body begins with a header row that names its columns."));
    }
    let mut columns = Vec::with_capacity(header.len());
    for name in header {
        let found = COLUMNS.iter().find(|(column, _)| column.eq_ignore_ascii_case(name));
        let (column, _) = found.ok_or_else(|| {
            let shown: String = name.chars().take(MAX_ECHOED_COLUMN).collect();
            let columns = "The columns are email, role and groups.";
            bad_table(format!("There is no column \"{shown}\" in this request. {columns}"))
        })?;
        if columns.contains(column) {
            return Err(bad_table(format!("The column \"{column}\" is there twice.")));
        }
        columns.push(*column);
    }
    match COLUMNS.iter().find(|(column, needed)| *needed && !columns.contains(column)) {
        Some((column, _)) => Err(bad_table(format!("The column \"{column}\" is missing."))),
        None => Ok(columns),
    }
}

/// The row of an inviting request that a CSV record gives. An empty cell of the CSV counts as an absent field of the
/// row.
fn row(columns: &[&'static str], record: &StringRecord) -> (RowEcho, Result<InviteeBody, FieldProblem>) {
    let cells = columns.iter().zip(record).filter(|(_, cell)| !cell.is_empty());
    let fields: Map<_, _> = cells.map(|(column, cell)| ((*column).to_owned(), value(column, cell))).collect();
    let invitee = if record.len() == columns.len() {
        InviteeBody::read(&GivenFields { fields: &fields, unknown: UnknownFields::Refused })
    } else {
        let problem = format!("The row has {} fields, but the header has {}.", record.len(), columns.len());
        Err(FieldProblem::new(problem))
    };
    (RowEcho::of(&Value::Object(fields)), invitee)
}

/// The text of a CSV cell as the JSON value of the field with the column's name. In a CSV cell with several groups,
/// semicolons separate the groups.
fn value(column: &str, cell: &str) -> Value {
    match column {
        "groups" => cell.split(';').map(str::trim).filter(|id| !id.is_empty()).collect(),
        _ => Value::from(cell),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        let Err(Error::Invalid(public)) = table(text) else { panic!("{text:?} is taken") };
        assert_eq!(public.code, "invalid_body");
        public.message.into_owned()
    }

    #[test]
    fn quotes_line_ends_a_byte_order_mark_and_blank_lines_are_read_as_spreadsheets_write_them() {
        let text = "\u{feff}Role,\"email\"\r\n\"EDITOR\", a@example.com \r\n\r\nVIEWER,\"b\"\"b\nb@example.com\"\n";
        let (columns, records) = table(text).unwrap();
        assert_eq!(columns, ["role", "email"]);
        let cells: Vec<Vec<_>> = records.iter().map(|record| record.iter().collect()).collect();
        assert_eq!(cells, [["EDITOR", "a@example.com"], ["VIEWER", "b\"b\nb@example.com"]]);
    }

    #[test]
    fn a_missing_or_wrong_header_is_refused_with_the_name_of_the_column() {
        for text in ["", "\u{feff}", "\n\n", ",\n"] {
            assert!(problem(text).contains("header row"), "{text:?}");
        }
        assert!(problem("email\na@example.com").contains("\"role\" is missing"));
        assert!(problem("role\nEDITOR").contains("\"email\" is missing"));
        assert!(problem("email,role,name\n").contains("no column \"name\""));
        assert!(problem("email;role\n").contains("no column \"email;role\""));
        assert!(problem("email,role,Email\n").contains("\"email\" is there twice"));
        assert!(problem(&format!("email,role,{}\n", "x".repeat(1000))).len() < 160);
    }
}
