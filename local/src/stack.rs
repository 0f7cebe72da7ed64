//! Starting and stopping a local stack.

use std::sync::Arc;

use shared::domain::{Random, SystemRandom};

use crate::{
    clients::{AwsUrls, Clients},
    data_directory::DataDirectory,
    deployment::{Deployment, DeploymentConfig},
    dynamodb::Engine,
    eventbridge,
    faults::Faults,
    options::Options,
    router::{gateway_router, listen, serve},
    start_error::StackStartError,
    table,
    tasks::TaskGroup,
};

/// A running stack. Dropping the stack stops it too, but only [`Stack::stop`] waits for running work.
#[derive(Debug)]
pub struct Stack {
    url: String,
    triggers: TaskGroup,
    gateway: TaskGroup,
    engine: Option<Engine>,
    // Dropped last: the tasks above read the secrets in this directory.
    _data_directory: DataDirectory,
}

impl Stack {
    /// Starts a stack. When this function returns, the stack accepts requests.
    ///
    /// # Errors
    /// [`StackStartError`] names the wrong option, or what on the machine prevents the start.
    pub async fn start(options: Options) -> Result<Self, StackStartError> {
        let listener = listen(options.port).map_err(|error| StackStartError::Port(options.port, error))?;
        let port = listener.local_addr().map_err(|error| StackStartError::Port(options.port, error))?.port();
        let url = format!("http://127.0.0.1:{port}");
        let parameters = options.read(&url)?;
        let endpoint = options.endpoint.as_deref().map(checked_endpoint).transpose()?;
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let data_directory = DataDirectory::open(&options)?;
        let secrets = data_directory.secrets(&*random)?;
        let engine = if endpoint.is_some() {
            None
        } else {
            let name = format!("usher-{}", random.uuid());
            Some(Engine::start(data_directory.persistent_path(), &name, &parameters.table_name)?)
        };
        let faults = Arc::new(Faults::default());
        let clients = Clients::new(engine.as_ref(), aws_urls(endpoint, &url), faults.clone());
        table::ensure(&clients.dynamodb(None), &parameters.table_name)
            .await
            .map_err(|error| StackStartError::Table(aws_sdk_dynamodb::error::DisplayErrorContext(error).to_string()))?;
        let deployment = Deployment::new(DeploymentConfig {
            parameters,
            secrets,
            clients,
            table: engine.as_ref().map(|engine| engine.table.clone()),
            faults,
            random,
            sender: options.parameter("SENDER_ADDRESS", &url).unwrap_or_default(),
            max_send_rate: options.max_send_rate,
        });
        let triggers = deployment.start_triggers()?;
        let router = gateway_router(&deployment, port);
        let mut gateway = TaskGroup::default();
        gateway.spawn(|stopped| serve(listener, router, stopped));
        Ok(Self { url, triggers, gateway, engine, _data_directory: data_directory })
    }

    /// The gateway's address, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops the stack: it accepts no more requests, and waits a few seconds for running ones.
    pub async fn stop(self) {
        self.triggers.stop().await;
        self.gateway.stop().await;
        if let Some(engine) = self.engine {
            engine.stop().await;
        }
    }
}

fn checked_endpoint(endpoint: &str) -> Result<String, StackStartError> {
    let url: Option<http::Uri> = endpoint.parse().ok();
    match url.as_ref().map(|url| (url.scheme_str(), url.host())) {
        Some((Some("http" | "https"), Some(_))) => Ok(endpoint.trim_end_matches('/').to_owned()),
        _ => Err(StackStartError::Endpoint(endpoint.to_owned())),
    }
}

/// Where the clients find each service: at the endpoint, or in this stack.
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
