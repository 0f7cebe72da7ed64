//! The options that a local stack starts with.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use shared::Parameters;

use crate::start_error::StackStartError;

/// The names of the service's parameters, each with a line of help. [`Options::parameters`] sets the values of the
/// parameters, and [`Parameters::read`] documents the ranges and defaults.
pub const PARAMETERS: &[(&str, &str)] = &[
    ("APP_URL", "The address that mailed links begin with [default: the gateway's own address]"),
    ("AFTER_JOIN_URL", "Where people go after joining [default: the gateway's own page at /]"),
    ("SENDER_ADDRESS", "The sender of all mails [default: usher@example.com]"),
    ("INVITATION_TTL_SECONDS", "How many seconds an invitation can be accepted"),
    ("OTP_TTL_SECONDS", "How many seconds a one-time password is valid"),
    ("ACCESS_TOKEN_TTL_SECONDS", "How many seconds an access token is valid"),
    ("MAX_USERS_PER_REQUEST", "How many users one request may invite"),
    ("RESEND_COOLDOWN_SECONDS", "How many seconds must pass before the same person is mailed another invitation"),
    ("INVITATIONS_PER_WORKSPACE_PER_DAY", "How many invitations a workspace may send in a day"),
    ("MAILS_PER_RECIPIENT_PER_DAY", "How many mails one address gets in a day, not counting one-time passwords"),
    ("TABLE_NAME", "The name of the DynamoDB table [default: usher]"),
    ("CONFIGURATION_SET", "The name of the SES configuration set whose events report deliveries"),
    ("LOG_LEVEL", "The least severe level that is logged to stderr: info, warn or error [default: warn]"),
];

/// The options that a local stack starts with.
#[derive(Debug, Clone)]
pub struct Options {
    /// The address that the gateway listens on.
    pub host: IpAddr,
    /// The gateway's port. With port 0 the system chooses a free port.
    pub port: u16,
    /// The directory that holds the table and the secrets.
    pub data_dir: PathBuf,
    /// Whether the table is in memory only and the secrets are temporary. If the table is in memory only, `data_dir`
    /// isn't used.
    pub memory: bool,
    /// The URL of an AWS-compatible endpoint that replaces the stack's own DynamoDB, SES and EventBridge.
    pub endpoint: Option<String>,
    /// The address and port of the AWS endpoint for other processes. Without an address, the stack has no AWS endpoint
    /// for other processes. With port 0 the system chooses a free port.
    pub aws_address: Option<SocketAddr>,
    /// The URL to which every event of the bus is posted.
    pub forward_events: Option<String>,
    /// A YAML file with the companies, people and workspaces that the stack begins with: see docs/local-stack.md.
    pub seed: Option<PathBuf>,
    /// The origins whose pages may call the API, with commas between them: the template's `AllowedOrigins`. If the text
    /// is empty, the origin of `APP_URL` is allowed.
    pub allowed_origins: String,
    /// How many recipients SES accepts in a second: the `MaxSendRate` of `GetAccount`.
    pub max_send_rate: u32,
    /// How many shards the table's stream has. Each shard has its own invocations of the functions that read the stream.
    pub shards: u16,
    /// The service's parameters that differ from the defaults, by their names in [`PARAMETERS`].
    pub parameters: BTreeMap<String, String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST.into(),
            port: 9000,
            data_dir: PathBuf::from(".usher"),
            memory: false,
            endpoint: None,
            aws_address: None,
            forward_events: None,
            seed: None,
            allowed_origins: String::new(),
            max_send_rate: 500,
            shards: 1,
            parameters: BTreeMap::new(),
        }
    }
}

impl Options {
    /// The options of a local stack for a test: no data is kept after the test, and the system chooses the port.
    pub fn in_memory() -> Self {
        Self { port: 0, memory: true, ..Self::default() }
    }

    /// Sets one of the service's parameters.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.parameters.insert(name.to_owned(), value.into());
        self
    }

    /// The value of one of the service's parameters: the value that the options set, or the stack's default. A
    /// parameter with an empty value counts as a parameter that is not set.
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

    /// Reads the service's parameters. The argument `url` is the gateway's address.
    ///
    /// # Errors
    /// Reading fails if a parameter is unknown, or if a parameter's value is outside its range.
    pub(crate) fn read(&self, url: &str) -> Result<Parameters, StackStartError> {
        if let Some(name) = self.parameters.keys().find(|name| !PARAMETERS.iter().any(|(known, _)| known == name)) {
            return Err(StackStartError::UnknownParameter(name.clone()));
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
    fn the_error_names_a_parameter_that_is_bad_or_unknown() {
        for (name, value) in [("OTP_TTL_SECONDS", "soon"), ("LOG_LEVEL", "loud"), ("OTP_TTL", "600")] {
            let error = Options::in_memory().with(name, value).read("http://127.0.0.1:1").unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
    }

    #[test]
    fn the_links_lead_to_the_gateway_unless_app_url_is_set() {
        let url = "http://127.0.0.1:9000";
        assert_eq!(Options::default().read(url).unwrap().app_url, url);
        assert_eq!(Options::default().with("APP_URL", "").read(url).unwrap().app_url, url);
        let set = Options::default().with("APP_URL", "https://app.example.com");
        assert_eq!(set.read(url).unwrap().app_url, "https://app.example.com");
    }
}
