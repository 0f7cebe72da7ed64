//! [`EmailAddress`]: parsing, comparison and the spellings of an address.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
};

use email_address::{EmailAddress as Syntax, Error as SyntaxError, Options};
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use serde::{Deserialize, Serialize};

use crate::domain::text::is_hidden;

/// The largest length of an address in octets: the largest length of a path in RFC 5321 section 4.5.3.1.3 is 256
/// octets, and two of them are angle brackets.
const MAX_LENGTH: usize = 254;

/// The largest length of a local part in octets (RFC 5321 section 4.5.3.1.1).
const MAX_LOCAL_PART: usize = 64;

/// The largest length of a text that is parsed at all, in bytes of UTF-8. No address with a domain in Unicode needs as
/// many bytes.
const MAX_TYPED: usize = 4 * MAX_LENGTH;

/// The reason why a text is refused as an address. This error never contains the text that was refused as an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// The text that should be an address is empty.
    #[error("must not be empty")]
    Empty,
    /// The address has more than 254 octets, with its domain in Punycode.
    #[error("must not be longer than 254 characters")]
    TooLong,
    /// The local part has more than 64 octets.
    #[error("must not have more than 64 characters before the @")]
    LocalPartTooLong,
    /// The address contains white space, or a control, zero-width or direction character.
    #[error("must not contain a space or an invisible character")]
    ForbiddenCharacter,
    /// The local part isn't ASCII. SES doesn't support SMTPUTF8 (RFC 6531).
    #[error("must be ASCII before the @: mail can't be sent to it otherwise")]
    NonAsciiLocalPart,
    /// The address has a quoted local part, a comment or a domain literal. RFC 5321 permits these forms, but no real
    /// mailbox uses them.
    #[error("must not have quotes, comments or an IP address")]
    UnsupportedForm,
    /// The domain can't be in the public DNS: a label is invalid, there is only one label, or the last label is a
    /// number.
    #[error("must have a valid domain after the @")]
    InvalidDomain,
    /// The text isn't `local@domain` with a local part of dot-separated atoms (RFC 5321 section 4.1.2).
    #[error("must be an e-mail address such as name@example.com")]
    Malformed,
}

/// An e-mail address, which identifies a person.
///
/// Two addresses are equal if they differ only in letter case or in the encoding of the domain. Plus-tags and dots make
/// different addresses. No log may contain an address, so `Debug` is redacted and `Display` is not implemented. An
/// address is serialized as it was typed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress {
    typed: String,
    canonical: String,
    /// The number of octets before the `@`. The number is the same in the address's typed spelling and in its canonical
    /// spelling.
    local_part_len: usize,
}

impl EmailAddress {
    /// Parses an address. White space around the text is ignored.
    ///
    /// # Errors
    /// [`InvalidAddress`] if the text isn't an address that the service can mail.
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        let typed = text.trim();
        if typed.is_empty() {
            return Err(InvalidAddress::Empty);
        }
        if typed.len() > MAX_TYPED {
            return Err(InvalidAddress::TooLong);
        }
        if typed.contains(|c: char| c.is_whitespace() || is_hidden(c)) {
            return Err(InvalidAddress::ForbiddenCharacter);
        }
        let (local_part, domain) = typed.rsplit_once('@').ok_or(InvalidAddress::Malformed)?;
        check_local_part(local_part)?;
        let canonical = format!("{}@{}", local_part.to_ascii_lowercase(), canonical_domain(domain)?);
        let options = Options::default().with_required_tld().without_domain_literal().without_display_text();
        Syntax::parse_with_options(&canonical, options).map_err(|error| match error {
            SyntaxError::DomainTooFew => InvalidAddress::InvalidDomain,
            _ => InvalidAddress::Malformed,
        })?;
        if canonical.len() > MAX_LENGTH {
            return Err(InvalidAddress::TooLong);
        }
        Ok(Self { typed: typed.to_owned(), canonical, local_part_len: local_part.len() })
    }

    /// The address's spelling for comparison and for keys in the table: lower case, with the domain in Punycode.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// Whether the address's typed or canonical spelling starts with this text, which must be in lower case.
    pub fn starts_with(&self, text: &str) -> bool {
        self.canonical.starts_with(text) || self.typed.to_lowercase().starts_with(text)
    }

    /// The address's spelling for display: as a person typed the address, without white space around it.
    pub fn as_typed(&self) -> &str {
        &self.typed
    }

    /// The address's domain, in lower case and Punycode.
    pub fn domain(&self) -> &str {
        &self.canonical[self.local_part_len + 1..]
    }

    /// The address's spelling for SES: the local part as a person typed it, and the domain in Punycode. The receiving
    /// server may distinguish upper and lower case in the local part (RFC 5321 section 2.4).
    pub fn mailbox(&self) -> String {
        format!("{}@{}", &self.typed[..self.local_part_len], self.domain())
    }

    /// Whether the address has the form of a service account's address. A service account's address is only a name and
    /// has no mailbox.
    pub fn is_service_account(&self) -> bool {
        self.domain().ends_with(".iam.serviceaccount.com")
    }
}

