//! Names, titles and messages that people write: parsing cleans such a text and limits its length.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The reason why a name, title or message is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// The name, title or message contains no visible character.
    #[error("must not be empty")]
    Empty,
    /// The cleaned text has too many characters (Unicode scalar values).
    #[error("must not be longer than {max} characters")]
    TooLong {
        /// The largest number of characters that the text may have.
        max: usize,
    },
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, at most $max:literal, cleaned by $clean:path) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The largest length of the text in characters (Unicode scalar values).
            pub const MAX: usize = $max;
        }

        impl TryFrom<String> for $name {
            type Error = InvalidText;

            fn try_from(text: String) -> Result<Self, InvalidText> {
                limited($clean(&text), Self::MAX).map(Self)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        /// The `Debug` output of a name or message is redacted: text that people write is personal data and must not
        /// appear in logs.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }
    };
}

text!(
    /// The name of a workspace or company, or the description of a service account: one line of 1 to 120 characters.
    Title, at most 120, cleaned by one_line
);
text!(
    /// A first or last name: one line of 1 to 80 characters.
    PersonName, at most 80, cleaned by one_line
);
text!(
    /// A message or description: 1 to 2000 characters in lines that end with `\n`.
    Message, at most 2000, cleaned by lines
);

impl Title {
    /// Cleans the text: removes control and invisible characters, and replaces each run of white space with one space.
    ///
    /// # Errors
    /// [`InvalidText`] if the cleaned text is empty or too long.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        Self::try_from(text.to_owned())
    }

    /// The title as a DNS label (RFC 1035 section 2.3.1) of 1 to 40 characters: the title's ASCII letters and digits in
    /// lower case, with single hyphens between the words. The label is `company` if the title has neither letters nor
    /// digits in ASCII.
    pub fn slug(&self) -> String {
        const MAX: usize = 40;
        let words: Vec<_> =
            self.0.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let mut slug = words.join("-").to_ascii_lowercase();
        slug.truncate(MAX);
        slug.truncate(slug.trim_end_matches('-').len());
        if slug.is_empty() { "company".to_owned() } else { slug }
    }
}

impl PersonName {
    /// Cleans the text as [`Title::parse`] does.
    ///
    /// # Errors
    /// [`InvalidText`] if the cleaned text is empty or too long.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        Self::try_from(text.to_owned())
    }
}

impl Message {
    /// Cleans the text: replaces every line break with `\n` and every tab with a space, keeps at most one of several
    /// blank lines in a row, and removes other control and invisible characters. The result is `None` if no visible
    /// character remains, because a message is optional. `Deserialize` refuses an empty text, because no empty message
    /// is ever stored.
    ///
    /// # Errors
    /// [`InvalidText::TooLong`] if the cleaned text of the message is too long.
    pub fn parse(text: &str) -> Result<Option<Self>, InvalidText> {
        match Self::try_from(text.to_owned()) {
            Err(InvalidText::Empty) => Ok(None),
            message => message.map(Some),
        }
    }
}

/// Returns the cleaned text, if the text is neither empty nor longer than `max` characters.
fn limited(text: String, max: usize) -> Result<String, InvalidText> {
    if text.chars().all(|c| c.is_whitespace() || is_blank(c)) {
        Err(InvalidText::Empty)
    } else if text.chars().count() > max {
        Err(InvalidText::TooLong { max })
    } else {
        Ok(text)
    }
}

