//! What callers wrote, made harmless for a mail.

use std::fmt;

/// Breaks what mail clients take for a link. Word joiner: no width, and no line may break there.
const JOINER: char = '\u{2060}';

/// How many characters of one caller's words a subject holds.
const SUBJECT_CHARS: usize = 64;

/// One line of a caller's words: without control characters and without anything that a mail client would make into a
/// link. Templates take only this type for them; it is not yet escaped for HTML.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Words(String);

impl Words {
    /// The words on one line: runs of white space become one space.
    pub(super) fn line(text: &str) -> Self {
        let visible: String = text.chars().filter(|&c| c.is_whitespace() || !is_control(c)).collect();
        Self(defuse(&visible.split_whitespace().collect::<Vec<_>>().join(" ")))
    }

    /// The words line by line, without empty lines around them. Empty when nothing was written.
    pub(super) fn lines(text: Option<&str>) -> Vec<Self> {
        let text = text.unwrap_or_default().replace("\r\n", "\n");
        text.trim().split(is_line_break).map(Self::line).skip_while(|line| line.0.is_empty()).collect()
    }

    /// The words for a subject: cut, with an ellipsis, where they are long.
    pub(super) fn short(&self) -> String {
        match self.0.char_indices().nth(SUBJECT_CHARS) {
            None => self.0.clone(),
            Some(_) => self.0.chars().take(SUBJECT_CHARS - 1).chain(['…']).collect(),
        }
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Unicode's mandatory breaks (UAX #14, classes BK, CR, LF, NL).
fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Control characters, and those of UAX #9 that turn the direction of the text that follows: a name must not be able to
/// reorder our own words.
fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether links are recognised by this character: it ends a scheme, begins an authority or a path, or separates a
/// host's labels (RFC 3490 section 3.1 names four such dots).
fn is_link_mark(c: char) -> bool {
    matches!(c, '.' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}' | '@' | '\u{ff20}' | ':' | '/' | '\\')
}

/// Puts a word joiner on both sides of every mark that stands inside a word, so that no client finds `http://`, `www.`,
/// `name.tld` or `a@b` to make a link of. The text looks the same; punctuation at a word's edge stays as it is. Both sides, because
/// some linkers take any character that isn't a space or punctuation for part of a host.
fn defuse(text: &str) -> String {
    let mut defused = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let inside = |neighbour: char| !neighbour.is_whitespace();
        if is_link_mark(c) && inside(before) && rest.peek().copied().is_some_and(inside) {
            if before != JOINER {
                defused.push(JOINER);
            }
            defused.extend([c, JOINER]);
            before = JOINER;
        } else {
            defused.push(c);
            before = c;
        }
    }
    defused
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Text made mostly of what links are made of.
    fn linkish() -> impl Strategy<Value = String> {
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
        fn nothing_that_looks_like_a_link_is_left(text in linkish()) {
            let defused = defuse(&text);
            prop_assert!(!has_link(&defused), "{defused:?}");
        }

        #[test]
        fn defusing_only_adds_word_joiners(text in linkish()) {
            let without = |text: &str| text.replace(JOINER, "");
            prop_assert_eq!(without(&defuse(&text)), without(&text));
        }

        #[test]
        fn words_are_one_line_without_control_characters_and_links(text in linkish()) {
            let Words(line) = Words::line(&text);
            prop_assert!(!line.contains(is_control) && !line.contains(is_line_break), "{line:?}");
            prop_assert!(!has_link(&line), "{line:?}");
        }

        #[test]
        fn words_in_a_subject_are_short_and_hold_no_link(text in linkish()) {
            let short = Words::line(&text.repeat(5)).short();
            prop_assert!(short.chars().count() <= SUBJECT_CHARS);
            prop_assert!(!has_link(short.trim_end_matches('…')), "{short:?}");
        }
    }

    #[test]
    fn the_test_itself_knows_links_when_it_sees_them() {
        for text in ["http://a", "see www.example", "name.tld", "a@b", "x.。y", "\\\\server\\share", "mailto:a"] {
            assert!(has_link(text), "{text}");
        }
    }

    #[test]
    fn ordinary_punctuation_stays_as_it_is() {
        for text in ["Hello. How are you?", "Either / or", "@ noon", "Größe – 你好。", "It's “fine”"] {
            assert_eq!(defuse(text), text);
        }
    }

    #[test]
    fn a_link_is_broken_on_both_sides_of_each_mark() {
        assert_eq!(defuse("https://a.b"), "https\u{2060}:\u{2060}/\u{2060}/\u{2060}a\u{2060}.\u{2060}b");
    }

    #[test]
    fn a_control_character_can_neither_split_nor_hide_a_link() {
        assert_eq!(Words::line("a\u{0}.b").0, "a\u{2060}.\u{2060}b");
        assert_eq!(Words::line("moc\u{202e}.live").0, "moc\u{2060}.\u{2060}live");
    }

    #[test]
    fn a_message_keeps_its_lines_whatever_ends_them() {
        let lines = Words::lines(Some("\n one\ttwo \r\n\r\nthree\rfour\u{2028}five\n\n"));
        let lines: Vec<_> = lines.iter().map(|line| line.0.as_str()).collect();
        assert_eq!(lines, ["one two", "", "three", "four", "five"]);
        assert_eq!(Words::lines(None), []);
        assert_eq!(Words::lines(Some(" \0\n ")), []);
    }

    #[test]
    fn a_long_name_is_cut_with_an_ellipsis() {
        assert_eq!(Words::line(&"é".repeat(64)).short(), "é".repeat(64));
        assert_eq!(Words::line(&"é".repeat(65)).short(), format!("{}…", "é".repeat(63)));
    }
}
