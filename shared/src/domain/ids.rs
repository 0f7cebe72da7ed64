//! One id type per entity: ids of different entities don't mix.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::Random;

/// The text isn't an id of the expected form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id")]
pub struct InvalidId;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new random id.
            pub fn random(random: &dyn Random) -> Self {
                Self(random.uuid())
            }

            /// The id as a UUID.
            pub fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        /// Only the hyphenated form of RFC 9562 section 4 is an id; capitals are accepted.
        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                parse_hyphenated(text).map(Self)
            }
        }
    };
}

uuid_id!(
    /// A company: the tenant. It has workspaces and people.
    CompanyId
);
uuid_id!(
    /// A workspace of a company.
    WorkspaceId
);
uuid_id!(
    /// A group of a workspace's people.
    GroupId
);
uuid_id!(
    /// A person or a service account.
    UserId
);
uuid_id!(
    /// A mail template of a company.
    TemplateId
);
uuid_id!(
    /// What one inviting request has in common: message and inviter.
    BatchId
);

fn parse_hyphenated(text: &str) -> Result<Uuid, InvalidId> {
    if text.len() != 36 {
        return Err(InvalidId);
    }
    Uuid::try_parse(text).map_err(|_| InvalidId)
}

/// The public id of a person in a workspace or company, invited or member: 12 base62 characters, stable, and not to
/// be derived from the address by a stranger.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(String);

impl PersonId {
    /// The id that a 16-byte digest of address and private salt stands for.
    pub fn from_digest(digest: [u8; 16]) -> Self {
        Self(base62(digest))
    }
}

/// A workspace's short public id: 12 random base62 characters, kept beside its UUID.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ShortId(String);

impl ShortId {
    /// A new random id.
    pub fn random(random: &dyn Random) -> Self {
        let mut bytes = [0; 16];
        random.fill(&mut bytes);
        Self(base62(bytes))
    }
}

/// Twelve base62 characters: 71 of the bytes' 128 bits.
fn base62(bytes: [u8; 16]) -> String {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut rest = u128::from_be_bytes(bytes);
    let digits = (0..12).map(|_| {
        let digit = usize::try_from(rest % 62).unwrap_or_default();
        rest /= 62;
        char::from(ALPHABET[digit])
    });
    digits.collect()
}

macro_rules! short_text {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let good = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
                if good { Ok(Self(text.to_owned())) } else { Err(InvalidId) }
            }
        }
    };
}

short_text!(PersonId);
short_text!(ShortId);

/// The secret in an invitation's link, shaped as a version-4 UUID. Whoever holds it may sign up, so it is in no table,
/// no log and no API answer; `Debug` is redacted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct InvitationHash(Uuid);

impl InvitationHash {
    /// A hash that is nobody's.
    pub fn random(random: &dyn Random) -> Self {
        Self(random.uuid())
    }

    /// The hash that 16 bytes of a keyed digest stand for.
    pub fn from_digest(digest: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(digest).into_uuid())
    }

    /// The text for the link. Nothing else may be done with it.
    pub fn reveal(&self) -> String {
        self.0.as_hyphenated().to_string()
    }
}

impl fmt::Debug for InvitationHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InvitationHash(redacted)")
    }
}

impl FromStr for InvitationHash {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        parse_hyphenated(text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_person_id_is_twelve_base62_characters(digest: [u8; 16]) {
            let id = PersonId::from_digest(digest).to_string();
            prop_assert_eq!(id.len(), 12);
            prop_assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            prop_assert_eq!(id.parse::<PersonId>().map(|id| id.to_string()), Ok(id));
        }

        #[test]
        fn a_hash_is_a_version_4_uuid_and_reads_back_in_capitals(digest: [u8; 16]) {
            let hash = InvitationHash::from_digest(digest);
            prop_assert_eq!(hash.0.get_version_num(), 4);
            let parsed = hash.reveal().to_uppercase().parse::<InvitationHash>();
            prop_assert!(parsed.is_ok_and(|parsed| parsed == hash));
        }
    }

    #[test]
    fn only_the_hyphenated_form_is_an_id() {
        for text in ["", "e0754cfcf7d14cc38690e34a2f17291d", "{e0754cfc-f7d1-4cc3-8690-e34a2f17291d}", "luI89ZCeEJuF"] {
            assert_eq!(text.parse::<WorkspaceId>(), Err(InvalidId));
        }
        assert!("e0754cfc-f7d1-4cc3-8690-e34a2f17291d".parse::<WorkspaceId>().is_ok());
    }

    #[test]
    fn debug_does_not_show_a_hash() {
        let hash = InvitationHash::from_digest([7; 16]);
        assert!(!format!("{hash:?}").contains(&hash.reveal()));
    }
}
