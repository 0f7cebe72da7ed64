//! [`Identifier`]: a person's address, together with a user code if several people share the address.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::domain::EmailAddress;

/// The text can't be a user code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 64 visible ASCII characters")]
pub struct InvalidCode;

/// A user code, which distinguishes several people who share one address: 1 to 64 visible ASCII characters (RFC 5234,
/// VCHAR). Letter case matters. A user code is unique in the deployment. People log in with their user code, so `Debug`
/// is redacted and `Display` is not implemented.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserCode(String);

impl UserCode {
    /// The largest length of a user code in characters.
    pub const MAX: usize = 64;

    /// Parses a user code. White space around the text is ignored.
    ///
    /// # Errors
    /// [`InvalidCode`] if the text can't be a user code.
    pub fn parse(text: &str) -> Result<Self, InvalidCode> {
        let text = text.trim();
        let good = (1..=Self::MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if good { Ok(Self(text.to_owned())) } else { Err(InvalidCode) }
    }
}

impl FromStr for UserCode {
    type Err = InvalidCode;

    fn from_str(text: &str) -> Result<Self, InvalidCode> {
        Self::parse(text)
    }
}

impl TryFrom<String> for UserCode {
    type Error = InvalidCode;

    fn try_from(text: String) -> Result<Self, InvalidCode> {
        Self::parse(&text)
    }
}

impl From<UserCode> for String {
    fn from(code: UserCode) -> Self {
        code.0
    }
}

impl AsRef<str> for UserCode {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserCode(redacted)")
    }
}

/// An identifier identifies a person, and the person's record in each workspace and company. An identifier without a
/// user code identifies the person at the address who has no user code.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identifier {
    /// The person's address.
    pub address: EmailAddress,
    /// The person's user code, if the person has a user code.
    pub code: Option<UserCode>,
}

impl Identifier {
    /// The identifier as one string: the canonical address, and after a space the user code, if the person has a user
    /// code. Neither an address nor a user code can contain a space, so different identifiers have different strings.
    pub fn canonical(&self) -> String {
        match &self.code {
            None => self.address.canonical().to_owned(),
            Some(code) => format!("{} {}", self.address.canonical(), code.0),
        }
    }
}

impl From<EmailAddress> for Identifier {
    fn from(address: EmailAddress) -> Self {
        Self { address, code: None }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn identifier(address: &str, code: Option<&str>) -> Identifier {
        let code = code.map(|code| code.parse().unwrap());
        Identifier { address: address.parse().unwrap(), code }
    }

    proptest! {
        #[test]
        fn every_parsed_code_is_visible_ascii(text: String, likely in "[!-~]{0,70}") {
            for text in [text, likely] {
                if let Ok(code) = UserCode::parse(&text) {
                    prop_assert_eq!(code.as_ref(), text.trim());
                    prop_assert!(code.0.len() <= UserCode::MAX && !code.0.contains(char::is_whitespace));
                    let json = serde_json::to_value(&code).unwrap();
                    prop_assert_eq!(serde_json::from_value::<UserCode>(json).unwrap(), code);
                }
            }
        }

        #[test]
        fn different_identifiers_have_different_strings(codes in prop::collection::vec("[!-~]{1,64}", 2)) {
            let [one, other] = [0, 1].map(|index| identifier("a#b|c@example.com", Some(&codes[index])));
            prop_assert_eq!(one == other, one.canonical() == other.canonical());
            prop_assert_ne!(one.canonical(), one.address.canonical());
        }
    }

    #[test]
    fn without_a_code_the_canonical_address_is_the_identifier() {
        assert_eq!(identifier("Grace@Example.com", None).canonical(), "grace@example.com");
        assert_eq!(identifier("Grace@Example.com", Some("A-1")).canonical(), "grace@example.com A-1");
        assert_eq!(identifier("Grace@Example.com", Some("A")), identifier("grace@example.com", Some("A")));
        assert_ne!(identifier("grace@example.com", Some("A")), identifier("grace@example.com", Some("a")));
        assert_ne!(identifier("grace@example.com", Some("A")), identifier("grace@example.com", None));
    }

    #[test]
    fn an_invalid_code_is_refused() {
        for text in ["", " ", "a b", "é", "a\u{200b}", "a\tb", &"x".repeat(65)] {
            assert_eq!(UserCode::parse(text), Err(InvalidCode), "{text:?}");
        }
        assert!(UserCode::parse(&"x".repeat(64)).is_ok());
    }

    #[test]
    fn neither_debug_nor_an_error_shows_the_code() {
        assert_eq!(format!("{:?}", UserCode::parse("secret").unwrap()), "UserCode(redacted)");
        assert!(!serde_json::from_str::<UserCode>("\"sec ret\"").unwrap_err().to_string().contains("sec"));
    }
}
