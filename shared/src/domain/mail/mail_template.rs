//! Mail templates of a company: subject, text and HTML with named placeholders. Nothing in them is run: each placeholder is
//! replaced once, by an escaped value.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::text::is_hidden;

/// Placeholders in one part: with the longest message in each of them a mail stays far below SES's limit.
const MAX_PLACEHOLDERS: usize = 20;

/// The template can't be stored, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTemplate {
    /// Nothing visible.
    #[error("must not be empty")]
    Empty,
    /// Too many characters.
    #[error("must not be longer than {most} characters")]
    TooLong {
        /// The greatest length.
        most: usize,
    },
    /// A subject of several lines, or with invisible characters.
    #[error("must be one line without invisible characters")]
    NotOneLine,
    /// `{{` without `}}`.
    #[error("has a \"{{{{\" without \"}}}}\"")]
    Unclosed,
    /// A name that isn't a placeholder's.
    #[error("has an unknown placeholder: known are {}", Placeholder::known())]
    UnknownPlaceholder,
    /// Too many.
    #[error("has more than {MAX_PLACEHOLDERS} placeholders")]
    TooManyPlaceholders,
    /// Without the link nobody could accept.
    #[error("must contain the placeholder {{{{link}}}}")]
    NoLink,
    /// A subject is shown to anyone who sees the telephone.
    #[error("must not contain the placeholder {{{{link}}}}")]
    LinkInSubject,
}

macro_rules! placeholders {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What a template may name between `{{` and `}}`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Placeholder {
            $($(#[$doc])* $variant,)*
        }

        impl Placeholder {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name between the braces.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

placeholders! {
    /// Where to accept.
    Link = "link",
    /// The workspace's name; the company's if the invitation is to the whole of it.
    WorkspaceName = "workspaceName",
    /// The company's name.
    CompanyName = "companyName",
    /// Who invites.
    InviterName = "inviterName",
    /// The role in a word for people.
    Role = "role",
    /// What the inviter wrote; nothing if nothing.
    Message = "message",
    /// When the link dies.
    ExpiresAt = "expiresAt",
    /// The invited address.
    Email = "email",
    /// The invited person's name, if it is known; else their address.
    UserName = "userName",
}

impl Placeholder {
    fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|placeholder| placeholder.name() == name)
    }

    fn known() -> String {
        Self::ALL.iter().map(|placeholder| placeholder.name()).collect::<Vec<_>>().join(", ")
    }
}

/// A piece of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Placeholder(Placeholder),
}

/// Subject, text or HTML.
#[derive(Clone, PartialEq, Eq)]
struct Part(String);

impl Part {
    fn parse(text: &str, most: usize) -> Result<Self, InvalidTemplate> {
        let text = text.replace("\r\n", "\n");
        if text.trim().is_empty() {
            return Err(InvalidTemplate::Empty);
        }
        if text.chars().count() > most {
            return Err(InvalidTemplate::TooLong { most });
        }
        let placeholders = pieces(&text)?.into_iter().filter(|piece| matches!(piece, Piece::Placeholder(_))).count();
        if placeholders > MAX_PLACEHOLDERS {
            return Err(InvalidTemplate::TooManyPlaceholders);
        }
        Ok(Self(text))
    }

    fn names(&self, wanted: Placeholder) -> bool {
        pieces(&self.0).is_ok_and(|pieces| pieces.contains(&Piece::Placeholder(wanted)))
    }

    fn render(&self, value: impl Fn(Placeholder) -> String) -> String {
        let mut rendered = String::with_capacity(2 * self.0.len());
        // It was read before it was stored.
        for piece in pieces(&self.0).unwrap_or_default() {
            match piece {
                Piece::Text(text) => rendered.push_str(text),
                Piece::Placeholder(placeholder) => rendered.push_str(&value(placeholder)),
            }
        }
        rendered
    }
}

/// The text between placeholders, and these: read once from left to right, so values are never looked into.
fn pieces(text: &str) -> Result<Vec<Piece<'_>>, InvalidTemplate> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").ok_or(InvalidTemplate::Unclosed)?;
        pieces.push(Piece::Text(before));
        pieces.push(Piece::Placeholder(Placeholder::of(name.trim()).ok_or(InvalidTemplate::UnknownPlaceholder)?));
        rest = after;
    }
    pieces.push(Piece::Text(rest));
    Ok(pieces)
}

/// A mail template: a good one, or it isn't one. `Debug` is redacted, as what people write is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct MailTemplate {
    subject: Part,
    text: Part,
    html: Part,
}

#[derive(Serialize, Deserialize)]
struct Raw {
    subject: String,
    text: String,
    html: String,
}

impl MailTemplate {
    /// The greatest lengths in characters.
    pub const MAX_SUBJECT: usize = 150;
    /// Of the text.
    pub const MAX_TEXT: usize = 10_000;
    /// Of the HTML.
    pub const MAX_HTML: usize = 40_000;

