//! The service: what every operation is handed.

use std::{collections::HashMap, sync::Arc};

use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use jiff::Timestamp;
use tokio::{sync::RwLock, time::Duration};

use crate::{
    Bus, InvalidParameter, Parameters, SecretSource, Secrets,
    domain::{Clock, Random, SystemClock, SystemRandom},
    mail::Sender,
    secrets::PublicKey,
    store::Store,
};

/// An attempt that takes longer is given up and made again: no call of ours to the table takes a second.
const ATTEMPT: Duration = Duration::from_secs(3);

/// SES takes its time over a bulk call, and one that is given up may have been mailed.
const MAIL_ATTEMPT: Duration = Duration::from_secs(30);

/// The function can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A parameter is missing or bad.
    #[error(transparent)]
    Parameter(#[from] InvalidParameter),
}

/// All that an operation needs: built once, borrowed by every call.
#[derive(Debug)]
pub struct Usher {
    /// The deployment's parameters.
    pub parameters: Parameters,
    pub(crate) store: Store,
    pub(crate) sender: Sender,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) bus: Option<Bus>,
    pub(crate) keys: RwLock<HashMap<String, PublicKey>>,
    pub(crate) random: Arc<dyn Random>,
    clock: Arc<dyn Clock>,
}

impl Usher {
    /// The service over these clients. The client for SES must not retry by itself.
    pub fn new(
        parameters: Parameters,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        dynamodb: aws_sdk_dynamodb::Client,
        ses: aws_sdk_sesv2::Client,
        secrets: Arc<Secrets>,
        bus: Option<Bus>,
    ) -> Self {
        let store = Store::new(dynamodb, parameters.table_name.clone(), random.clone());
        let sender = Sender::new(ses, &parameters.sender_address, parameters.configuration_set.clone());
        Self { parameters, store, sender, secrets, bus, keys: RwLock::default(), clock, random }
    }

    /// The service as the environment describes it: [`Parameters::read`]'s names, and `LINK_SECRET` and
    /// `TOKEN_SECRET`, each the ARN of a secret or `file:` and a path, and the event bus's name in `EVENT_BUS`, where the
    /// function needs them.
    ///
    /// # Errors
    /// A parameter that is missing or bad, by name.
    pub async fn from_environment() -> Result<Self, StartError> {
        let parameters = Parameters::from_environment()?;
        let http =
            aws_smithy_http_client::Builder::new().tls_provider(tls::Provider::Rustls(CryptoMode::Ring)).build_https();
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).build();
        let config = aws_config::defaults(aws_config::BehaviorVersion::latest());
        let config = config.http_client(http).timeout_config(timeouts).load().await;
        let patient = TimeoutConfig::builder().operation_attempt_timeout(MAIL_ATTEMPT).build();
        let ses = aws_sdk_sesv2::config::Builder::from(&config).timeout_config(patient);
        let ses = ses.retry_config(RetryConfig::disabled()).build();
        let secret = |name: &str| match environment(name) {
            None => SecretSource::Withheld,
            Some(place) => match place.strip_prefix("file:") {
                Some(path) => SecretSource::File(path.into()),
                None => SecretSource::Manager { client: aws_sdk_secretsmanager::Client::new(&config), arn: place },
            },
        };
        let secrets = Arc::new(Secrets::new(secret("LINK_SECRET"), secret("TOKEN_SECRET")));
        let bus = environment("EVENT_BUS").map(|name| Bus::new(aws_sdk_eventbridge::Client::new(&config), name));
        Ok(Self::new(
            parameters,
            Arc::new(SystemClock),
            Arc::new(SystemRandom),
            aws_sdk_dynamodb::Client::new(&config),
            aws_sdk_sesv2::Client::from_conf(ses),
            secrets,
            bus,
        ))
    }

    /// The present moment, to the millisecond: what is answered is what is stored.
    pub fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// The source of randomness.
    pub fn random(&self) -> &dyn Random {
        &*self.random
    }
}

impl Parameters {
    /// The parameters that the environment holds.
    ///
    /// # Errors
    /// As [`Parameters::read`].
    pub fn from_environment() -> Result<Self, InvalidParameter> {
        Self::read(environment)
    }
}

#[expect(clippy::disallowed_methods, reason = "this is where the environment is read, once")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