fn check_local_part(local_part: &str) -> Result<(), InvalidAddress> {
    if local_part.contains(['"', '(', ')']) {
        Err(InvalidAddress::UnsupportedForm)
    } else if !local_part.is_ascii() {
        Err(InvalidAddress::NonAsciiLocalPart)
    } else if local_part.len() > MAX_LOCAL_PART {
        Err(InvalidAddress::LocalPartTooLong)
    } else {
        Ok(())
    }
}

/// An address's domain in lower case and Punycode according to UTS 46. The domain then contains only letters, digits,
/// hyphens, and dots between its labels. Each label of the domain has at most 63 octets, and no dot follows the last
/// label. A label may have hyphens as its third and fourth characters, because the labels of some real domains have
/// them.
fn canonical_domain(domain: &str) -> Result<String, InvalidAddress> {
    if domain.contains(['[', '(', ')']) {
        return Err(InvalidAddress::UnsupportedForm);
    }
    let domain = Uts46::new()
        .to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify)
        .map_err(|_| InvalidAddress::InvalidDomain)?;
    // A bare IPv4 address ends in a number, and no top-level domain is a number (RFC 3696 section 2).
    if domain.rsplit('.').next().is_some_and(|label| label.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(InvalidAddress::InvalidDomain);
    }
    Ok(domain.into_owned())
}

impl FromStr for EmailAddress {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        Self::parse(text)
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = InvalidAddress;

    fn try_from(text: String) -> Result<Self, InvalidAddress> {
        Self::parse(&text)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.typed
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(redacted)")
    }
}

impl PartialEq for EmailAddress {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for EmailAddress {}

impl Hash for EmailAddress {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.canonical.hash(state);
    }
}

impl Ord for EmailAddress {
    fn cmp(&self, other: &Self) -> Ordering {
        self.canonical.cmp(&other.canonical)
    }
}

impl PartialOrd for EmailAddress {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> EmailAddress {
        EmailAddress::parse(text).unwrap()
    }

    /// A strategy for test texts, most of which are addresses. Some of the generated texts have domain labels in
    /// Unicode, and some have parts that are too long for an address.
    fn likely_address() -> impl Strategy<Value = String> {
        "[A-Za-z0-9+_.'-]{1,66}@([A-Za-z0-9äßéЖ中-]{1,20}\\.){1,4}(com|DE|рф|xn--p1ai|9)"
    }

    proptest! {
        #[test]
        fn every_parsed_address_is_safe_and_canonical(text: String, likely in likely_address()) {
            for text in [text, likely] {
                if let Ok(address) = EmailAddress::parse(&text) {
                    prop_assert!(!address.as_typed().contains(|c: char| c.is_control() || c.is_whitespace()));
                    prop_assert!(address.mailbox().bytes().all(|byte| byte.is_ascii_graphic()));
                    prop_assert!(address.canonical().len() <= MAX_LENGTH);
                    prop_assert_eq!(address.mailbox().to_ascii_lowercase(), address.canonical());
                }
            }
        }

        #[test]
        fn every_spelling_of_an_address_parses_to_the_same_address(text in likely_address()) {
            if let Ok(address) = EmailAddress::parse(&text) {
                for spelling in [address.as_typed(), address.canonical(), &address.mailbox()] {
                    let again = EmailAddress::parse(spelling).unwrap();
                    prop_assert_eq!(again.as_typed(), spelling);
                    prop_assert_eq!(again, address.clone());
                }
            }
        }

        #[test]
        fn letter_case_does_not_matter(text in "[a-z0-9+._-]{1,20}@[a-z0-9]{1,20}\\.[äöüéа-я]{2,8}") {
            let spellings = [text.to_uppercase(), text.clone()].map(|text| EmailAddress::parse(&text));
            prop_assert_eq!(&spellings[0], &spellings[1]);
        }

        #[test]
        fn an_address_survives_json_as_typed(text in likely_address()) {
            if let Ok(address) = EmailAddress::parse(&text) {
                let json = serde_json::to_value(&address).unwrap();
                prop_assert_eq!(&json, text.trim());
                prop_assert_eq!(serde_json::from_value::<EmailAddress>(json).unwrap(), address);
            }
        }
    }