    /// Reads a template of an invitation: text and HTML contain the link. The error names the part.
    ///
    /// # Errors
    /// The part's name and what is wrong with it.
    pub fn parse(subject: &str, text: &str, html: &str) -> Result<Self, (&'static str, InvalidTemplate)> {
        let of = |name: &'static str| move |problem| (name, problem);
        let subject = Part::parse(subject.trim(), Self::MAX_SUBJECT).map_err(of("subject"))?;
        if subject.0.contains(|c: char| c.is_control() || is_hidden(c)) {
            return Err(("subject", InvalidTemplate::NotOneLine));
        }
        if subject.names(Placeholder::Link) {
            return Err(("subject", InvalidTemplate::LinkInSubject));
        }
        let text = Part::parse(text, Self::MAX_TEXT).map_err(of("text"))?;
        let html = Part::parse(html, Self::MAX_HTML).map_err(of("html"))?;
        for (name, part) in [("text", &text), ("html", &html)] {
            if !part.names(Placeholder::Link) {
                return Err((name, InvalidTemplate::NoLink));
            }
        }
        Ok(Self { subject, text, html })
    }

    /// The subject as it was written.
    pub fn subject(&self) -> &str {
        &self.subject.0
    }

    /// The text as it was written.
    pub fn text(&self) -> &str {
        &self.text.0
    }

    /// The HTML as it was written.
    pub fn html(&self) -> &str {
        &self.html.0
    }

    /// The subject with these values.
    pub(crate) fn render_subject(&self, value: impl Fn(Placeholder) -> String) -> String {
        self.subject.render(value)
    }

    /// The text with these values.
    pub(crate) fn render_text(&self, value: impl Fn(Placeholder) -> String) -> String {
        self.text.render(value)
    }

    /// The HTML with these values, which must be escaped.
    pub(crate) fn render_html(&self, value: impl Fn(Placeholder) -> String) -> String {
        self.html.render(value)
    }
}

impl TryFrom<Raw> for MailTemplate {
    type Error = InvalidTemplate;

    fn try_from(raw: Raw) -> Result<Self, InvalidTemplate> {
        Self::parse(&raw.subject, &raw.text, &raw.html).map_err(|(_, problem)| problem)
    }
}

impl From<MailTemplate> for Raw {
    fn from(template: MailTemplate) -> Self {
        Self { subject: template.subject.0, text: template.text.0, html: template.html.0 }
    }
}

impl fmt::Debug for MailTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailTemplate(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn part(text: &str) -> Result<Part, InvalidTemplate> {
        Part::parse(text, 1_000)
    }

    proptest! {
        #[test]
        fn any_text_is_a_part_or_an_error_and_values_are_put_in_once(
            pieces in prop::collection::vec(
                prop::sample::select(vec!["{{", "}}", "{", "}", "link", "role", " ", "x", "é", "{{link}}", "\r\n"]), 0..20,
            ),
        ) {
            if let Ok(part) = part(&pieces.concat()) {
                let marked = part.render(|_| "{{role}}".to_owned());
                prop_assert_eq!(marked.matches("{{role}}").count(), part.0.matches("{{").count());
            }
        }
    }

    #[test]
    fn what_is_wrong_with_a_part_is_named() {
        use InvalidTemplate::*;
        for (text, problem) in [
            ("", Empty),
            (" \n", Empty),
            ("{{link", Unclosed),
            ("{{password}}", UnknownPlaceholder),
            ("{{}}", UnknownPlaceholder),
            ("{{{link}}}", UnknownPlaceholder),
            ("{{Link}}", UnknownPlaceholder),
        ] {
            assert_eq!(part(text).map(|_| ()), Err(problem), "{text}");
        }
        assert_eq!(part(&"x".repeat(1_001)).map(|_| ()), Err(TooLong { most: 1_000 }));
        assert_eq!(part(&"{{link}}".repeat(21)).map(|_| ()), Err(TooManyPlaceholders));
        assert!(part(&"{{ link }}".repeat(20)).is_ok());
        assert!(part("a } b }} c {").is_ok());
    }

    #[test]
    fn a_template_has_the_link_where_it_belongs() {
        let good = ["Welcome to {{workspaceName}}", "Go to {{link}}", "<a href=\"{{link}}\">Go</a>"];
        let parse = |place: usize, text: &str| {
            let mut parts = good;
            parts[place] = text;
            MailTemplate::parse(parts[0], parts[1], parts[2]).map(|_| ())
        };
        assert_eq!(parse(0, good[0]), Ok(()));
        assert_eq!(parse(0, "{{link}}"), Err(("subject", InvalidTemplate::LinkInSubject)));
        assert_eq!(parse(0, "a\nb"), Err(("subject", InvalidTemplate::NotOneLine)));
        assert_eq!(parse(1, "Welcome"), Err(("text", InvalidTemplate::NoLink)));
        assert_eq!(parse(2, "<p>Welcome</p>"), Err(("html", InvalidTemplate::NoLink)));
    }

    #[test]
    fn the_names_are_told_to_whoever_misses_them() {
        let known = InvalidTemplate::UnknownPlaceholder.to_string();
        assert!(
            known.ends_with("link, workspaceName, companyName, inviterName, role, message, expiresAt, email, userName")
        );
        assert_eq!(InvalidTemplate::NoLink.to_string(), "must contain the placeholder {{link}}");
    }
}