fn one_line(text: &str) -> String {
    let visible: String = text.chars().filter(|c| !is_hidden(*c)).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn lines(text: &str) -> String {
    let mut lines: Vec<_> = text.replace("\r\n", "\n").split(is_line_break).map(clean_line).collect();
    lines.dedup_by(|next, line| next.is_empty() && line.is_empty());
    lines.join("\n").trim().to_owned()
}

fn clean_line(line: &str) -> String {
    let line: String = line.chars().filter(|c| !is_hidden(*c)).map(|c| if c == '\t' { ' ' } else { c }).collect();
    line.trim_end().to_owned()
}

/// Whether this character ends a line (Unicode Standard Annex 14, classes BK, CR, LF and NL).
pub(crate) fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether this character is invisible and can mislead the reader: control characters other than white space,
/// bidirectional overrides and isolates (Unicode Standard Annex 9), and zero-width characters. The joiners U+200C and
/// U+200D are allowed, because Persian, Indic scripts and emoji need these two characters.
pub(super) fn is_hidden(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c,
            '\u{AD}' | '\u{180E}' | '\u{200B}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

/// Whether this character is allowed in a text but is invisible by itself, as joiners, direction marks, fillers and
/// variation selectors are.
fn is_blank(c: char) -> bool {
    matches!(c,
        '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{200C}'..='\u{200F}' | '\u{2800}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::EmailAddress;

    fn title(text: &str) -> String {
        Title::parse(text).unwrap().to_string()
    }

    fn message(text: &str) -> Option<String> {
        Message::parse(text).unwrap().map(String::from)
    }

    /// A strategy for test texts with many line breaks, hidden characters and joiners.
    fn nasty_text() -> impl Strategy<Value = String> {
        let nasty = prop::sample::select(
            "\r\n\t \u{0}\u{1b}\u{85}\u{2028}\u{2029}\u{202e}\u{2066}\u{200b}\u{200d}\u{feff}\u{a0}-"
                .chars()
                .collect::<Vec<_>>(),
        );
        prop::collection::vec(prop_oneof![nasty, any::<char>(), proptest::char::range('a', 'z')], 0..60)
            .prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn a_title_is_one_trimmed_line_and_cleaning_it_again_changes_nothing(text in nasty_text()) {
            if let Ok(title) = Title::parse(&text) {
                prop_assert!(!title.as_ref().contains(|c: char| is_hidden(c) || c.is_control() || is_line_break(c)));
                prop_assert!(!title.as_ref().contains("  "));
                prop_assert_eq!(title.as_ref().trim(), title.as_ref());
                prop_assert_eq!(Title::parse(title.as_ref()), Ok(title));
            }
        }

        #[test]
        fn a_message_keeps_no_control_but_newline_and_cleaning_it_again_changes_nothing(text in nasty_text()) {
            if let Some(message) = Message::parse(&text).unwrap() {
                let text = message.as_ref();
                prop_assert!(!text.contains(|c: char| is_hidden(c) || (c != '\n' && (c.is_control() || is_line_break(c)))));
                prop_assert!(!text.contains("\n\n\n"));
                prop_assert_eq!(text.trim(), text);
                prop_assert_eq!(Message::parse(text), Ok(Some(message)));
            }
        }

        #[test]
        fn cleaning_loses_no_visible_character(text in nasty_text()) {
            let visible = |text: &str| text.chars().filter(|c| !c.is_whitespace() && !is_hidden(*c)).collect::<String>();
            prop_assert_eq!(visible(&one_line(&text)), visible(&text));
            prop_assert_eq!(visible(&lines(&text)), visible(&text));
        }

        #[test]
        fn a_slug_is_valid_in_the_address_of_a_service_account(text in any::<String>()) {
            if let Ok(title) = Title::parse(&text) {
                let slug = title.slug();
                prop_assert!(slug.len() <= 40);
                let address = format!("reports-bd4ffdd8@{slug}.iam.serviceaccount.com");
                let address = EmailAddress::parse(&address).unwrap();
                prop_assert!(address.is_service_account());
                prop_assert!(address.canonical().contains(&slug));
            }
        }

        #[test]
        fn a_text_survives_json(text in nasty_text()) {
            if let Ok(title) = Title::parse(&text) {
                let json = serde_json::to_string(&title).unwrap();
                prop_assert_eq!(serde_json::from_str::<Title>(&json).unwrap(), title);
            }
        }
    }

    #[test]
    fn white_space_of_every_kind_is_folded_in_a_title() {
        assert_eq!(title("  Sales \t and\r\nMarketing\u{2028}\u{3000}West "), "Sales and Marketing West");
    }

    #[test]
    fn characters_that_mislead_are_dropped_and_joiners_stay() {
        assert_eq!(title("in\u{202e}vo\u{2066}ice\u{200b}\u{feff}\u{0}"), "invoice");
        assert_eq!(title("می\u{200c}خواهم 👩\u{200d}💻"), "می\u{200c}خواهم 👩\u{200d}💻");
    }

    #[test]
    fn a_message_keeps_its_paragraphs_and_no_more() {
        assert_eq!(
            message("Dear all,\r\n\r\n\r\n \t\r\nhave\ta look\x07\rBye  \n\n").unwrap(),
            "Dear all,\n\nhave a look\nBye"
        );
    }

    #[test]
    fn a_message_without_visible_characters_is_none() {
        for text in ["", " \r\n\t", "\u{202e}\u{feff}", "\u{200d}", "\u{3164}"] {
            assert_eq!(message(text), None);
            assert_eq!(Title::parse(text), Err(InvalidText::Empty));
            assert!(serde_json::from_value::<Message>(text.into()).is_err());
        }
    }

    #[test]
    fn length_is_counted_in_characters_after_cleaning() {
        assert!(Title::parse(&format!("  {}\u{200b} ", "é".repeat(120))).is_ok());
        assert_eq!(Title::parse(&"é".repeat(121)), Err(InvalidText::TooLong { max: 120 }));
        assert!(PersonName::parse(&"𝔘".repeat(80)).is_ok());
        assert_eq!(PersonName::parse(&"𝔘".repeat(81)), Err(InvalidText::TooLong { max: 80 }));
        assert!(Message::parse(&"m".repeat(2000)).is_ok());
        assert_eq!(Message::parse(&"m".repeat(2001)), Err(InvalidText::TooLong { max: 2000 }));
    }

    #[test]
    fn json_goes_through_the_same_cleaning() {
        let name: PersonName = serde_json::from_str(r#"" Grace\u0000 \n Hopper ""#).unwrap();
        assert_eq!(name.as_ref(), "Grace Hopper");
        let error = serde_json::from_str::<PersonName>(r#""""#).unwrap_err();
        assert!(error.to_string().starts_with("must not be empty"));
    }

    #[test]
    fn a_slug_is_made_of_the_ascii_words() {
        for (text, slug) in [
            ("InncreTech", "inncretech"),
            (" Smith & Sons, Ltd. ", "smith-sons-ltd"),
            ("株式会社", "company"),
            ("--a--", "a"),
            ("abcdefghi abcdefghi abcdefghi abcdefghi abcdefghi", "abcdefghi-abcdefghi-abcdefghi-abcdefghi"),
        ] {
            assert_eq!(Title::parse(text).unwrap().slug(), slug);
        }
    }

    #[test]
    fn debug_shows_nothing_that_was_written() {
        assert_eq!(format!("{:?}", PersonName::parse("Grace").unwrap()), "PersonName(redacted)");
    }
}
