//! An invitation that is rendered from the company's own mail template.

use crate::{
    domain::{MailTemplate, Placeholder},
    mail::letter::{
        InvitationLetter, Letter, format_time,
        safe_line::{SafeLine, shorten},
    },
};

impl Letter {
    /// Renders an invitation from this company's mail template. Texts that callers wrote, such as names and messages,
    /// become a [`SafeLine`], so that a mail client turns no part of such a text into a link. In the HTML of an
    /// invitation, every inserted value is escaped.
    pub fn from_template(
        template: &MailTemplate,
        invitation: &InvitationLetter<'_>,
        recipient: &LetterRecipient<'_>,
    ) -> Self {
        let offer = &invitation.offer;
        let line = |text: &str| vec![SafeLine::new(text).to_string()];
        let value = |placeholder| match placeholder {
            Placeholder::Link => vec![invitation.link.to_owned()],
            Placeholder::WorkspaceName => line(offer.scope_name),
            Placeholder::CompanyName => line(offer.company_name),
            Placeholder::InviterName => line(offer.actor),
            Placeholder::Role => line(offer.role),
            Placeholder::Message => SafeLine::lines(offer.message).iter().map(ToString::to_string).collect(),
            Placeholder::ExpiresAt => vec![format_time(invitation.expires_at)],
            Placeholder::Email => vec![recipient.email.to_owned()],
            Placeholder::UserName => recipient.name.map_or_else(|| vec![recipient.email.to_owned()], line),
        };
        let escaped = |line: &String| line.chars().map(escape).collect::<String>();
        let html = |placeholder| value(placeholder).iter().map(escaped).collect::<Vec<_>>().join("<br>\n");
        Self {
            subject: shorten(
                &template.render_subject(|placeholder| value(placeholder).join(" ")),
                MailTemplate::MAX_SUBJECT,
            ),
            text: template.render_text(|placeholder| value(placeholder).join("\n")),
            html: template.render_html(html),
        }
    }
}

/// The person who receives a letter.
#[derive(Debug, Clone, Copy)]
pub struct LetterRecipient<'a> {
    /// The recipient's address, as the inviter typed the address.
    pub email: &'a str,
    /// The recipient's name, if the person's record has a name.
    pub name: Option<&'a str>,
}

/// Writes every ASCII character except letters and digits as a character reference. A company's template may insert a
/// value into text, a quoted attribute or an unquoted one, and a character reference is safe in a text as in both kinds
/// of attributes.
fn escape(c: char) -> String {
    if c.is_ascii() && !c.is_ascii_alphanumeric() { format!("&#{};", u32::from(c)) } else { c.to_string() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::mail::MembershipOffer;

    const ALL: &str =
        "{{workspaceName}}|{{companyName}}|{{inviterName}}|{{role}}|{{message}}|{{expiresAt}}|{{email}}|{{userName}}";

    fn rendered(text: &str, message: Option<&str>) -> Letter {
        let template = MailTemplate::parse(
            ALL,
            &format!("{ALL}|{{{{link}}}}"),
            &format!("<i title={{{{userName}}}}>{ALL}</i>{{{{link}}}}"),
        );
        let invitation = InvitationLetter {
            offer: MembershipOffer { scope_name: text, company_name: text, actor: text, role: "Viewer", message },
            link: "https://app.example/register?hash=1&type=2",
            expires_at: "2026-11-29T14:05:59Z".parse().unwrap(),
            has_account: false,
        };
        let recipient = LetterRecipient { email: "grace@example.com", name: Some(text) };
        Letter::from_template(&template.unwrap(), &invitation, &recipient)
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
