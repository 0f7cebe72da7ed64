//! An invitation in the words of the company's own template.

use crate::{
    domain::{MailTemplate, Placeholder},
    mail::letter::{Invitation, Letter, moment, words::Words},
};

impl Letter {
    /// An invitation to `to`, by this template. Values pass through [`Words`] and, in HTML, are escaped; but for the link
    /// they hold nothing that a mail client would make one of.
    pub fn custom(template: &MailTemplate, invitation: &Invitation<'_>, to: &Recipient<'_>) -> Self {
        let line = |text: &str| vec![Words::line(text).to_string()];
        let value = |placeholder| match placeholder {
            Placeholder::Link => vec![invitation.link.to_owned()],
            Placeholder::WorkspaceName => line(invitation.scope_name),
            Placeholder::CompanyName => line(invitation.company_name),
            Placeholder::InviterName => line(invitation.inviter_name),
            Placeholder::Role => line(invitation.role),
            Placeholder::Message => Words::lines(invitation.message).iter().map(ToString::to_string).collect(),
            Placeholder::ExpiresAt => vec![moment(invitation.expires_at)],
            Placeholder::Email => vec![to.email.to_owned()],
            Placeholder::UserName => to.name.map_or_else(|| vec![to.email.to_owned()], line),
        };
        let escaped = |line: &String| line.chars().map(escape).collect::<String>();
        let html = |placeholder| value(placeholder).iter().map(escaped).collect::<Vec<_>>().join("<br>\n");
        Self {
            subject: cut(&template.render_subject(|placeholder| value(placeholder).join(" "))),
            text: template.render_text(|placeholder| value(placeholder).join("\n")),
            html: template.render_html(html),
        }
    }
}

/// Whom a letter is to.
#[derive(Debug, Clone, Copy)]
pub struct Recipient<'a> {
    /// The address as typed.
    pub email: &'a str,
    /// Their name, if it is known.
    pub name: Option<&'a str>,
}

/// A subject has at most 150 characters.
fn cut(subject: &str) -> String {
    match subject.char_indices().nth(MailTemplate::MAX_SUBJECT) {
        None => subject.to_owned(),
        Some(_) => subject.chars().take(MailTemplate::MAX_SUBJECT - 1).chain(['…']).collect(),
    }
}

/// Whatever could mean something in HTML, in a text or in an attribute with quotes or without, as a character reference.
fn escape(c: char) -> String {
    if c.is_ascii() && !c.is_ascii_alphanumeric() { format!("&#{};", u32::from(c)) } else { c.to_string() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: &str =
        "{{workspaceName}}|{{companyName}}|{{inviterName}}|{{role}}|{{message}}|{{expiresAt}}|{{email}}|{{userName}}";

    fn rendered(text: &str, message: Option<&str>) -> Letter {
        let template = MailTemplate::parse(
            ALL,
            &format!("{ALL}|{{{{link}}}}"),
            &format!("<i title={{{{userName}}}}>{ALL}</i>{{{{link}}}}"),
        );
        let invitation = Invitation {
            scope_name: text,
            company_name: text,
            inviter_name: text,
            role: "Viewer",
            message,
            link: "https://app.example/register?hash=1&type=2",
            expires_at: "2026-11-29T14:05:59Z".parse().unwrap(),
            has_account: false,
        };
        Letter::custom(&template.unwrap(), &invitation, &Recipient { email: "grace@example.com", name: Some(text) })
    }

    proptest! {
        #[test]
        fn no_value_becomes_markup_or_a_link(text: String) {
            let letter = rendered(&text, Some(&text));
            let plain = letter.html.replace("<br>\n", "");
            prop_assert_eq!(plain.matches(['<', '>', '"', '\'', '=']).count(), "<i title=></i>".matches(['<', '>', '=']).count());
            prop_assert!(!letter.subject.contains(char::is_control));
            prop_assert!(letter.subject.chars().count() <= MailTemplate::MAX_SUBJECT);
            prop_assert_eq!(letter.text.matches("https://").count(), 1);
        }
    }

    #[test]
    fn each_placeholder_has_its_value() {
        let letter = rendered("A <b>", Some("one\ntwo"));
        let values = "A <b>|A <b>|A <b>|Viewer|one\ntwo|29 November 2026, 14:05 UTC|grace@example.com|A <b>|";
        assert_eq!(letter.text, format!("{values}https://app.example/register?hash=1&type=2"));
        assert!(letter.html.contains("one<br>\ntwo"), "{}", letter.html);
        assert!(letter.html.starts_with("<i title=A&#32;&#60;b&#62;>A&#32;"), "{}", letter.html);
        assert!(
            letter.html.ends_with("https&#58;&#47;&#47;app&#46;example&#47;register&#63;hash&#61;1&#38;type&#61;2")
        );
        assert_eq!(rendered("A", None).text.split('|').nth(4), Some(""));
    }
}
