//! [`SafeLine`]: text from callers that is safe to show in a mail.

use std::fmt;

use crate::domain::is_line_break;

/// U+2060 WORD JOINER. A word joiner has no width and allows no line break. Inside a word, a word joiner keeps mail
/// clients from recognising a link.
const JOINER: char = '\u{2060}';

/// The largest number of characters of one text from a caller in the subject of a mail.
const SUBJECT_CHARS: usize = 64;

/// One line of text from a caller, without control characters and without anything that a mail client would turn into a
/// link. The letters' templates accept only the type `SafeLine` for text from callers. A `SafeLine` is not escaped for
/// HTML: the HTML templates escape the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SafeLine(String);

impl SafeLine {
    /// Makes a safe line of a caller's text. Several white-space characters in a row become one space.
    pub(super) fn new(text: &str) -> Self {
        let visible: String = text.chars().filter(|&c| c.is_whitespace() || !is_control(c)).collect();
        Self(break_links(&visible.split_whitespace().collect::<Vec<_>>().join(" ")))
    }

    /// The safe lines of a caller's text, without empty lines at the start and the end. A missing or empty text of a
    /// caller has no lines.
    pub(super) fn lines(text: Option<&str>) -> Vec<Self> {
        let text = text.unwrap_or_default().replace("\r\n", "\n");
        text.trim().split(is_line_break).map(Self::new).skip_while(|line| line.0.is_empty()).collect()
    }

    /// The line's text for the subject of a mail. A text of more than 64 characters is shortened and ends in an
    /// ellipsis.
    pub(super) fn shortened(&self) -> String {
        shorten(&self.0, SUBJECT_CHARS)
    }
}

/// Shortens a text that has more than `max` characters: an ellipsis replaces the end of the text.
pub(super) fn shorten(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text.to_owned(),
        Some(_) => text.chars().take(max - 1).chain(['…']).collect(),
    }
}

impl fmt::Display for SafeLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether `c` is a control character, or a character of UAX #9 that changes the direction of the following text. A
/// name with a character that changes the direction could reorder the letter's own words.
fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether mail clients recognise links by this character. A character by which mail clients recognise links ends a
/// URL's scheme, starts an authority or a path, or separates the labels of a host name (RFC 3490 section 3.1 lists four
/// dots that separate labels).
fn is_link_mark(c: char) -> bool {
    matches!(c, '.' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}' | '@' | '\u{ff20}' | ':' | '/' | '\\')
}

/// Puts a word joiner, which is an invisible character, on both sides of every link mark inside a word. A link mark is
/// a character by which mail clients recognise links. Because of the word joiners, no mail client recognises `http://`,
/// `www.`, `name.tld` or `a@b` as a link. The text with word joiners looks the same, and punctuation at the edge of a
/// word stays as it is. One word joiner at each link mark would not be enough: some mail clients accept any character
/// except spaces and punctuation as part of a host name.
fn break_links(text: &str) -> String {
    let mut broken = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let inside = |neighbour: char| !neighbour.is_whitespace();
        if is_link_mark(c) && inside(before) && rest.peek().copied().is_some_and(inside) {
            if before != JOINER {
                broken.push(JOINER);
            }
            broken.extend([c, JOINER]);
            before = JOINER;
        } else {
            broken.push(c);
            before = c;
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A strategy for test texts that consist mostly of the parts of links.
    fn link_like() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => prop::sample::select(vec![
                "http://", "https://", "HTTPS:", "//", "www.", "mailto:", "\\\\", "@", ".", ":", "/", "..", "。", "＠",
                "a", "example", "com", "7", " ", "\n", "\r\n", "\u{2060}", "\u{200b}", "\u{202e}", "\0", "é",
            ])
            .prop_map(str::to_owned),
            1 => any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    fn has_link(text: &str) -> bool {
        let chars: Vec<char> = text.chars().collect();
        let labels = |c: char| !c.is_whitespace() && c != JOINER;
        text.contains("://")
            || text.to_lowercase().split_whitespace().any(|word| word.starts_with("www.") && word.len() > 4)
            || chars.windows(3).any(|w| is_link_mark(w[1]) && labels(w[0]) && labels(w[2]))
    }

    proptest! {
        #[test]
        fn broken_text_contains_no_link(text in link_like()) {
            let broken = break_links(&text);
            prop_assert!(!has_link(&broken), "{broken:?}");
        }

        #[test]
        fn breaking_links_only_adds_word_joiners(text in link_like()) {
            let without = |text: &str| text.replace(JOINER, "");
            prop_assert_eq!(without(&break_links(&text)), without(&text));
        }

        #[test]
        fn a_safe_line_has_no_control_characters_and_no_links(text in link_like()) {
            let SafeLine(line) = SafeLine::new(&text);
            prop_assert!(!line.contains(is_control) && !line.contains(is_line_break), "{line:?}");
            prop_assert!(!has_link(&line), "{line:?}");
        }

        #[test]
        fn a_shortened_line_is_short_and_has_no_links(text in link_like()) {
            let short = SafeLine::new(&text.repeat(5)).shortened();
            prop_assert!(short.chars().count() <= SUBJECT_CHARS);
            prop_assert!(!has_link(short.trim_end_matches('…')), "{short:?}");
        }
    }

    #[test]
    fn the_tests_recognise_links() {
        for text in ["http://a", "see www.example", "name.tld", "a@b", "x.。y", "\\\\server\\share", "mailto:a"] {
            assert!(has_link(text), "{text}");
        }
    }

    #[test]
    fn ordinary_punctuation_stays_as_it_is() {
        for text in ["Hello. How are you?", "Either / or", "@ noon", "Größe – 你好。", "It's “fine”"] {
            assert_eq!(break_links(text), text);
        }
    }

    #[test]
    fn a_link_is_broken_on_both_sides_of_each_mark() {
        assert_eq!(break_links("https://a.b"), "https\u{2060}:\u{2060}/\u{2060}/\u{2060}a\u{2060}.\u{2060}b");
    }

    #[test]
    fn a_control_character_can_neither_split_nor_hide_a_link() {
        assert_eq!(SafeLine::new("a\u{0}.b").0, "a\u{2060}.\u{2060}b");
        assert_eq!(SafeLine::new("moc\u{202e}.live").0, "moc\u{2060}.\u{2060}live");
    }

    #[test]
    fn a_message_keeps_its_lines_whatever_ends_them() {
        let lines = SafeLine::lines(Some("\n one\ttwo \r\n\r\nthree\rfour\u{2028}five\n\n"));
        let lines: Vec<_> = lines.iter().map(|line| line.0.as_str()).collect();
        assert_eq!(lines, ["one two", "", "three", "four", "five"]);
        assert_eq!(SafeLine::lines(None), []);
        assert_eq!(SafeLine::lines(Some(" \0\n ")), []);
    }

    #[test]
    fn a_long_name_is_cut_with_an_ellipsis() {
        assert_eq!(SafeLine::new(&"é".repeat(64)).shortened(), "é".repeat(64));
        assert_eq!(SafeLine::new(&"é".repeat(65)).shortened(), format!("{}…", "é".repeat(63)));
    }
}
