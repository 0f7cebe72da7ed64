//! Formats of field values: what a value looks like in JSON, and the type that it becomes.

use std::{fmt::Display, ops::RangeInclusive, str::FromStr};

use serde_json::{Value, json};
use shared::domain::{EmailAddress, Message, Password, PersonName, Title};

use super::{
    given_fields::{Fields, GivenFields, UnknownFields},
    problem::{FieldProblem, INVALID_FIELD},
    value_schema::ValueSchema,
};

/// The value of a field in a request, with the field's name.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    /// The field's name in the request.
    pub(crate) name: &'a str,
    /// The field's value in the request.
    pub(crate) value: &'a Value,
    /// What happens to undeclared fields of objects inside the field's value.
    pub(crate) unknown: UnknownFields,
}

type Reader<T> = Box<dyn Fn(&Input<'_>) -> Result<T, FieldProblem> + Send + Sync>;

/// The format of a field's value that is read as a `T`: the value's JSON schema, and a function that reads the value.
pub(crate) struct Format<T> {
    schema: ValueSchema,
    read: Reader<T>,
}

impl<T: 'static> Format<T> {
    /// A format with the given JSON schema and the given reading function.
    pub(crate) fn new(
        schema: ValueSchema,
        read: impl Fn(&Input<'_>) -> Result<T, FieldProblem> + Send + Sync + 'static,
    ) -> Self {
        Self { schema, read: Box::new(read) }
    }

    /// Converts the value that the format reads to another type, by a function that may refuse the value.
    pub(crate) fn try_map<U: 'static>(
        self,
        convert: impl Fn(&Input<'_>, T) -> Result<U, FieldProblem> + Send + Sync + 'static,
    ) -> Format<U> {
        let read = self.read;
        Format::new(self.schema, move |input| convert(input, read(input)?))
    }

    /// Converts the value that the format reads to another type, by a function that never refuses the value.
    pub(crate) fn map<U: 'static>(self, convert: impl Fn(T) -> U + Send + Sync + 'static) -> Format<U> {
        self.try_map(move |_, value| Ok(convert(value)))
    }

    /// Changes the format so that a value that can't be read doesn't fail the request. The function `keep` takes those
    /// parts from the unread value that the response must repeat.
    pub(crate) fn attempt<K: 'static>(
        self,
        keep: impl Fn(&Value) -> K + Send + Sync + 'static,
    ) -> Format<(K, Result<T, FieldProblem>)> {
        let read = self.read;
        Format::new(self.schema, move |input| Ok((keep(input.value), read(input))))
    }

    /// Changes the format so that a value that can't be read doesn't fail the request: the result of reading is the
    /// value, or the problem that the value has.
    pub(crate) fn or_problem(self) -> Format<Result<T, FieldProblem>> {
        self.attempt(|_| ()).map(|((), read)| read)
    }

    /// Adds more keywords to the JSON schema of the format's value.
    pub(crate) fn described(self, describe: impl FnOnce(ValueSchema) -> ValueSchema) -> Self {
        Self { schema: describe(self.schema), read: self.read }
    }

    /// Adds an example of the value to the format of a field's value.
    pub(crate) fn example(self, example: impl Into<Value>) -> Self {
        self.described(|schema| schema.example(example))
    }
}

impl<T> Format<T> {
    pub(super) fn into_parts(self) -> (ValueSchema, Reader<T>) {
        (self.schema, self.read)
    }

    /// The JSON schema of the format's value.
    pub(crate) fn into_schema(self) -> ValueSchema {
        self.schema
    }
}

impl Format<String> {
    /// Changes the format of a text so that a constructor of the domain parses the text. The text of the constructor's
    /// error must complete a sentence that begins with the field's name.
    pub(crate) fn parse<U: 'static, E: Display>(
        self,
        parse: impl Fn(&str) -> Result<U, E> + Send + Sync + 'static,
    ) -> Format<U> {
        self.parse_or(INVALID_FIELD, parse)
    }

    /// Does the same as [`Format::parse`], but the problem of a text that the constructor refuses has the given code.
    pub(crate) fn parse_or<U: 'static, E: Display>(
        self,
        code: &'static str,
        parse: impl Fn(&str) -> Result<U, E> + Send + Sync + 'static,
    ) -> Format<U> {
        self.try_map(move |input, text| {
            parse(&text).map_err(|problem| FieldProblem { code, ..FieldProblem::of(input.name, problem) })
        })
    }

    /// Changes the format of a text so that an unparsable text becomes `None` and doesn't fail the request. Contracts
    /// treat `None` like an id or hash that doesn't exist.
    pub(crate) fn parse_if_possible<U: FromStr + 'static>(self) -> Format<Option<U>> {
        self.map(|text| text.parse().ok())
    }

    /// Changes the format of a text so that a constructor of the domain parses the text. An empty text counts as an
    /// absent field.
    pub(crate) fn parse_unless_empty<U: 'static, E: Display>(
        self,
        parse: impl Fn(&str) -> Result<U, E> + Send + Sync + 'static,
    ) -> Format<Option<U>> {
        self.parse(move |text| if text.is_empty() { Ok(None) } else { parse(text).map(Some) })
    }

    /// Adds limits of the text's length in characters to the format, for the API description.
    pub(crate) fn length(self, range: RangeInclusive<usize>) -> Self {
        self.described(|schema| schema.length(range))
    }

    /// Adds a regular expression (ECMA-262) for the text to the format, for the API description.
    pub(crate) fn pattern(self, pattern: &'static str) -> Self {
        self.described(|schema| schema.pattern(pattern))
    }
}

