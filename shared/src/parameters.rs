//! The deployment's parameters. The SAM template, the environment variables and the documentation use the same names
//! for the parameters.

use std::{ops::RangeInclusive, str::FromStr};

use jiff::SignedDuration;

use crate::domain::EmailAddress;

/// A parameter of the deployment is missing or has a value outside its range. The error message names the parameter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} must be {expected}, but is {value:?}")]
pub struct InvalidParameter {
    /// The parameter's name.
    pub name: &'static str,
    /// The values that the parameter accepts, in words.
    pub expected: String,
    /// The value that was set for the parameter. The value is empty if no value was set.
    pub value: String,
}

/// The settings of one deployment. [`Parameters::read`] lists the parameters' names, ranges and defaults.
#[derive(Debug, Clone)]
pub struct Parameters {
    /// The base URL of mailed links, without a trailing slash. A mailed link never takes its host from a request,
    /// because the client chooses a request's host. The base URL is empty if `APP_URL` is not set: without `APP_URL`,
    /// pages contain relative links, and mails with links wait until `APP_URL` is set.
    pub app_url: String,
    /// Where people go after joining. Without `AFTER_JOIN_URL`, people go to the service's own page at `/`.
    pub after_join_url: Option<String>,
    /// The address that mails are sent from.
    pub sender_address: EmailAddress,
    /// The usual lifetime of an invitation: how long the invited person can accept the invitation.
    pub invitation_ttl: SignedDuration,
    /// How long a one-time password is valid.
    pub otp_ttl: SignedDuration,
    /// How long an access token is valid.
    pub access_token_ttl: SignedDuration,
    /// The largest number of rows in one inviting request.
    pub max_users_per_request: usize,
    /// The cooldown: the shortest time between two mails of the same invitation.
    pub resend_cooldown: SignedDuration,
    /// The largest number of people who can be invited to one workspace in a day.
    pub invitations_per_workspace_per_day: u32,
    /// The largest number of mails to one address in a day. Mails with a one-time password don't count, because such
    /// mails have a limit of their own.
    pub mails_per_recipient_per_day: u32,
    /// The name of the DynamoDB table.
    pub table_name: String,
    /// The SES configuration set that reports deliveries, bounces and complaints, if the deployment has one.
    pub configuration_set: Option<String>,
    /// The log level, such as `info`.
    pub log_level: String,
}