    #[test]
    fn the_domain_is_compared_in_punycode_and_shown_as_typed() {
        let address = parse(" Grace.Hopper+Usher@Bücher.Example\r\n");
        assert_eq!(address.canonical(), "grace.hopper+usher@xn--bcher-kva.example");
        assert_eq!(address.as_typed(), "Grace.Hopper+Usher@Bücher.Example");
        assert_eq!(address.mailbox(), "Grace.Hopper+Usher@xn--bcher-kva.example");
        assert_eq!(address.domain(), "xn--bcher-kva.example");
        assert_eq!(address, parse("grace.hopper+USHER@XN--BCHER-KVA.EXAMPLE"));
    }

    #[test]
    fn plus_tags_and_dots_make_another_address() {
        assert_ne!(parse("grace@example.com"), parse("grace+a@example.com"));
        assert_ne!(parse("gracehopper@example.com"), parse("grace.hopper@example.com"));
    }

    #[test]
    fn service_accounts_are_recognised_by_their_domain() {
        assert!(parse("robot-bd4ffdd8@acme.iam.serviceaccount.com").is_service_account());
        assert!(parse("a@B.IAM.ServiceAccount.com").is_service_account());
        assert!(!parse("a@iam.serviceaccount.com.example.com").is_service_account());
        assert!(!parse("a@fakeiam.serviceaccount.com").is_service_account());
    }

    #[test]
    fn real_addresses_of_unusual_form_are_accepted() {
        for text in [
            "a@b.co",
            "o'brien@example.ie",
            "x_y=z@sub.ab--cd.example.org",
            "1@2.3com",
            "success@simulator.amazonses.com",
        ] {
            parse(text);
        }
    }

    #[test]
    fn an_address_that_mail_cannot_reach_is_refused_with_the_reason() {
        use InvalidAddress::*;
        for (text, error) in [
            ("", Empty),
            (" \t\r\n", Empty),
            ("grace", Malformed),
            ("@example.com", Malformed),
            ("a..b@example.com", Malformed),
            (".a@example.com", Malformed),
            ("a.@example.com", Malformed),
            ("a@b@example.com", Malformed),
            ("<grace@example.com", Malformed),
            ("a,b@example.com", Malformed),
            ("Grace <grace@example.com>", ForbiddenCharacter),
            ("a@example.com\r\nBcc: b@example.com", ForbiddenCharacter),
            ("a\0@example.com", ForbiddenCharacter),
            ("a@exam\u{200b}ple.com", ForbiddenCharacter),
            ("a@\u{202e}example.com", ForbiddenCharacter),
            ("grâce@example.com", NonAsciiLocalPart),
            ("\"grace\"@example.com", UnsupportedForm),
            ("grace(home)@example.com", UnsupportedForm),
            ("grace@[192.0.2.1]", UnsupportedForm),
            ("grace@192.0.2.1", InvalidDomain),
            ("grace@localhost", InvalidDomain),
            ("grace@", InvalidDomain),
            ("grace@example.com.", InvalidDomain),
            ("grace@example..com", InvalidDomain),
            ("grace@-example.com", InvalidDomain),
            ("grace@exam_ple.com", InvalidDomain),
            ("grace@xn--a.com", InvalidDomain),
        ] {
            assert_eq!(EmailAddress::parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn lengths_are_measured_in_octets_of_punycode() {
        let local_part = "l".repeat(64);
        // A label of 57 "ü" has 63 octets in Punycode, which is the largest length of a label.
        let labels = format!("{}.{}", "ü".repeat(57), "b".repeat(63));
        let longest = parse(&format!("{local_part}@{labels}.{}.com", "c".repeat(57)));
        assert_eq!(longest.canonical().len(), 254);
        let longer = format!("{local_part}@{labels}.{}.com", "c".repeat(58));
        assert_eq!(EmailAddress::parse(&longer), Err(InvalidAddress::TooLong));
        assert_eq!(EmailAddress::parse(&format!("l{local_part}@example.com")), Err(InvalidAddress::LocalPartTooLong));
        assert_eq!(EmailAddress::parse(&format!("a@{}.com", "b".repeat(64))), Err(InvalidAddress::InvalidDomain));
        assert_eq!(EmailAddress::parse(&format!("a@{}.com", "ü".repeat(58))), Err(InvalidAddress::InvalidDomain));
        assert_eq!(EmailAddress::parse(&"a".repeat(1_000_000)), Err(InvalidAddress::TooLong));
    }

    #[test]
    fn neither_debug_nor_an_error_shows_the_address() {
        assert_eq!(format!("{:?}", parse("grace@example.com")), "EmailAddress(redacted)");
        let error = serde_json::from_str::<EmailAddress>("\"grace@localhost\"").unwrap_err();
        assert!(!error.to_string().contains("grace"));
    }
}
