//! [`PasswordHash`]: how a password is stored and verified.

use std::{fmt, sync::LazyLock};

use argon2::{Algorithm, Argon2, Block, Params, RECOMMENDED_SALT_LEN, Version, password_hash::phc};
use serde::{Deserialize, Serialize};

use crate::domain::{Password, Random};

const ALGORITHM: Algorithm = Algorithm::Argon2id;
const VERSION: Version = Version::V0x13;

/// The argon2id parameters of new password hashes: 19 MiB, 2 passes, 1 lane. OWASP recommends at least these parameters
/// for argon2id.
const PARAMS: Params = match Params::new(19 * 1024, 2, 1, Some(Params::DEFAULT_OUTPUT_LEN)) {
    Ok(params) => params,
    Err(_) => panic!("the parameters are in argon2's range"),
};

/// Whether verifying a password with these argon2 parameters is affordable: at most 128 MiB, 16 passes and 16 lanes.
/// The argon2 parameters come from the stored password hash.
fn is_affordable(params: &Params) -> bool {
    params.m_cost() <= 128 * 1024 && params.t_cost() <= 16 && params.p_cost() <= 16
}

/// The memory that hashing works in: 19 MiB, or what a stored hash requires. Reuse the same memory to hash several
/// passwords, because allocating and clearing 19 MiB takes a good part of the time of hashing a password.
#[derive(Default)]
pub struct HashingMemory(Vec<Block>);

impl HashingMemory {
    fn blocks(&mut self, params: &Params) -> &mut [Block] {
        let count = params.block_count();
        if self.0.len() < count {
            // A new vector replaces the too small vector, because growing the old vector would copy content that nobody
            // needs.
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

/// The salted hash of a password, serialized as a PHC string. `Debug` is redacted. Creating or verifying a password
/// hash takes tens of milliseconds of one processor core, so neither may run on the async threads.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PasswordHash(phc::PasswordHash);

impl PasswordHash {
    /// Hashes a password with argon2id (19 MiB, 2 passes, 1 lane) and a new random salt.
    ///
    /// # Panics
    /// The function panics if argon2 refuses the argon2 parameters that this module sets.
    #[expect(clippy::expect_used, reason = "argon2 accepts these parameters, and any password and salt")]
    pub fn create(password: &Password, random: &dyn Random, memory: &mut HashingMemory) -> Self {
        let mut salt = [0; RECOMMENDED_SALT_LEN];
        random.fill(&mut salt);
        let argon2 = Argon2::new(ALGORITHM, VERSION, PARAMS);
        let digest = digest(&argon2, password, &salt, memory).expect("argon2 accepts its default output length");
        Self::with_current_parameters(&salt, Some(digest))
    }

    /// Whether this password hash is the hash of `password`. The result is `false` for a hash that requires more than
    /// 128 MiB, 16 passes or 16 lanes, and for a hash that isn't an argon2 hash.
    pub fn verify(&self, password: &Password, memory: &mut HashingMemory) -> bool {
        // The crate `phc` compares two password digests in constant time.
        self.digest_of(password, memory).is_some_and(|digest| self.0.hash == Some(digest))
    }

    /// The digest of a password, computed with the salt and the argon2 parameters of this password hash. `None` if the
    /// salt or the parameters are unusable.
    fn digest_of(&self, password: &Password, memory: &mut HashingMemory) -> Option<phc::Output> {
        let params = Params::try_from(&self.0).ok().filter(is_affordable)?;
        let algorithm = Algorithm::try_from(self.0.algorithm.as_str()).ok()?;
        let version = self.0.version.map_or(Ok(VERSION), Version::try_from).ok()?;
        digest(&Argon2::new(algorithm, version, params), password, self.0.salt.as_ref()?, memory)
    }

    /// Whether [`create`](Self::create) now uses another algorithm or other parameters than this password hash.
    pub fn needs_rehash(&self) -> bool {
        self.0.algorithm != ALGORITHM.ident()
            || self.0.version != Some(VERSION.into())
            || Params::try_from(&self.0) != Ok(PARAMS)
    }

    /// A hash that no password matches. A login verifies the password against this hash when the address has no
    /// account, so that the response takes as long as for an existing account. The digest of the hash that no password
    /// matches is a constant and not computed, so that the first login isn't slower than later logins.
    pub fn dummy() -> &'static Self {
        static DUMMY: LazyLock<PasswordHash> = LazyLock::new(|| {
            let digest = phc::Output::new(&[0; Params::DEFAULT_OUTPUT_LEN]).ok();
            PasswordHash::with_current_parameters(&[0; RECOMMENDED_SALT_LEN], digest)
        });
        &DUMMY
    }

    /// A password hash with the algorithm and parameters of new hashes.
    fn with_current_parameters(salt: &[u8; RECOMMENDED_SALT_LEN], digest: Option<phc::Output>) -> Self {
        Self(phc::PasswordHash {
            algorithm: ALGORITHM.ident(),
            version: Some(VERSION.into()),
            params: phc::ParamsString::try_from(&PARAMS).unwrap_or_default(),
            salt: phc::Salt::new(salt).ok(),
            hash: digest,
        })
    }
}

/// The argon2 digest of a password; `None` if argon2 doesn't support the output length.
fn digest(argon2: &Argon2<'_>, password: &Password, salt: &[u8], memory: &mut HashingMemory) -> Option<phc::Output> {
    let params = argon2.params();
    let mut output = [0; phc::Output::MAX_LENGTH];
    let output = output.get_mut(..params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN))?;
    argon2.hash_password_into_with_memory(password.reveal().as_bytes(), salt, output, memory.blocks(params)).ok()?;
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

    #[test]
    fn a_hash_matches_only_its_password() {
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
    fn a_hash_with_other_parameters_verifies_and_needs_a_rehash() {
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
    fn reused_memory_does_not_change_the_result() {
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
    fn a_hash_that_is_too_expensive_or_incomplete_matches_nothing() {
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
    fn the_dummy_has_the_current_parameters_and_matches_nothing() {
        let dummy = PasswordHash::dummy();
        assert!(!dummy.needs_rehash());
        assert!(dummy.0.salt.is_some() && dummy.0.hash.is_some());
        assert!(!verifies(dummy, ""));
    }

    #[test]
    fn debug_does_not_show_the_hash() {
        assert_eq!(format!("{:?}", PasswordHash::dummy()), "PasswordHash(redacted)");
    }
}