impl Parameters {
    /// Reads the deployment's parameters. `get` returns the value of the parameter with a given name, if the parameter
    /// is set.
    ///
    /// | name | default | range |
    /// |---|---|---|
    /// | `APP_URL` | none | http or https, without query and fragment |
    /// | `AFTER_JOIN_URL` | none | http or https |
    /// | `SENDER_ADDRESS` | required | an address |
    /// | `INVITATION_TTL_SECONDS` | 604800 | 1 to 2592000 |
    /// | `OTP_TTL_SECONDS` | 600 | 60 to 86400 |
    /// | `ACCESS_TOKEN_TTL_SECONDS` | 3600 | 60 to 86400 |
    /// | `MAX_USERS_PER_REQUEST` | 10000 | 1 to 10000: more results don't fit into a Lambda response |
    /// | `RESEND_COOLDOWN_SECONDS` | 60 | 0 to 86400 |
    /// | `INVITATIONS_PER_WORKSPACE_PER_DAY` | 50000 | 1 to 10000000 |
    /// | `MAILS_PER_RECIPIENT_PER_DAY` | 20 | 1 to 10000 |
    /// | `TABLE_NAME` | required | |
    /// | `CONFIGURATION_SET` | none | |
    /// | `LOG_LEVEL` | info | info, warn, error |
    ///
    /// # Errors
    /// [`InvalidParameter`] for the first parameter that is missing or out of its range.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidParameter> {
        let reader = Reader(get);
        Ok(Self {
            app_url: reader.base_url("APP_URL")?.unwrap_or_default(),
            after_join_url: reader.url("AFTER_JOIN_URL", "", "an http or https URL")?,
            sender_address: reader.parse("SENDER_ADDRESS", None, "an e-mail address")?,
            invitation_ttl: reader.seconds("INVITATION_TTL_SECONDS", 604_800, 1..=2_592_000)?,
            otp_ttl: reader.seconds("OTP_TTL_SECONDS", 600, 60..=86_400)?,
            access_token_ttl: reader.seconds("ACCESS_TOKEN_TTL_SECONDS", 3_600, 60..=86_400)?,
            max_users_per_request: usize::try_from(reader.number("MAX_USERS_PER_REQUEST", 10_000, 1..=10_000)?)
                .unwrap_or(usize::MAX),
            resend_cooldown: reader.seconds("RESEND_COOLDOWN_SECONDS", 60, 0..=86_400)?,
            invitations_per_workspace_per_day: reader.count("INVITATIONS_PER_WORKSPACE_PER_DAY", 50_000, 10_000_000)?,
            mails_per_recipient_per_day: reader.count("MAILS_PER_RECIPIENT_PER_DAY", 20, 10_000)?,
            table_name: reader.required("TABLE_NAME", "the table's name")?,
            configuration_set: reader.get("CONFIGURATION_SET"),
            log_level: reader.level("LOG_LEVEL")?,
        })
    }

    /// Where a mail sends people who are members already: the address of `AFTER_JOIN_URL`, or else the page at `/` below
    /// the address of the mailed links.
    pub fn sign_in_url(&self) -> String {
        self.after_join_url.clone().unwrap_or_else(|| format!("{}/", self.app_url))
    }
}

/// Reads single parameters with the function that [`Parameters::read`] was called with.
struct Reader<G>(G);

impl<G: Fn(&str) -> Option<String>> Reader<G> {
    fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    fn required(&self, name: &'static str, expected: &str) -> Result<String, InvalidParameter> {
        self.get(name).ok_or_else(|| invalid(name, expected, ""))
    }

    fn parse<T: FromStr>(
        &self,
        name: &'static str,
        default: Option<&str>,
        expected: &str,
    ) -> Result<T, InvalidParameter> {
        let value = match (self.get(name), default) {
            (Some(value), _) => value,
            (None, Some(default)) => default.to_owned(),
            (None, None) => return Err(invalid(name, expected, "")),
        };
        value.parse().map_err(|_| invalid(name, expected, &value))
    }

    fn number(&self, name: &'static str, default: i64, range: RangeInclusive<i64>) -> Result<i64, InvalidParameter> {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        let value: i64 = self.parse(name, Some(&default.to_string()), &expected)?;
        if range.contains(&value) { Ok(value) } else { Err(invalid(name, &expected, &value.to_string())) }
    }

    fn seconds(
        &self,
        name: &'static str,
        default: i64,
        range: RangeInclusive<i64>,
    ) -> Result<SignedDuration, InvalidParameter> {
        self.number(name, default, range).map(SignedDuration::from_secs)
    }

    fn count(&self, name: &'static str, default: u32, max: u32) -> Result<u32, InvalidParameter> {
        let number = self.number(name, default.into(), 1..=max.into())?;
        Ok(u32::try_from(number).unwrap_or(max))
    }

    /// The URL to which paths are appended, without a trailing slash.
    fn base_url(&self, name: &'static str) -> Result<Option<String>, InvalidParameter> {
        let url = self.url(name, "?#", "an http or https URL without query or fragment")?;
        Ok(url.map(|url| url.trim_end_matches('/').to_owned()))
    }

    /// An http or https URL. The URL may not have the given characters.
    fn url(&self, name: &'static str, forbidden: &str, expected: &str) -> Result<Option<String>, InvalidParameter> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let host = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://")).unwrap_or_default();
        let is_forbidden =
            |letter: char| !letter.is_ascii_graphic() || "\"<>\\".contains(letter) || forbidden.contains(letter);
        if host.is_empty() || host.starts_with('/') || value.contains(is_forbidden) {
            return Err(invalid(name, expected, &value));
        }
        Ok(Some(value))
    }

