//! Passwords: the rules for new ones, and how they are kept.

use std::{fmt, sync::LazyLock};

use argon2::{Algorithm, Argon2, Block, Params, RECOMMENDED_SALT_LEN, Version, password_hash::phc};
use serde::{Deserialize, Serialize};

use crate::domain::Random;

/// The shortest password, in characters.
const SHORTEST: usize = 8;
/// The longest password, in characters.
const LONGEST: usize = 256;

/// Passwords that meet the other rules and yet are among the first to be tried: sorted, in lower case, between white space.
const BREACHED: &str = include_str!("breached_passwords.txt");

/// A new password breaks a rule, and which. The password itself is never part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Fewer than 8 characters.
    #[error("must have at least 8 characters")]
    TooShort,
    /// More than 256 characters.
    #[error("must have at most 256 characters")]
    TooLong,
    /// No upper-case letter.
    #[error("must have an upper-case letter")]
    NoUpperCase,
    /// No lower-case letter.
    #[error("must have a lower-case letter")]
    NoLowerCase,
    /// No digit.
    #[error("must have a digit")]
    NoDigit,
    /// Only letters and digits.
    #[error("must have a special character")]
    NoSpecialCharacter,
    /// One of the commonly breached passwords, in any letter case.
    #[error("is one of those most often used and guessed: choose another")]
    Breached,
}

/// A password in clear. It may hold any Unicode and isn't normalised: what counts is the bytes typed. It can't be
/// serialised, and `Debug` is redacted.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// A new password, by the rules for new ones: 8 to 256 characters (Unicode scalar values), among them an upper-case
    /// and a lower-case letter, a digit and a character that is neither letter nor digit, each as Unicode defines it;
    /// and not commonly breached.
    pub fn parse(text: &str) -> Result<Self, WeakPassword> {
        let length = text.chars().count();
        let broken_rules = [
            (length < SHORTEST, WeakPassword::TooShort),
            (length > LONGEST, WeakPassword::TooLong),
            (!text.contains(char::is_uppercase), WeakPassword::NoUpperCase),
            (!text.contains(char::is_lowercase), WeakPassword::NoLowerCase),
            (!text.contains(char::is_numeric), WeakPassword::NoDigit),
            (text.chars().all(char::is_alphanumeric), WeakPassword::NoSpecialCharacter),
        ];
        if let Some((_, rule)) = broken_rules.into_iter().find(|(broken, _)| *broken) {
            return Err(rule);
        }
        let lower_case = text.to_lowercase();
        if BREACHED.split_ascii_whitespace().any(|breached| breached == lower_case) {
            return Err(WeakPassword::Breached);
        }
        Ok(Self(text.to_owned()))
    }

    /// A password to be compared, as at login: no rule but the length. `None` when it is longer than any password is.
    pub fn unchecked(text: &str) -> Option<Self> {
        (text.chars().count() <= LONGEST).then(|| Self(text.to_owned()))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(redacted)")
    }
}

const ALGORITHM: Algorithm = Algorithm::Argon2id;
const VERSION: Version = Version::V0x13;
/// 19 MiB, 2 passes, 1 lane: OWASP's minimum for argon2id.
const PARAMS: Params = match Params::new(19 * 1024, 2, 1, Some(Params::DEFAULT_OUTPUT_LEN)) {
    Ok(params) => params,
    Err(_) => panic!("the parameters are in argon2's range"),
};

/// The most that verifying may cost, whatever a stored hash asks for: 128 MiB, 16 passes, 16 lanes.
fn is_affordable(params: &Params) -> bool {
    params.m_cost() <= 128 * 1024 && params.t_cost() <= 16 && params.p_cost() <= 16
}

/// What hashing works in: 19 MiB, or what a stored hash asks for. To hash one password after the other keep it: to get and
/// clear so much each time takes a good part of the time of hashing.
#[derive(Default)]
pub struct HashingMemory(Vec<Block>);

impl HashingMemory {
    fn blocks(&mut self, params: &Params) -> &mut [Block] {
        let count = params.block_count();
        if self.0.len() < count {
            // Nothing of the old is needed, so growing mustn't copy it.
            self.0 = vec![Block::new(); count];
        }
        &mut self.0[..count]
    }
}

impl fmt::Debug for HashingMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashingMemory(redacted)")
    }
}

/// The salted digest of a password, as a PHC string. `Debug` is redacted. Creating and verifying take tens of
/// milliseconds of one core: run them off the async threads.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PasswordHash(phc::PasswordHash);

impl PasswordHash {
    /// Hashes with argon2id (19 MiB, 2 passes, 1 lane) and a fresh salt.
    ///
    /// # Panics
    /// If argon2 refused its own parameters.
    #[expect(clippy::expect_used, reason = "argon2 takes these parameters, and a password and a salt of any content")]
    pub fn create(password: &Password, random: &dyn Random, memory: &mut HashingMemory) -> Self {
        let mut salt = [0; RECOMMENDED_SALT_LEN];
        random.fill(&mut salt);
        let argon2 = Argon2::new(ALGORITHM, VERSION, PARAMS);
        let digest = digest(&argon2, password, &salt, memory).expect("a digest of argon2's own length");
        Self::of_today(&salt, Some(digest))
    }

