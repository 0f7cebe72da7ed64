//! [`Usher`]: the object whose methods are the operations.

use std::{collections::HashMap, sync::Arc};

use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use jiff::Timestamp;
use tokio::{sync::RwLock, time::Duration};

use crate::{
    Bus, InvalidParameter, Parameters, SecretSource, Secrets,
    domain::{Clock, Random, SystemClock, SystemRandom},
    mail::Mailer,
    operations::KnownReservation,
    parameters,
    secrets::PublicKey,
    store::Store,
};

/// The timeout of one attempt of an AWS call. After the timeout, the AWS SDK repeats the call. A call to DynamoDB takes
/// less than a second, so an attempt that has run for three seconds will get no answer.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);

/// The timeout of one call to SES. The timeout of a call to SES is long because a bulk call is slow, and because a call
/// that timed out may have sent its mails.
const MAIL_TIMEOUT: Duration = Duration::from_secs(30);

/// The service: settings, clients, secrets, clock and randomness. A Lambda function builds one [`Usher`] when the
/// function starts, and every call of the function uses the same one. The operations are methods of [`Usher`], in
/// [`crate::operations`].
#[derive(Debug)]
pub struct Usher {
    /// The deployment's parameters.
    pub parameters: Parameters,
    pub(crate) store: Store,
    pub(crate) mailer: Mailer,
    pub(crate) known_reservation: KnownReservation,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) bus: Option<Bus>,
    /// The public keys that this function has read or published, by their `kid`. Because a function caches public keys,
    /// most requests need not read a public key from the table.
    pub(crate) public_keys: RwLock<HashMap<String, PublicKey>>,
    pub(crate) random: Arc<dyn Random>,
    clock: Arc<dyn Clock>,
}

/// The clients, the secrets and the sources of time and randomness that [`Usher`] is built from.
#[derive(Debug)]
pub struct Dependencies {
    /// The clock that tells the service the time.
    pub clock: Arc<dyn Clock>,
    /// The source of the service's random bytes.
    pub random: Arc<dyn Random>,
    /// The client for DynamoDB.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// The client for SES. The client for SES must not retry a call by itself, because a repeated call can send its
    /// mails twice.
    pub ses: aws_sdk_sesv2::Client,
    /// The deployment's link secret and token secret.
    pub secrets: Arc<Secrets>,
    /// The event bus. Only the function that publishes events needs the event bus.
    pub bus: Option<Bus>,
}

impl Usher {
    /// Builds the service from its parameters and dependencies.
    pub fn new(parameters: Parameters, dependencies: Dependencies) -> Self {
        let Dependencies { clock, random, dynamodb, ses, secrets, bus } = dependencies;
        let store = Store::new(dynamodb, parameters.table_name.clone(), random.clone());
        let mailer = Mailer::new(ses, &parameters.sender_address, parameters.configuration_set.clone());
        Self {
            parameters,
            store,
            mailer,
            known_reservation: KnownReservation::default(),
            secrets,
            bus,
            public_keys: RwLock::default(),
            clock,
            random,
        }
    }

    /// Builds the service as the environment variables describe it.
    ///
    /// [`Parameters::read`] lists the parameters. Three more environment variables are set only for the functions that
    /// need them: `LINK_SECRET` and `TOKEN_SECRET`, each the ARN of a secret or `file:` and a path, and `EVENT_BUS`,
    /// the event bus's name. `AWS_ENDPOINT_URL` is the address of an emulator that the clients call in place of AWS.
    ///
    /// # Errors
    /// [`InvalidParameter`] for the first parameter that is missing or invalid.
    pub async fn from_environment() -> Result<Self, InvalidParameter> {
        let parameters = Parameters::from_environment()?;
        // The SDK would call AWS itself if the address were invalid, and would fail if it were empty.
        let endpoint = parameters::endpoint_url(environment)?;
        let http =
            aws_smithy_http_client::Builder::new().tls_provider(tls::Provider::Rustls(CryptoMode::Ring)).build_https();
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_TIMEOUT).build();
        let config = aws_config::defaults(aws_config::BehaviorVersion::latest());
        let config = config.http_client(http).timeout_config(timeouts).load().await;
        let mail_timeouts = TimeoutConfig::builder().operation_attempt_timeout(MAIL_TIMEOUT).build();
        let mut ses = aws_sdk_sesv2::config::Builder::from(&config).timeout_config(mail_timeouts);
        ses.set_retry_config(Some(RetryConfig::disabled())).set_endpoint_url(endpoint.clone());
        let mut dynamodb = aws_sdk_dynamodb::config::Builder::from(&config);
        dynamodb.set_endpoint_url(endpoint.clone());
        let mut secrets_manager = aws_sdk_secretsmanager::config::Builder::from(&config);
        secrets_manager.set_endpoint_url(endpoint.clone());
        let mut eventbridge = aws_sdk_eventbridge::config::Builder::from(&config);
        eventbridge.set_endpoint_url(endpoint);
        let secret = |name: &str| match environment(name) {
            None => SecretSource::Withheld,
            Some(source) => {
                if let Some(path) = source.strip_prefix("file:") {
                    SecretSource::File(path.into())
                } else {
                    let client = aws_sdk_secretsmanager::Client::from_conf(secrets_manager.clone().build());
                    SecretSource::Manager { client, arn: source }
                }
            }
        };
        let dependencies = Dependencies {
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb.build()),
            ses: aws_sdk_sesv2::Client::from_conf(ses.build()),
            secrets: Arc::new(Secrets::new(secret("LINK_SECRET"), secret("TOKEN_SECRET"))),
            bus: environment("EVENT_BUS")
                .map(|name| Bus::new(aws_sdk_eventbridge::Client::from_conf(eventbridge.build()), name)),
        };
        Ok(Self::new(parameters, dependencies))
    }

    /// The present moment, cut to milliseconds. The table stores times in milliseconds, so a response shows exactly the
    /// time that the table stores.
    pub fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// The source of the service's random bytes.
    pub fn random(&self) -> &dyn Random {
        &*self.random
    }
}

impl Parameters {
    /// Reads the parameters from the environment variables.
    ///
    /// # Errors
    /// [`InvalidParameter`] for the first parameter that is missing or out of its range.
    pub fn from_environment() -> Result<Self, InvalidParameter> {
        Self::read(environment)
    }
}

#[expect(clippy::disallowed_methods, reason = "the one function that reads the environment")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