fn string(schema: ValueSchema) -> Format<String> {
    Format::new(schema, |input| match input.value {
        Value::String(text) => Ok(text.clone()),
        _ => Err(FieldProblem::of(input.name, "must be a string")),
    })
}

/// The format of any text.
pub(crate) fn text(about: &'static str) -> Format<String> {
    string(ValueSchema::of("string").about(about).example("text"))
}

/// The format of a text that should be an e-mail address.
pub(crate) fn address_text(about: &'static str) -> Format<String> {
    let schema = ValueSchema::of("string").about(about).with("format", json!("email"));
    string(schema.example("user@example.com"))
}

/// The format of an e-mail address.
pub(crate) fn address(about: &'static str) -> Format<EmailAddress> {
    address_text(about).parse(EmailAddress::parse)
}

/// The format of a text that should be a hyphenated UUID (RFC 9562 section 4).
pub(crate) fn uuid(about: &'static str) -> Format<String> {
    string(ValueSchema::uuid(about))
}

/// The format of a name of a workspace, a company, a group or a template.
pub(crate) fn title(about: &'static str, example: &'static str) -> Format<Title> {
    text(about).length(1..=120).example(example).parse(Title::parse)
}

/// The format of a person's first, last or full name.
pub(crate) fn person_name(about: &'static str, example: &'static str) -> Format<PersonName> {
    text(about).length(1..=80).example(example).parse(PersonName::parse)
}

/// The format of a text of up to 2,000 characters that people read. A blank text counts as an absent field.
pub(crate) fn message(about: &'static str) -> Format<Option<Message>> {
    text(about).length(0..=2000).parse(Message::parse)
}

/// The format of the text of a new password for an account.
pub(crate) fn new_password_text() -> Format<String> {
    text("At least 8 characters, among them a capital and a small letter, a digit and a special character.")
        .length(8..=256)
        .example("Demo12#$")
}

/// The format of a new password for an account.
pub(crate) fn new_password() -> Format<Password> {
    new_password_text().parse(Password::parse)
}

/// The format of an existing password of an account. A text that can't be any account's password is read as `None`.
pub(crate) fn password(about: &'static str) -> Format<Option<Password>> {
    text(about).example("Demo12#$").map(|text| Password::unchecked(&text))
}

/// The format of a text that should be one of the given words. Reading accepts any text, so that a contract can refuse
/// an unknown word with an error of its own.
pub(crate) fn words(about: &'static str, words: impl IntoIterator<Item = &'static str>) -> Format<String> {
    string(ValueSchema::words(about, words))
}

/// The format of a text that is one of the given words and is parsed.
pub(crate) fn one_of<T: 'static, const N: usize>(
    about: &'static str,
    choices: [&'static str; N],
    parse: impl Fn(&str) -> Option<T> + Send + Sync + 'static,
) -> Format<T> {
    words(about, choices).parse(move |word| parse(word).ok_or_else(|| format!("must be {}", in_a_sentence(&choices))))
}

/// The given words as a list in a sentence: A, B or C.
fn in_a_sentence(words: &[&str]) -> String {
    match words {
        [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => words.concat(),
    }
}

/// The format of a JSON boolean.
pub(crate) fn flag(about: &'static str) -> Format<bool> {
    Format::new(ValueSchema::of("boolean").about(about).example(false), |input| match input.value {
        Value::Bool(flag) => Ok(*flag),
        _ => Err(FieldProblem::of(input.name, "must be true or false")),
    })
}

/// The format of the word true or false in a query.
pub(crate) fn flag_word(about: &'static str) -> Format<bool> {
    one_of(about, ["true", "false"], |word| word.parse().ok())
}

/// The format of a whole number. The range of the number is only for the API description: the domain refuses numbers
/// outside the range.
pub(crate) fn whole(about: &'static str, range: RangeInclusive<i64>) -> Format<i64> {
    Format::new(ValueSchema::whole(about, range), |input| {
        input.value.as_i64().ok_or_else(|| FieldProblem::of(input.name, "must be a whole number"))
    })
}

/// The format of a whole number in a query. The range of the number is only for the API description, as for [`whole`].
pub(crate) fn whole_in_query(about: &'static str, range: RangeInclusive<i64>) -> Format<i64> {
    string(ValueSchema::whole(about, range)).parse(|text| text.parse().map_err(|_| "must be a whole number"))
}

/// The format of a number in a query. A number outside the given range is refused.
pub(crate) fn count(about: &'static str, range: RangeInclusive<usize>) -> Format<usize> {
    let described = |bound: &usize| i64::try_from(*bound).unwrap_or(i64::MAX);
    let schema = ValueSchema::whole(about, described(range.start())..=described(range.end()));
    string(schema).parse(move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("must be a number from {} to {}", range.start(), range.end()))
    })
}

/// The format of a list whose entries have the given format.
pub(crate) fn list<T: 'static>(about: &'static str, entry: Format<T>) -> Format<Vec<T>> {
    let (schema, read) = entry.into_parts();
    Format::new(ValueSchema::list(about, schema), move |input| match input.value {
        Value::Array(entries) => entries.iter().map(|value| read(&Input { value, ..*input })).collect(),
        _ => Err(FieldProblem::of(input.name, "must be an array")),
    })
}

/// The format of a JSON object with declared fields.
pub(crate) fn object<B: Fields + 'static>() -> Format<B> {
    Format::new(ValueSchema::object(B::declared()), |input| match input.value {
        Value::Object(fields) => B::read_checked(&GivenFields { fields, unknown: input.unknown }),
        _ => Err(FieldProblem::new("The entry must be a JSON object.")),
    })
}
