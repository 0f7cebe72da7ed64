//! [`Password`]: the rules for a new password.

use std::fmt;

/// The smallest length of a password in characters.
const MIN_LENGTH: usize = 8;

/// The largest length of a password in characters.
const MAX_LENGTH: usize = 256;

/// Common breached passwords that meet all other rules. The file of common breached passwords lists them in lower case,
/// sorted, and separated by white space.
const BREACHED: &str = include_str!("breached_passwords.txt");

/// The rule that a new password breaks. The error about a weak password never contains the password itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// The password has fewer than 8 characters.
    #[error("must have at least 8 characters")]
    TooShort,
    /// The password has more than 256 characters.
    #[error("must have at most 256 characters")]
    TooLong,
    /// The password has no upper-case letter.
    #[error("must have an upper-case letter")]
    NoUpperCase,
    /// The password has no lower-case letter.
    #[error("must have a lower-case letter")]
    NoLowerCase,
    /// The password has no digit.
    #[error("must have a digit")]
    NoDigit,
    /// The password has only letters and digits.
    #[error("must have a special character")]
    NoSpecialCharacter,
    /// The password, in any letter case, is a common breached password.
    #[error("is one of those most often used and guessed: choose another")]
    Breached,
}

/// A password in plain text. A password may contain any Unicode characters and is not normalised, so only exactly the
/// same bytes match. A password can't be serialized, and its `Debug` output is redacted.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Checks a new password. A new password needs 8 to 256 characters (Unicode scalar values), among them an
    /// upper-case letter, a lower-case letter, a digit, and a character that is neither a letter nor a digit, each as
    /// Unicode defines it. A new password must not be a common breached password.
    ///
    /// # Errors
    /// [`WeakPassword`] names the first rule that the password breaks.
    pub fn parse(text: &str) -> Result<Self, WeakPassword> {
        let length = text.chars().count();
        let broken_rules = [
            (length < MIN_LENGTH, WeakPassword::TooShort),
            (length > MAX_LENGTH, WeakPassword::TooLong),
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

    /// A password that is only compared with a hash, as at login. Of the rules for passwords only the largest length
    /// applies: the result is `None` if the text is longer.
    pub fn unchecked(text: &str) -> Option<Self> {
        (text.chars().count() <= MAX_LENGTH).then(|| Self(text.to_owned()))
    }

    /// The password's plain text, for hashing only.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn password(text: &str) -> Password {
        Password::unchecked(text).unwrap()
    }

    proptest! {
        #[test]
        fn a_password_without_one_class_of_characters_is_refused(start: String) {
            let text = format!("{start}Aa1!bcde");
            if let Ok(Password(text)) = Password::parse(&text) {
                let classes = [char::is_uppercase, char::is_lowercase, char::is_numeric, |c: char| !c.is_alphanumeric()];
                for class in classes {
                    let poorer: String = text.chars().filter(|c| !class(*c)).collect();
                    prop_assert!(Password::parse(&poorer).is_err());
                }
            } else {
                prop_assert!(text.chars().count() > MAX_LENGTH);
            }
        }

        #[test]
        fn only_the_length_limits_an_unchecked_password(text: String) {
            prop_assert_eq!(Password::unchecked(&text).is_some(), text.chars().count() <= MAX_LENGTH);
            prop_assert!(Password::parse(&text).is_err() || text.chars().count() >= MIN_LENGTH);
        }
    }

    #[test]
    fn the_error_names_the_broken_rule() {
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
    fn strong_passwords_of_any_script_are_accepted() {
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
    fn the_breached_passwords_meet_all_other_rules() {
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
    fn debug_does_not_show_the_password() {
        assert_eq!(format!("{:?}", password("x")), "Password(redacted)");
    }
}
