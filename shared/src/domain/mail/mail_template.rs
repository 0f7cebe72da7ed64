//! [`MailTemplate`]: a company's own text for its invitations. Subject, text and HTML contain named placeholders. A
//! mail template is no program: rendering the template replaces each placeholder once with a value.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::text::is_hidden;

/// The largest number of placeholders in one part of a mail template. Even if a template has this many placeholders and
/// each stands for the longest message, the mail stays far below the size that SES accepts.
const MAX_PLACEHOLDERS: usize = 20;

/// The reason why a mail template is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTemplate {
    /// A part of the template (subject, text or HTML) contains no visible character.
    #[error("must not be empty")]
    Empty,
    /// A part of the template (subject, text or HTML) has too many characters.
    #[error("must not be longer than {max} characters")]
    TooLong {
        /// The largest length of the too long part of the template, in characters.
        max: usize,
    },
    /// The template's subject has several lines or invisible characters.
    #[error("must be one line without invisible characters")]
    NotOneLine,
    /// A part of the template (subject, text or HTML) has a `{{` without a `}}`.
    #[error("has a \"{{{{\" without \"}}}}\"")]
    Unclosed,
    /// A name between `{{` and `}}` is not the name of a placeholder.
    #[error("has an unknown placeholder: known are {}", Placeholder::all_names())]
    UnknownPlaceholder,
    /// A part of the template (subject, text or HTML) has too many placeholders.
    #[error("has more than {MAX_PLACEHOLDERS} placeholders")]
    TooManyPlaceholders,
    /// The template's text or HTML lacks the link, without which nobody could accept the invitation.
    #[error("must contain the placeholder {{{{link}}}}")]
    NoLink,
    /// The template's subject contains the link. The link of an invitation is secret, and a locked telephone shows the
    /// subjects of mails to anybody.
    #[error("must not contain the placeholder {{{{link}}}}")]
    LinkInSubject,
}

macro_rules! placeholders {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A placeholder: a name that a mail template may contain between `{{` and `}}`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Placeholder {
            $($(#[$doc])* $variant,)*
        }

        impl Placeholder {
            /// All placeholders of mail templates.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The placeholder's name, as a template writes the name between the braces.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

placeholders! {
    /// The placeholder for the link by which the invited person accepts the invitation.
    Link = "link",
    /// The placeholder for the workspace's name, or for the company's name if the invitation is to the company.
    WorkspaceName = "workspaceName",
    /// The placeholder for the company's name.
    CompanyName = "companyName",
    /// The placeholder for the inviter's name.
    InviterName = "inviterName",
    /// The placeholder for the title of the offered role, such as "Editor".
    Role = "role",
    /// The placeholder for the inviter's message. A missing message leaves nothing in place of the placeholder.
    Message = "message",
    /// The placeholder for the time at which the link expires.
    ExpiresAt = "expiresAt",
    /// The placeholder for the invited address.
    Email = "email",
    /// The placeholder for the invited person's name, or for the invited address if the person's record has no name.
    UserName = "userName",
}

impl Placeholder {
    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|placeholder| placeholder.name() == name)
    }

    fn all_names() -> String {
        Self::ALL.iter().map(|placeholder| placeholder.name()).collect::<Vec<_>>().join(", ")
    }
}

/// A piece of a template's subject, text or HTML: literal text or a placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Placeholder(Placeholder),
}

/// The subject, the text or the HTML of a template.
#[derive(Clone, PartialEq, Eq)]
struct Part(String);

impl Part {
    fn parse(text: &str, max: usize) -> Result<Self, InvalidTemplate> {
        let text = text.replace("\r\n", "\n");
        if text.trim().is_empty() {
            return Err(InvalidTemplate::Empty);
        }
        if text.chars().count() > max {
            return Err(InvalidTemplate::TooLong { max });
        }
        let placeholders = pieces(&text)?.into_iter().filter(|piece| matches!(piece, Piece::Placeholder(_))).count();
        if placeholders > MAX_PLACEHOLDERS {
            return Err(InvalidTemplate::TooManyPlaceholders);
        }
        Ok(Self(text))
    }

    fn contains(&self, wanted: Placeholder) -> bool {
        pieces(&self.0).is_ok_and(|pieces| pieces.contains(&Piece::Placeholder(wanted)))
    }

    fn render(&self, value: impl Fn(Placeholder) -> String) -> String {
        let mut rendered = String::with_capacity(2 * self.0.len());
        // `Part::parse` has already split this part of the template without an error.
        for piece in pieces(&self.0).unwrap_or_default() {
            match piece {
                Piece::Text(text) => rendered.push_str(text),
                Piece::Placeholder(placeholder) => rendered.push_str(&value(placeholder)),
            }
        }
        rendered
    }
}

/// Splits a part of a template into literal text and placeholders, from left to right. Rendering inserts values into an
/// already split template, so a `{{` in a value is plain text.
fn pieces(text: &str) -> Result<Vec<Piece<'_>>, InvalidTemplate> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").ok_or(InvalidTemplate::Unclosed)?;
        pieces.push(Piece::Text(before));
        pieces
            .push(Piece::Placeholder(Placeholder::from_name(name.trim()).ok_or(InvalidTemplate::UnknownPlaceholder)?));
        rest = after;
    }
    pieces.push(Piece::Text(rest));
    Ok(pieces)
}

