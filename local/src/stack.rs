//! Starting and stopping a local stack.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use shared::domain::{Random, SystemRandom};
use tokio::net::TcpListener;

use crate::{
    aws_endpoint::AwsEndpoint,
    clients::{AwsUrls, Clients},
    cors::AllowedOrigins,
    data_directory::DataDirectory,
    deployment::{Deployment, DeploymentConfig},
    dynamodb::Engine,
    event_forwarder::{self, EventForwarder},
    eventbridge,
    faults::Faults,
    options::Options,
    router::{aws_router, gateway_router, listen, serve},
    secrets_manager::SecretsManager,
    seed::Seed,
    start_error::StackStartError,
    tasks::TaskGroup,
};

/// A running local stack. Dropping a [`Stack`] also stops the stack, but only [`Stack::stop`] waits for running work.
#[derive(Debug)]
pub struct Stack {
    url: String,
    aws_url: Option<String>,
    deployment: Arc<Deployment>,
    servers: TaskGroup,
    engine: Option<Engine>,
    // The data directory is dropped last, because the tasks of the stack read the secrets in this directory.
    _data_directory: DataDirectory,
}

impl Stack {
    /// Starts a local stack. When this function returns, the stack accepts requests.
    ///
    /// # Errors
    /// The [`StackStartError`] names the wrong option, or what on the machine prevents the start.
    pub async fn start(options: Options) -> Result<Self, StackStartError> {
        let (listener, address) = listen_on((options.host, options.port).into(), "--port")?;
        let url = format!("http://{}", reachable(address));
        let aws = options.aws_address.map(|address| listen_on(address, "--aws-port")).transpose()?;
        let parameters = options.read(&url)?;
        let allowed_origins = AllowedOrigins::read(&options.allowed_origins, &parameters.app_url)?;
        let endpoint =
            options.endpoint.as_deref().map(|url| checked_url(url, StackStartError::Endpoint)).transpose()?;
        let seed = options.seed.as_deref().map(Seed::read).transpose()?;
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let data_directory = DataDirectory::open(&options)?;
        let secrets = data_directory.secrets(&*random)?;
        let engine = match (&endpoint, &aws) {
            (Some(_), Some(_)) => return Err(StackStartError::AwsPortWithEndpoint),
            (Some(_), None) => None,
            (None, _) => {
                let name = format!("usher-{}", random.uuid());
                Some(Engine::start(data_directory.persistent_path(), &name, &parameters.table_name)?)
            }
        };
        let mut servers = TaskGroup::default();
        let forwarder = start_forwarder(&mut servers, options.forward_events.as_deref())?;
        let faults = Arc::new(Faults::default());
        let clients = Clients::new(engine.as_ref(), aws_urls(endpoint, &url), faults.clone());
        let deployment = Arc::new(Deployment::new(DeploymentConfig {
            parameters,
            secrets: secrets.clone(),
            clients,
            table: engine.as_ref().map(|engine| engine.table.clone()),
            faults,
            random,
            sender: options.parameter("SENDER_ADDRESS", &url).unwrap_or_default(),
            max_send_rate: options.max_send_rate,
            shards: options.shards,
            forwarder,
            seed,
        }));
        if let Err(error) = deployment.prepare_table().await {
            return Err(table_error(options.endpoint, &error));
        }
        *deployment.triggers.lock().await = Some(deployment.start_triggers()?);
        let router = gateway_router(&deployment, address.port(), allowed_origins);
        servers.spawn(|stopped| serve(listener, router, stopped));
        let aws_url = aws.as_ref().map(|(_, address)| format!("http://{}", reachable(*address)));
        if let (Some((listener, _)), Some(engine)) = (aws, &engine) {
            let router = aws_router(&deployment, aws_endpoint(&deployment, engine, secrets));
            servers.spawn(|stopped| serve(listener, router, stopped));
        }
        Ok(Self { url, aws_url, deployment, servers, engine, _data_directory: data_directory })
    }

    /// The gateway's address, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address of the AWS endpoint for other processes, if the stack has one.
    pub fn aws_url(&self) -> Option<&str> {
        self.aws_url.as_deref()
    }

    /// Stops the stack: the stack accepts no more requests, and waits a few seconds for running requests.
    pub async fn stop(self) {
        if let Some(triggers) = self.deployment.triggers.lock().await.take() {
            triggers.stop().await;
        }
        self.servers.stop().await;
        drop(self.deployment);
        if let Some(engine) = self.engine {
            engine.stop().await;
        }
    }
}

/// Listens on the given address. Returns the listener and its address. If the given port is 0, the returned address has
/// the free port that the system chose.
fn listen_on(address: SocketAddr, option: &'static str) -> Result<(TcpListener, SocketAddr), StackStartError> {
    let failed = |reason| StackStartError::Port { address, option, reason };
    let listener = listen(address).map_err(failed)?;
    let chosen = listener.local_addr().map_err(failed)?;
    Ok((listener, chosen))
}

/// The address at which this machine reaches a server that listens on `address`. A server that listens on every address
/// of the machine is reached through the loopback address.
fn reachable(address: SocketAddr) -> SocketAddr {
    let loopback: IpAddr = if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
    if address.ip().is_unspecified() { SocketAddr::new(loopback, address.port()) } else { address }
}

/// Starts the task that forwards events, if the options have a URL to forward events to.
fn start_forwarder(tasks: &mut TaskGroup, url: Option<&str>) -> Result<Option<EventForwarder>, StackStartError> {
    let Some(url) = url else { return Ok(None) };
    checked_url(url, StackStartError::ForwardEvents)?;
    let (forwarder, queued) = EventForwarder::new();
    let url = url.to_owned();
    tasks.spawn(|stopped| event_forwarder::forward(url, queued, stopped));
    Ok(Some(forwarder))
}

fn aws_endpoint(deployment: &Deployment, engine: &Engine, secrets: SecretsManager) -> AwsEndpoint {
    AwsEndpoint {
        dynamodb: engine.calls(),
        bus: deployment.bus.clone(),
        secrets,
        functions: deployment.functions.clone(),
    }
}

/// The error of a table that can't be created, with all its causes.
fn table_error(endpoint: Option<String>, error: &dyn std::error::Error) -> StackStartError {
    let causes = std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string);
    let reason = causes.collect::<Vec<_>>().join(": ");
    match endpoint {
        Some(endpoint) => StackStartError::EndpointUnusable { endpoint, reason },
        None => StackStartError::Table(reason),
    }
}

/// The given URL without a trailing slash, if the URL is an http or https URL with a host.
fn checked_url(text: &str, error: fn(String) -> StackStartError) -> Result<String, StackStartError> {
    let url: Option<http::Uri> = text.parse().ok();
    match url.as_ref().map(|url| (url.scheme_str(), url.host())) {
        Some((Some("http" | "https"), Some(_))) => Ok(text.trim_end_matches('/').to_owned()),
        _ => Err(error(text.to_owned())),
    }
}

/// The addresses at which the functions' SDK clients find each AWS service: at the other AWS endpoint, or in the local
/// stack.
fn aws_urls(endpoint: Option<String>, stack_url: &str) -> AwsUrls {
    match endpoint {
        Some(url) => AwsUrls { dynamodb: url.clone(), ses: url.clone(), events: url },
        None => AwsUrls {
            dynamodb: Engine::URL.to_owned(),
            ses: stack_url.to_owned(),
            events: format!("{stack_url}{}", eventbridge::PATH),
        },
    }
}

#[cfg(test)]
mod tests;
