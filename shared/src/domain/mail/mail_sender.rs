//! [`MailSender`]: the `From` header of a mail.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::domain::{EmailAddress, PersonName};

/// The largest number of octets that one encoded word encodes. An encoded word in a mail header has at most 75
/// characters (RFC 2047 section 2).
const MAX_WORD_OCTETS: usize = 45;

/// The sender that an inviter chose for a request's mails, instead of the deployment's own address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MailSender {
    /// The sender's address, which SES must have verified. `None` means the deployment's own address.
    pub address: Option<EmailAddress>,
    /// The sender's name, which mail clients show.
    pub name: Option<PersonName>,
}

impl MailSender {
    /// The value of the `From` header (RFC 5322 section 3.4), in ASCII only. `own` is the deployment's own sender
    /// address.
    pub fn header(&self, own: &str) -> String {
        let mailbox = self.address.as_ref().map_or_else(|| own.to_owned(), EmailAddress::mailbox);
        match &self.name {
            None => mailbox,
            Some(name) => format!("{} <{mailbox}>", display_name(name.as_ref())),
        }
    }
}

/// The sender's name as a quoted string (RFC 5322 section 3.2.4). A name that isn't ASCII is written as encoded words
/// (RFC 2047).
fn display_name(name: &str) -> String {
    if name.is_ascii() {
        return format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
    }
    let mut words = vec![String::new()];
    for c in name.chars() {
        match words.last_mut() {
            Some(word) if word.len() + c.len_utf8() <= MAX_WORD_OCTETS => word.push(c),
            _ => words.push(c.to_string()),
        }
    }
    let words: Vec<_> = words.iter().map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word))).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn header(address: Option<&str>, name: Option<&str>) -> String {
        let sender = MailSender {
            address: address.map(|address| address.parse().unwrap()),
            name: name.map(|name| PersonName::parse(name).unwrap()),
        };
        sender.header("usher@example.com")
    }

    proptest! {
        #[test]
        fn any_name_becomes_ascii_that_cannot_end_its_quotes_or_words(name: String) {
            if let Ok(name) = PersonName::parse(&name) {
                let shown = display_name(name.as_ref());
                prop_assert!(shown.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{shown:?}");
                if name.as_ref().is_ascii() {
                    let inside = shown[1..shown.len() - 1].replace("\\\\", "").replace("\\\"", "");
                    prop_assert!(!inside.contains(['"', '\\']), "{shown:?}");
                } else {
                    prop_assert!(shown.split(' ').all(|word| word.len() <= 75), "{shown:?}");
                }
            }
        }
    }

    #[test]
    fn the_header_has_the_chosen_name_and_address() {
        assert_eq!(header(None, None), "usher@example.com");
        assert_eq!(header(Some("Ada@Bücher.example"), None), "Ada@xn--bcher-kva.example");
        assert_eq!(header(None, Some("Ada \"A\" L")), "\"Ada \\\"A\\\" L\" <usher@example.com>");
        assert_eq!(header(Some("a@b.example"), Some("Zoë")), "=?UTF-8?B?Wm/Dqw==?= <a@b.example>");
    }
}
