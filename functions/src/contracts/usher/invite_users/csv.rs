//! Rows as CSV (RFC 4180): a header row that names the columns in any order, and the rest of the request in the query.

use csv::{ReaderBuilder, StringRecord, Trim};
use serde_json::{Map, Value};
use shared::{Error, Usher, domain::Reason, operations::InviteRow};

use super::{Asked, invitee, lifetime, message};
use crate::{
    contracts::rows::Given,
    incoming::{Failure, Fields, Incoming, bad_entry, bad_field},
};

/// The columns there may be, and whether each must be.
const COLUMNS: [(&str, bool); 3] = [("email", true), ("role", true), ("groups", false)];

/// Enough of an unknown column's name to find it by.
const MAX_ECHOED: usize = 60;

pub(super) fn asked(usher: &Usher, incoming: &Incoming) -> Result<Asked, Failure> {
    let message = message(incoming.query("message").as_deref())?;
    let seconds = incoming
        .query("expiresInSeconds")
        .map(|text| text.parse().map_err(|_| bad_field("\"expiresInSeconds\" must be a whole number.".to_owned())));
    let lifetime = lifetime(seconds.transpose()?)?;
    let validate_only = match incoming.query("validateOnly").as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(bad_field("\"validateOnly\" must be true or false.".to_owned()).into()),
    };
    let (columns, records) = table(incoming.text()?)?;
    usher.admit_rows(records.len())?;
    let rows = records.iter().map(|record| row(&columns, record)).collect();
    Ok(Asked { rows, message, lifetime, validate_only })
}

fn bad_table(message: impl Into<String>) -> Error {
    Error::invalid("invalid_body", message.into())
}

/// The columns, in their order, and the records below them.
fn table(text: &str) -> Result<(Vec<&'static str>, Vec<StringRecord>), Error> {
    // The byte-order mark that spreadsheets begin with.
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
        let known = COLUMNS.iter().find(|(column, _)| column.eq_ignore_ascii_case(name));
        let shown: String = name.chars().take(MAX_ECHOED).collect();
        let (column, _) = known.ok_or_else(|| bad_table(format!("There is no column \"{shown}\" in this request.")))?;
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

/// A row's cells by column; an empty one is as if it weren't there.
fn row(columns: &[&'static str], record: &StringRecord) -> (Given, Result<InviteRow, Reason>) {
    let cells = columns.iter().zip(record).filter(|(_, cell)| !cell.is_empty());
    let cells: Map<_, _> = cells.map(|(column, cell)| ((*column).to_owned(), value(column, cell))).collect();
    let fields = match Fields::of_row(Value::Object(cells)) {
        Ok(fields) => fields,
        Err(problem) => return (Given::default(), Err(bad_entry(problem))),
    };
    let given = Given::of(&fields);
    if record.len() != columns.len() {
        let problem = format!("The row has {} fields, but the header has {}.", record.len(), columns.len());
        return (given, Err(bad_entry(problem)));
    }
    (given, invitee(&fields))
}

/// A cell as JSON says it: groups are separated by semicolons.
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
    fn a_header_that_is_missing_or_wrong_is_told_by_the_columns_name() {
        for text in ["", "\u{feff}", "\n\n", ",\n"] {
            assert!(problem(text).contains("header row"), "{text:?}");
        }
        assert!(problem("email\na@example.com").contains("\"role\" is missing"));
        assert!(problem("role\nEDITOR").contains("\"email\" is missing"));
        assert!(problem("email,role,name\n").contains("no column \"name\""));
        assert!(problem("email;role\n").contains("no column \"email;role\""));
        assert!(problem("email,role,Email\n").contains("\"email\" is there twice"));
        assert!(problem(&format!("email,role,{}\n", "x".repeat(1000))).len() < 120);
    }
}
