//! The deployed service: the functions, the simulated AWS services that they call, and the triggers that invoke them.

use std::sync::{Arc, Mutex};

use functions::Operation;
use shared::{
    Bus, Parameters, Secrets, Usher,
    domain::{Random, TestClock},
};
use tokio::sync::mpsc;

use crate::{
    clients::Clients,
    dynamodb::Table,
    eventbridge::EventBridge,
    faults::Faults,
    lambda::Functions,
    mailbox::Mailbox,
    schedules,
    ses::{SendingRate, Ses},
    start_error::StackStartError,
    streams::{self, MAPPINGS, TableStream},
    tasks::TaskGroup,
};

/// The name of the event bus.
const BUS: &str = "usher";

/// What [`Deployment::new`] needs.
pub(crate) struct DeploymentConfig {
    pub(crate) parameters: Parameters,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) clients: Clients,
    /// The embedded table. A stack that uses another endpoint has none.
    pub(crate) table: Option<Table>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) random: Arc<dyn Random>,
    /// The address whose mails SES sends: the address and its domain are SES's verified identities.
    pub(crate) sender: String,
    /// How many recipients SES accepts in a second.
    pub(crate) max_send_rate: u32,
}

/// The functions and the AWS services around them.
#[derive(Debug)]
pub(crate) struct Deployment {
    pub(crate) functions: Arc<Functions>,
    pub(crate) ses: Arc<Ses>,
    pub(crate) bus: Arc<EventBridge>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) random: Arc<dyn Random>,
    table: Option<Table>,
}

impl Deployment {
    /// Deploys every function. Each function gets clients of its own, so that the stack knows which function calls.
    pub(crate) fn new(config: DeploymentConfig) -> Self {
        let DeploymentConfig { parameters, secrets, clients, table, faults, random, sender, max_send_rate } = config;
        let clock = Arc::new(TestClock::default());
        let usher = |operation: Operation| {
            let name = Some(operation.name());
            let bus = Bus::new(clients.eventbridge(name), BUS.to_owned());
            let (dynamodb, ses) = (clients.dynamodb(name), clients.ses(name));
            Usher::new(parameters.clone(), clock.clone(), random.clone(), dynamodb, ses, secrets.clone(), Some(bus))
        };
        let functions = Arc::new(Functions::deploy(random.clone(), usher));
        let ses = Arc::new(Ses {
            sender,
            sending_rate: SendingRate::new(max_send_rate),
            mailbox: Arc::new(Mailbox::default()),
            functions: Some(functions.clone()),
            faults: faults.clone(),
            clock: clock.clone(),
            random: random.clone(),
        });
        let bus = EventBridge {
            faults: faults.clone(),
            clock: clock.clone(),
            random: random.clone(),
            accepted: Mutex::default(),
        };
        Self { functions, ses, bus: Arc::new(bus), faults, clock, random, table }
    }

    /// Starts the triggers: the table's stream, the deletion of expired items, and the schedule.
    ///
    /// # Errors
    /// The table's stream can't be opened.
    pub(crate) fn start_triggers(&self) -> Result<TaskGroup, StackStartError> {
        let mut tasks = TaskGroup::default();
        if let Some(table) = &self.table {
            let stream =
                TableStream::open(table.clone()).map_err(|error| StackStartError::Database(error.to_string()))?;
            let queues = MAPPINGS.map(|mapping| {
                let (queue, queued) = mpsc::channel(mapping.waiting);
                tasks.spawn(|_| streams::deliver(mapping, stream.arn.clone(), queued, self.functions.clone()));
                (mapping, queue)
            });
            tasks.spawn(|stopped| streams::pump(stream, queues, stopped));
            tasks.spawn(|stopped| schedules::sweep_expired(table.clone(), self.clock.clone(), stopped));
        }
        tasks.spawn(|stopped| schedules::sweep_outbox(self.functions.clone(), stopped));
        Ok(tasks)
    }
}
