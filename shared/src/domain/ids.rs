//! Ids. Each entity has an id type of its own, so that code can't mix ids of different entities.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::{Identifier, Random};

/// The text doesn't have the form of the id that was expected.
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
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        /// Parses an id. The parser accepts only the hyphenated form of a UUID in RFC 9562 section 4, in lower or upper
        /// case.
        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                parse_hyphenated(text).map(Self)
            }
        }
    };
}

uuid_id!(
    /// The id of a company.
    CompanyId
);
uuid_id!(
    /// The id of a workspace.
    WorkspaceId
);
uuid_id!(
    /// The id of a group in a workspace.
    GroupId
);
uuid_id!(
    /// The id of a user: a person or a service account.
    UserId
);
uuid_id!(
    /// The id of a company's mail template.
    TemplateId
);
uuid_id!(
    /// The id of a batch: the data that the mails of one inviting request share.
    BatchId
);

fn parse_hyphenated(text: &str) -> Result<Uuid, InvalidId> {
    if text.len() != 36 {
        return Err(InvalidId);
    }
    Uuid::try_parse(text).map_err(|_| InvalidId)
}

/// The public id of an invited person or member in one workspace or company: 12 base62 characters. The public id of a
/// person never changes. Only the service can derive this id from the person's address: see [`person_id`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(String);

impl PersonId {
    /// Makes a person's public id from a digest of the person's identifier and the salt of the workspace or company.
    pub fn from_digest(digest: [u8; 16]) -> Self {
        Self(base62(digest))
    }
}

/// The short public id of a workspace, group or domain rule: 12 random base62 characters.
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

/// The base62 digits in the order of their bytes, so that numbers with equally many base62 digits sort in the same way
/// as their texts.
pub(super) const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Encodes bytes as twelve base62 characters. The twelve base62 characters encode 71 of the 128 bits.
fn base62(bytes: [u8; 16]) -> String {
    let mut rest = u128::from_be_bytes(bytes);
    let digits = (0..12).map(|_| {
        let digit = usize::try_from(rest % 62).unwrap_or_default();
        rest /= 62;
        char::from(BASE62[digit])
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

/// The public id of this person in the workspace or company with this salt. Without the salt nobody can compute a
/// person's public id from an address.
pub fn person_id(salt: &str, identifier: &Identifier) -> PersonId {
    let digest = Sha256::new().chain_update(salt).chain_update([0]).chain_update(identifier.canonical()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    PersonId::from_digest(bytes)
}

/// The secret in an invitation's link, in the form of a version-4 UUID. Everybody who has an invitation's hash can sign
/// up with the invitation. Therefore no table, log or API response contains an invitation's hash, and `Debug` is
/// redacted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct InvitationHash(Uuid);

impl InvitationHash {
    /// A random invitation hash, which belongs to no invitation.
    pub fn random(random: &dyn Random) -> Self {
        Self(random.uuid())
    }

    /// Makes an invitation hash from 16 bytes of a keyed digest.
    pub fn from_digest(digest: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(digest).into_uuid())
    }

    /// The text of the invitation's hash. Use the text only to build the link of the invitation.
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
        fn a_hash_is_a_version_4_uuid_and_parses_in_upper_case(digest: [u8; 16]) {
            let hash = InvitationHash::from_digest(digest);
            prop_assert_eq!(hash.0.get_version_num(), 4);
            let parsed = hash.reveal().to_uppercase().parse::<InvitationHash>();
            prop_assert!(parsed.is_ok_and(|parsed| parsed == hash));
        }
    }

    #[test]
    fn only_the_hyphenated_form_of_a_uuid_is_an_id() {
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
