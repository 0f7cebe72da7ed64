//! [`DisplayId`]: a group's name for programs.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The text can't be a group's display id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 64 letters, digits, '-' or '_'")]
pub struct InvalidDisplayId;

/// A group's display id: the group's name for programs, unique in the workspace. A display id has 1 to 64 ASCII
/// letters, digits, `-` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DisplayId(String);

impl FromStr for DisplayId {
    type Err = InvalidDisplayId;

    fn from_str(text: &str) -> Result<Self, InvalidDisplayId> {
        let good = (1..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if good { Ok(Self(text.to_owned())) } else { Err(InvalidDisplayId) }
    }
}

impl TryFrom<String> for DisplayId {
    type Error = InvalidDisplayId;

    fn try_from(text: String) -> Result<Self, InvalidDisplayId> {
        text.parse()
    }
}

impl From<DisplayId> for String {
    fn from(id: DisplayId) -> Self {
        id.0
    }
}

impl AsRef<str> for DisplayId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DisplayId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_id_has_only_letters_digits_hyphens_and_underscores() {
        assert_eq!("Sales_EU-1".parse::<DisplayId>().unwrap().to_string(), "Sales_EU-1");
        for text in ["", "a b", "é", "a/b", &"x".repeat(65)] {
            assert!(text.parse::<DisplayId>().is_err(), "{text:?}");
        }
    }
}
