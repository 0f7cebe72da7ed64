//! What a stack can be started with.

use std::{collections::BTreeMap, path::PathBuf};

use shared::Parameters;

use crate::StartError;

/// The service's parameters by the names of [`Parameters::read`], each with a line of help. All can be set in
/// [`Options::parameters`].
pub const PARAMETERS: &[(&str, &str)] = &[
    ("APP_URL", "Where the mailed links lead [default: the gateway's own address]"),
    ("SENDER_ADDRESS", "Who the mails are from [default: usher@example.com]"),
    ("INVITATION_TTL_SECONDS", "How long an invitation can be accepted"),
    ("OTP_TTL_SECONDS", "How long a one-time password is good"),
    ("ACCESS_TOKEN_TTL_SECONDS", "How long an access token is good"),
    ("MAX_USERS_PER_REQUEST", "How many users one request may name"),
    ("RESEND_COOLDOWN_SECONDS", "How long the same person isn't invited again"),
    ("INVITATIONS_PER_WORKSPACE_PER_DAY", "How many invitations a workspace may send in a day"),
    ("MAILS_PER_RECIPIENT_PER_DAY", "How many mails a day an address is sent, one-time passwords apart"),
    ("TABLE_NAME", "The table's name [default: usher]"),
    ("CONFIGURATION_SET", "The SES configuration set"),
    ("LOG_LEVEL", "What is logged to stderr: trace, debug, info, warn, error or off [default: warn]"),
];

/// How a stack is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// The gateway's port on 127.0.0.1; 0 is the system's choice.
    pub port: u16,
    /// Where the table and the secrets are kept.
    pub data_dir: PathBuf,
    /// Keep nothing: the table is in memory, and `data_dir` isn't used.
    pub memory: bool,
    /// An AWS-compatible endpoint to use in place of the stack's own DynamoDB and SES.
    pub endpoint: Option<String>,
    /// How many recipients a second SES takes, as `GetAccount` tells.
    pub max_send_rate: u32,
    /// The service's parameters that differ from the defaults, by the names in [`PARAMETERS`].
    pub parameters: BTreeMap<String, String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 9000,
            data_dir: PathBuf::from(".usher"),
            memory: false,
            endpoint: None,
            max_send_rate: 500,
            parameters: BTreeMap::new(),
        }
    }
}

impl Options {
    /// A stack that keeps nothing, on a port of the system's choice: what a test wants.
    pub fn in_memory() -> Self {
        Self { port: 0, memory: true, ..Self::default() }
    }

    /// Sets one of the service's parameters.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.parameters.insert(name.to_owned(), value.into());
        self
    }

    /// The value of a parameter, be it set or the stack's default. An empty value counts as not set.
    pub(crate) fn parameter(&self, name: &str, url: &str) -> Option<String> {
        let set = self.parameters.get(name).filter(|value| !value.is_empty()).cloned();
        set.or_else(|| match name {
            "APP_URL" => Some(url.to_owned()),
            "SENDER_ADDRESS" => Some("usher@example.com".to_owned()),
            "TABLE_NAME" => Some("usher".to_owned()),
            "LOG_LEVEL" => Some("warn".to_owned()),
            _ => None,
        })
    }

    /// The parameters of the functions, for a gateway at `url`.
    pub(crate) fn read(&self, url: &str) -> Result<Parameters, StartError> {
        if let Some(name) = self.parameters.keys().find(|name| !PARAMETERS.iter().any(|(known, _)| known == name)) {
            return Err(StartError::UnknownParameter(name.clone()));
        }
        Ok(Parameters::read(|name| self.parameter(name, url))?)
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, collections::BTreeSet};

    use super::*;

    #[test]
    fn every_parameter_of_the_service_can_be_set_and_no_other() {
        let asked = RefCell::new(BTreeSet::new());
        let options = Options::default();
        Parameters::read(|name| {
            asked.borrow_mut().insert(name.to_owned());
            options.parameter(name, "http://127.0.0.1:9000")
        })
        .unwrap();
        let known: BTreeSet<_> = PARAMETERS.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(asked.into_inner(), known);
    }

    #[test]
    fn a_bad_value_and_an_unknown_name_are_refused_by_name() {
        for (name, value) in [("OTP_TTL_SECONDS", "soon"), ("LOG_LEVEL", "loud"), ("OTP_TTL", "600")] {
            let error = Options::in_memory().with(name, value).read("http://127.0.0.1:1").unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
    }

    #[test]
    fn the_links_lead_to_the_gateway_unless_told_otherwise() {
        let url = "http://127.0.0.1:9000";
        assert_eq!(Options::default().read(url).unwrap().app_url, url);
        assert_eq!(Options::default().with("APP_URL", "").read(url).unwrap().app_url, url);
        let set = Options::default().with("APP_URL", "https://app.example.com");
        assert_eq!(set.read(url).unwrap().app_url, "https://app.example.com");
    }
}