    /// Whether it is the digest of this password. A digest that asks for more than 128 MiB, 16 passes or 16 lanes, or
    /// isn't argon2's, is nobody's.
    pub fn verify(&self, password: &Password, memory: &mut HashingMemory) -> bool {
        // phc compares two digests in constant time.
        self.again(password, memory).is_some_and(|digest| self.0.hash == Some(digest))
    }

    /// The digest of a password with this one's salt, as this one was made.
    fn again(&self, password: &Password, memory: &mut HashingMemory) -> Option<phc::Output> {
        let params = Params::try_from(&self.0).ok().filter(is_affordable)?;
        let algorithm = Algorithm::try_from(self.0.algorithm.as_str()).ok()?;
        let version = self.0.version.map_or(Ok(VERSION), Version::try_from).ok()?;
        digest(&Argon2::new(algorithm, version, params), password, self.0.salt.as_ref()?, memory)
    }

    /// Whether [`create`](Self::create) would choose another algorithm or other parameters today.
    pub fn needs_rehash(&self) -> bool {
        self.0.algorithm != ALGORITHM.ident()
            || self.0.version != Some(VERSION.into())
            || Params::try_from(&self.0) != Ok(PARAMS)
    }

    /// A hash that no known password has and that takes as long to verify as any: compare with it when the address is
    /// unknown, so that timing doesn't tell. It is written out rather than computed, so that the first use isn't slower.
    pub fn dummy() -> &'static Self {
        static DUMMY: LazyLock<PasswordHash> = LazyLock::new(|| {
            let nobodys = phc::Output::new(&[0; Params::DEFAULT_OUTPUT_LEN]).ok();
            PasswordHash::of_today(&[0; RECOMMENDED_SALT_LEN], nobodys)
        });
        &DUMMY
    }

    /// By today's algorithm and parameters.
    fn of_today(salt: &[u8; RECOMMENDED_SALT_LEN], digest: Option<phc::Output>) -> Self {
        Self(phc::PasswordHash {
            algorithm: ALGORITHM.ident(),
            version: Some(VERSION.into()),
            params: phc::ParamsString::try_from(&PARAMS).unwrap_or_default(),
            salt: phc::Salt::new(salt).ok(),
            hash: digest,
        })
    }
}

/// `None` for a length that argon2 doesn't take.
fn digest(argon2: &Argon2<'_>, password: &Password, salt: &[u8], memory: &mut HashingMemory) -> Option<phc::Output> {
    let params = argon2.params();
    let mut output = [0; phc::Output::MAX_LENGTH];
    let output = output.get_mut(..params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN))?;
    argon2.hash_password_into_with_memory(password.0.as_bytes(), salt, output, memory.blocks(params)).ok()?;
    phc::Output::new(output).ok()
}

impl TryFrom<String> for PasswordHash {
    type Error = phc::Error;

    fn try_from(phc_string: String) -> Result<Self, phc::Error> {
        phc_string.parse().map(Self)
    }
}

