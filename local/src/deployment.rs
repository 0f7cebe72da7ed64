//! The deployed service: the functions, the simulated AWS services that they call, and the triggers that invoke them.

use std::sync::{Arc, Mutex};

use functions::Operation;
use shared::{
    Bus, Dependencies, Parameters, SecretSource, Secrets, Usher,
    domain::{Clock as _, Random, TestClock},
    store::Store,
};
use tokio::sync::{mpsc, watch};

use crate::{
    clients::Clients,
    dynamodb::Table,
    event_forwarder::EventForwarder,
    eventbridge::EventBridge,
    faults::Faults,
    lambda::Functions,
    mailbox::Mailbox,
    schedules,
    secrets_manager::SecretsManager,
    seed::Seed,
    ses::{SendingRate, Ses},
    start_error::StackStartError,
    streams::{self, MAPPINGS, Shard, TableStream},
    table,
    tasks::TaskGroup,
};

/// The name of the local stack's event bus.
const BUS: &str = "usher";

/// The parts and settings that [`Deployment::new`] needs to deploy the functions.
pub(crate) struct DeploymentConfig {
    pub(crate) parameters: Parameters,
    pub(crate) secrets: SecretsManager,
    pub(crate) clients: Clients,
    /// The table of the embedded DynamoDB. A local stack that uses another AWS endpoint has no embedded table.
    pub(crate) table: Option<Table>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) random: Arc<dyn Random>,
    /// The address from which SES sends mails: the simulated SES treats this address and its domain as verified
    /// identities.
    pub(crate) sender: String,
    /// The number of recipients that the simulated SES accepts in a second.
    pub(crate) max_send_rate: u32,
    /// How many shards the table's stream has.
    pub(crate) shards: u16,
    /// The forwarder that gets a copy of every event on the event bus.
    pub(crate) forwarder: Option<EventForwarder>,
    /// The seed: the data with which the table begins.
    pub(crate) seed: Option<Seed>,
}

/// The settings that all functions are deployed with.
#[derive(Debug)]
pub(crate) struct FunctionConfig {
    pub(crate) parameters: Parameters,
    pub(crate) clients: Clients,
    secrets: Arc<Secrets>,
    clock: Arc<TestClock>,
    random: Arc<dyn Random>,
}

impl FunctionConfig {
    /// The service object that one operation runs on. Each operation has SDK clients of its own, so that the local
    /// stack knows which function makes an AWS call.
    pub(crate) fn usher(&self, operation: Operation) -> Usher {
        let name = Some(operation.name());
        let dependencies = Dependencies {
            clock: self.clock.clone(),
            random: self.random.clone(),
            dynamodb: self.clients.dynamodb(name),
            ses: self.clients.ses(name),
            secrets: self.secrets.clone(),
            bus: Some(Bus::new(self.clients.eventbridge(name), BUS.to_owned())),
        };
        Usher::new(self.parameters.clone(), dependencies)
    }
}

/// Deploying fails if the table can't be created, or if the seed can't be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TableError {
    #[error(transparent)]
    Create(#[from] aws_sdk_dynamodb::Error),
    #[error("the seed can't be written: {0:?}")]
    Seed(shared::Error),
}

/// The deployed functions and the simulated AWS services that the functions call.
#[derive(Debug)]
pub(crate) struct Deployment {
    pub(crate) config: FunctionConfig,
    pub(crate) functions: Arc<Functions>,
    pub(crate) ses: Arc<Ses>,
    pub(crate) bus: Arc<EventBridge>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) table: Option<Table>,
    shards: usize,
    seed: Option<Seed>,
    /// The running triggers. A reset stops the running triggers and starts new triggers.
    pub(crate) triggers: tokio::sync::Mutex<Option<TaskGroup>>,
}

impl Deployment {
    /// Deploys every function without the triggers, which [`Deployment::start_triggers`] starts.
    pub(crate) fn new(config: DeploymentConfig) -> Self {
        let DeploymentConfig { parameters, secrets, clients, table, faults, random, .. } = config;
        let clock = Arc::new(TestClock::default());
        let secrets = Secrets::new(SecretSource::File(secrets.link), SecretSource::File(secrets.token));
        let secrets = Arc::new(secrets);
        let function_config =
            FunctionConfig { parameters, clients, secrets, clock: clock.clone(), random: random.clone() };
        let shards = usize::from(config.shards).max(1);
        let functions = Functions::deploy(random.clone(), shards, |operation| function_config.usher(operation));
        let functions = Arc::new(functions);
        let ses = Arc::new(Ses {
            sender: config.sender,
            sending_rate: SendingRate::new(config.max_send_rate),
            mailbox: Arc::new(Mailbox::default()),
            functions: Some(functions.clone()),
            faults: faults.clone(),
            clock: clock.clone(),
            random: random.clone(),
        });
        let bus = Arc::new(EventBridge {
            faults: faults.clone(),
            clock: clock.clone(),
            random: random.clone(),
            accepted: Mutex::default(),
            forwarder: config.forwarder,
        });
        let triggers = tokio::sync::Mutex::default();
        let (config, seed) = (function_config, config.seed);
        Self { config, functions, ses, bus, faults, clock, random, table, shards, seed, triggers }
    }

    /// Creates the table unless the table exists, and writes the companies of the seed that the table doesn't have yet.
    ///
    /// # Errors
    /// The function fails if the table can't be created or written.
    pub(crate) async fn prepare_table(&self) -> Result<(), TableError> {
        let (client, name) = (self.config.clients.dynamodb(None), &self.config.parameters.table_name);
        table::ensure(&client, name).await?;
        if let Some(seed) = &self.seed {
            let store = Store::new(client, name.clone(), self.random.clone());
            let ttl = self.config.parameters.invitation_ttl;
            seed.write(&store, &*self.random, self.clock.now(), ttl).await.map_err(TableError::Seed)?;
        }
        Ok(())
    }

    /// Starts the triggers: the table's stream, the deletion of expired items, and the schedule.
    ///
    /// # Errors
    /// Starting the triggers fails if the table's stream can't be opened.
    pub(crate) fn start_triggers(&self) -> Result<TaskGroup, StackStartError> {
        let mut tasks = TaskGroup::default();
        if let Some(table) = &self.table {
            let stream =
                TableStream::open(table.clone()).map_err(|error| StackStartError::Database(error.to_string()))?;
            let queues = MAPPINGS.map(|mapping| {
                let shards = (0..self.shards).map(|number| {
                    let (queue, queued) = mpsc::channel(mapping.waiting);
                    let shard = Shard { mapping, number, stream: stream.arn.clone(), queued };
                    tasks.spawn(|_| streams::deliver(shard, self.functions.clone()));
                    queue
                });
                (mapping, shards.collect())
            });
            tasks.spawn(|stopped| streams::pump(stream, queues, stopped));
            tasks.spawn(|stopped| schedules::sweep_expired(table.clone(), self.clock.clone(), stopped));
        }
        tasks.spawn(|stopped| schedules::sweep_outbox(self.functions.clone(), stopped));
        tasks.spawn(|stopped| release_holds(self.faults.clone(), stopped));
        Ok(tasks)
    }
}

/// Releases the held calls when the triggers stop. Nobody else would release the held calls, and the stop of the
/// triggers waits for the functions that made the calls.
async fn release_holds(faults: Arc<Faults>, mut stopped: watch::Receiver<()>) {
    // The stop signal is the dropping of its sender: the sender never sends a value, and the receiver reports a change
    // only when the sender is dropped.
    drop(stopped.changed().await);
    faults.holds.release_all();
}