    fn level(&self, name: &'static str) -> Result<String, InvalidParameter> {
        // The release profile compiles no lower level in, because the SDKs and the HTTP libraries log so much there.
        const LEVELS: [&str; 3] = ["info", "warn", "error"];
        let value = self.get(name).unwrap_or_else(|| "info".to_owned()).to_lowercase();
        if LEVELS.contains(&value.as_str()) { Ok(value) } else { Err(invalid(name, &LEVELS.join(", "), &value)) }
    }
}

fn invalid(name: &'static str, expected: &str, value: &str) -> InvalidParameter {
    InvalidParameter { name, expected: expected.to_owned(), value: value.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(changed: &[(&str, &str)]) -> Result<Parameters, InvalidParameter> {
        let base =
            [("APP_URL", "https://app.example.com/"), ("SENDER_ADDRESS", "usher@example.com"), ("TABLE_NAME", "usher")];
        Parameters::read(|name| {
            changed.iter().chain(&base).find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn defaults_apply_to_parameters_that_are_not_set() {
        let parameters = read(&[]).unwrap();
        assert_eq!(parameters.app_url, "https://app.example.com");
        assert_eq!(parameters.invitation_ttl, SignedDuration::from_hours(7 * 24));
        assert_eq!(parameters.max_users_per_request, 10_000);
    }

    #[test]
    fn members_sign_in_at_our_own_page_unless_the_deployment_names_another() {
        assert_eq!(read(&[]).unwrap().sign_in_url(), "https://app.example.com/");
        let named = read(&[("AFTER_JOIN_URL", "https://app.example.com/?a=1#/home/")]).unwrap();
        assert_eq!(named.sign_in_url(), "https://app.example.com/?a=1#/home/");
    }

    #[test]
    fn an_empty_value_of_an_optional_parameter_counts_as_unset() {
        let names = [
            "APP_URL",
            "AFTER_JOIN_URL",
            "INVITATION_TTL_SECONDS",
            "OTP_TTL_SECONDS",
            "ACCESS_TOKEN_TTL_SECONDS",
            "MAX_USERS_PER_REQUEST",
            "RESEND_COOLDOWN_SECONDS",
            "INVITATIONS_PER_WORKSPACE_PER_DAY",
            "MAILS_PER_RECIPIENT_PER_DAY",
            "CONFIGURATION_SET",
            "LOG_LEVEL",
        ];
        let parameters = read(&names.map(|name| (name, ""))).unwrap();
        assert_eq!((parameters.app_url.as_str(), &parameters.after_join_url), ("", &None));
        assert_eq!(parameters.configuration_set, None);
        assert_eq!((parameters.otp_ttl, parameters.log_level.as_str()), (SignedDuration::from_secs(600), "info"));
        assert_eq!(read(&[("TABLE_NAME", "")]).unwrap_err().name, "TABLE_NAME");
    }

    #[test]
    fn the_error_for_an_invalid_value_names_the_parameter() {
        for (name, value) in [
            ("APP_URL", "app.example.com"),
            ("APP_URL", "https://"),
            ("APP_URL", "https://x/?a"),
            ("AFTER_JOIN_URL", "app.example.com"),
            ("AFTER_JOIN_URL", "https://x/<a>"),
            ("SENDER_ADDRESS", "nobody"),
            ("INVITATION_TTL_SECONDS", "0"),
            ("INVITATION_TTL_SECONDS", "2592001"),
            ("RESEND_COOLDOWN_SECONDS", "-1"),
            ("MAX_USERS_PER_REQUEST", "many"),
            ("LOG_LEVEL", "loud"),
            ("LOG_LEVEL", "off"),
        ] {
            let error = read(&[(name, value)]).unwrap_err();
            assert_eq!(error.name, name);
            assert!(error.to_string().contains(value));
        }
    }
}