impl From<PasswordHash> for String {
    fn from(hash: PasswordHash) -> Self {
        hash.0.to_string()
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use argon2::PasswordHasher as _;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::SystemRandom;

    fn password(text: &str) -> Password {
        Password::unchecked(text).unwrap()
    }

    fn created(text: &str) -> PasswordHash {
        PasswordHash::create(&password(text), &SystemRandom, &mut HashingMemory::default())
    }

    fn verifies(hash: &PasswordHash, text: &str) -> bool {
        hash.verify(&password(text), &mut HashingMemory::default())
    }

    fn hash(phc_string: &str) -> PasswordHash {
        PasswordHash::try_from(phc_string.to_owned()).unwrap()
    }

    proptest! {
        #[test]
        fn a_good_password_without_the_characters_of_one_class_is_refused(start: String) {
            let text = format!("{start}Aa1!bcde");
            if let Ok(Password(text)) = Password::parse(&text) {
                let classes = [char::is_uppercase, char::is_lowercase, char::is_numeric, |c: char| !c.is_alphanumeric()];
                for class in classes {
                    let poorer: String = text.chars().filter(|c| !class(*c)).collect();
                    prop_assert!(Password::parse(&poorer).is_err());
                }
            } else {
                prop_assert!(text.chars().count() > LONGEST);
            }
        }

        #[test]
        fn no_text_panics(text: String) {
            prop_assert_eq!(Password::unchecked(&text).is_some(), text.chars().count() <= LONGEST);
            prop_assert!(Password::parse(&text).is_err() || text.chars().count() >= SHORTEST);
        }
    }

    #[test]
    fn each_rule_is_named_when_broken() {
        for (text, rule) in [
            ("", WeakPassword::TooShort),
            ("Demo12#", WeakPassword::TooShort),
            ("demo12#$", WeakPassword::NoUpperCase),
            ("DEMO12#$", WeakPassword::NoLowerCase),
            ("DemoDe#$", WeakPassword::NoDigit),
            ("Demo1234", WeakPassword::NoSpecialCharacter),
            ("P@ssw0rd", WeakPassword::Breached),
            ("pAsSw0rD!", WeakPassword::Breached),
            ("Password1!", WeakPassword::Breached),
            ("Qwerty123!", WeakPassword::Breached),
            ("Admin@123", WeakPassword::Breached),
        ] {
            assert_eq!(Password::parse(text).map(|_| ()), Err(rule), "{text}");
        }
    }

    #[test]
    fn good_passwords_of_any_script_are_accepted() {
        for text in ["Demo12#$", "Жпароль1 ", "ÄÖüß٣٣٣€", "correct Horse 7 battery", "Tab\tand\0Nul1"] {
            assert!(Password::parse(text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn length_is_counted_in_characters_and_limited() {
        let longest = format!("Aa1!{}", "é".repeat(252));
        assert!(Password::parse(&longest).is_ok());
        assert!(Password::unchecked(&longest).is_some());
        let longer = format!("{longest}é");
        assert_eq!(Password::parse(&longer).map(|_| ()), Err(WeakPassword::TooLong));
        assert!(Password::unchecked(&longer).is_none());
    }

    #[test]
    fn the_list_of_breached_passwords_holds_only_what_the_other_rules_let_through() {
        let listed: Vec<_> = BREACHED.split_ascii_whitespace().collect();
        assert!(listed.is_sorted_by(|one, next| one < next), "sorted, nothing twice");
        for breached in listed {
            assert_eq!(breached, breached.to_lowercase());
            let letter = breached.find(char::is_alphabetic).unwrap();
            let typed = format!("{}{}", breached[..=letter].to_uppercase(), &breached[letter + 1..]);
            assert_eq!(Password::parse(&typed).map(|_| ()), Err(WeakPassword::Breached), "{breached}");
        }
    }

    #[test]
    fn a_hash_verifies_its_password_and_no_other() {
        let one = created("Demo12#$");
        assert!(verifies(&one, "Demo12#$"));
        assert!(!verifies(&one, "demo12#$"));
        assert!(!one.needs_rehash());
        assert_ne!(one, created("Demo12#$"), "each has its own salt");
    }

    #[test]
    fn a_hash_survives_json_as_a_phc_string() {
        let created = created("Demo12#$");
        let json = serde_json::to_value(&created).unwrap();
        assert!(json.as_str().unwrap().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(serde_json::from_value::<PasswordHash>(json).unwrap(), created);
        assert!(serde_json::from_value::<PasswordHash>("Demo12#$".into()).is_err());
    }

    #[test]
    fn a_hash_of_other_parameters_verifies_and_asks_to_be_replaced() {
        let params = Params::new(8 * 1024, 1, 2, None).unwrap();
        for algorithm in [Algorithm::Argon2id, Algorithm::Argon2i, Algorithm::Argon2d] {
            let old = Argon2::new(algorithm, VERSION, params.clone()).hash_password_with_salt(b"Demo12#$", &[7; 16]);
            let old = PasswordHash(old.unwrap());
            assert!(verifies(&old, "Demo12#$"));
            assert!(!verifies(&old, "Demo12#!"));
            assert!(old.needs_rehash());
        }
    }

    #[test]
    fn memory_that_served_another_hash_changes_nothing() {
        let mut memory = HashingMemory::default();
        let small =
            hash("$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        let created = PasswordHash::create(&password("Demo12#$"), &SystemRandom, &mut memory);
        for _ in 0..2 {
            assert!(!created.verify(&password("Demo12#!"), &mut memory));
            assert!(!small.verify(&password("Demo12#$"), &mut memory));
            assert!(created.verify(&password("Demo12#$"), &mut memory));
        }
        assert!(verifies(&created, "Demo12#$"));
    }

    #[test]
    fn a_hash_that_costs_too_much_or_is_incomplete_is_nobodys() {
        for phc_string in [
            "$argon2id$v=19$m=4194304,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$argon2id$v=19$m=19456,t=4000000000,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA",
            "$argon2id$v=19$m=19456,t=2,p=1",
            "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
        ] {
            assert!(!verifies(&hash(phc_string), "Demo12#$"));
        }
    }

    #[test]
    fn the_dummy_is_complete_with_our_parameters_and_matches_nothing() {
        let dummy = PasswordHash::dummy();
        assert!(!dummy.needs_rehash());
        assert!(dummy.0.salt.is_some() && dummy.0.hash.is_some());
        assert!(!verifies(dummy, ""));
    }

    #[test]
    fn debug_shows_neither_password_nor_hash() {
        assert_eq!(
            format!("{:?} {:?}", password("x"), PasswordHash::dummy()),
            "Password(redacted) PasswordHash(redacted)"
        );
    }
}
