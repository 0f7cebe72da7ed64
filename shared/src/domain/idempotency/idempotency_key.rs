//! [`IdempotencyKey`]: the key by which a client can safely repeat a request.

use std::{fmt, str::FromStr};

/// The text can't be an idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to 255 visible ASCII characters")]
pub struct InvalidIdempotencyKey;

/// The key that a client gives a request, so that the client can safely send the request again. An idempotency key has
/// 1 to 255 visible ASCII characters (RFC 5234, VCHAR). Two keys are equal only if all their characters are equal.
/// `Debug` is redacted.
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl AsRef<str> for IdempotencyKey {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for IdempotencyKey {
    type Err = InvalidIdempotencyKey;

    fn from_str(text: &str) -> Result<Self, InvalidIdempotencyKey> {
        let good = (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if good { Ok(Self(text.to_owned())) } else { Err(InvalidIdempotencyKey) }
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdempotencyKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_visible_ascii_of_limited_length() {
        let longest = "~".repeat(255);
        for text in ["!", "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"", &longest] {
            assert_eq!(text.parse::<IdempotencyKey>().map(|key| key.as_ref().to_owned()).as_deref(), Ok(text));
        }
        for text in ["", " ", "a b", "a\t", "é", &"~".repeat(256)] {
            assert_eq!(text.parse::<IdempotencyKey>(), Err(InvalidIdempotencyKey));
        }
    }
}