/// A valid mail template. `Debug` is redacted, because people write the template's content.
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
    /// The largest length of a template's subject in characters.
    pub const MAX_SUBJECT: usize = 150;
    /// The largest length of a template's text in characters.
    pub const MAX_TEXT: usize = 10_000;
    /// The largest length of a template's HTML in characters.
    pub const MAX_HTML: usize = 40_000;

    /// Parses the mail template of an invitation. The template's text and HTML must contain the link.
    ///
    /// # Errors
    /// The name of the template's first invalid part, and the reason why the part is refused.
    pub fn parse(subject: &str, text: &str, html: &str) -> Result<Self, (&'static str, InvalidTemplate)> {
        let in_part = |name: &'static str| move |problem| (name, problem);
        let subject = Part::parse(subject.trim(), Self::MAX_SUBJECT).map_err(in_part("subject"))?;
        if subject.0.contains(|c: char| c.is_control() || is_hidden(c)) {
            return Err(("subject", InvalidTemplate::NotOneLine));
        }
        if subject.contains(Placeholder::Link) {
            return Err(("subject", InvalidTemplate::LinkInSubject));
        }
        let text = Part::parse(text, Self::MAX_TEXT).map_err(in_part("text"))?;
        let html = Part::parse(html, Self::MAX_HTML).map_err(in_part("html"))?;
        for (name, part) in [("text", &text), ("html", &html)] {
            if !part.contains(Placeholder::Link) {
                return Err((name, InvalidTemplate::NoLink));
            }
        }
        Ok(Self { subject, text, html })
    }

    /// The template's subject, with its placeholders.
    pub fn subject(&self) -> &str {
        &self.subject.0
    }

    /// The template's text, with its placeholders.
    pub fn text(&self) -> &str {
        &self.text.0
    }

    /// The template's HTML, with its placeholders.
    pub fn html(&self) -> &str {
        &self.html.0
    }

    /// The template's subject with values in place of the placeholders.
    pub(crate) fn render_subject(&self, value: impl Fn(Placeholder) -> String) -> String {
        self.subject.render(value)
    }

    /// The template's text with values in place of the placeholders.
    pub(crate) fn render_text(&self, value: impl Fn(Placeholder) -> String) -> String {
        self.text.render(value)
    }

    /// The template's HTML with values in place of the placeholders. The given values must already be escaped for HTML.
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
        fn rendering_replaces_each_placeholder_once(
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
    fn the_error_says_why_a_part_is_refused() {
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
        assert_eq!(part(&"x".repeat(1_001)).map(|_| ()), Err(TooLong { max: 1_000 }));
        assert_eq!(part(&"{{link}}".repeat(21)).map(|_| ()), Err(TooManyPlaceholders));
        assert!(part(&"{{ link }}".repeat(20)).is_ok());
        assert!(part("a } b }} c {").is_ok());
    }

    #[test]
    fn the_link_belongs_in_the_text_and_the_html() {
        let good = ["Welcome to {{workspaceName}}", "Go to {{link}}", "<a href=\"{{link}}\">Go</a>"];
        let parse = |changed: usize, text: &str| {
            let mut parts = good;
            parts[changed] = text;
            MailTemplate::parse(parts[0], parts[1], parts[2]).map(|_| ())
        };
        assert_eq!(parse(0, good[0]), Ok(()));
        assert_eq!(parse(0, "{{link}}"), Err(("subject", InvalidTemplate::LinkInSubject)));
        assert_eq!(parse(0, "a\nb"), Err(("subject", InvalidTemplate::NotOneLine)));
        assert_eq!(parse(1, "Welcome"), Err(("text", InvalidTemplate::NoLink)));
        assert_eq!(parse(2, "<p>Welcome</p>"), Err(("html", InvalidTemplate::NoLink)));
    }

    #[test]
    fn the_error_for_an_unknown_placeholder_lists_all_placeholders() {
        let message = InvalidTemplate::UnknownPlaceholder.to_string();
        assert!(
            message
                .ends_with("link, workspaceName, companyName, inviterName, role, message, expiresAt, email, userName")
        );
        assert_eq!(InvalidTemplate::NoLink.to_string(), "must contain the placeholder {{link}}");
    }
}
