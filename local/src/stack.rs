//! Starting and stopping.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};
use shared::{
    Bus, InvalidParameter, Usher,
    domain::{Random, SystemRandom, TestClock},
};
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::{mpsc, watch},
    task::JoinHandle,
};

use crate::{
    Options,
    clients::Clients,
    control,
    dynamodb::Engine,
    eventbridge::{self, EventBridge},
    faults::Faults,
    gateway::{self, Gateway},
    inbox, lambda,
    lambda::Functions,
    mailbox::{self, Mailbox},
    place::Place,
    reply::PAYLOAD_LIMIT,
    schedules,
    ses::{self, Pace, Ses},
    streams::{self, MAPPINGS, Stream},
    table,
};

/// The event bus's name.
const BUS: &str = "usher";

/// How long a stop waits for what is going on.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a stack did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A parameter has a value that it can't have.
    #[error(transparent)]
    Parameter(#[from] InvalidParameter),
    /// There is no such parameter.
    #[error("there is no parameter {0}")]
    UnknownParameter(String),
    /// The endpoint isn't one.
    #[error("endpoint must be an http or https URL, but is {0:?}")]
    Endpoint(String),
    /// The gateway's port can't be opened.
    #[error("port {0} can't be opened: {1}")]
    Port(u16, std::io::Error),
    /// The data directory can't be used.
    #[error("the data directory {} can't be used: {reason}", path.display())]
    DataDir {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// Another stack uses the data directory.
    #[error("the data directory {} is in use by another stack", .0.display())]
    InUse(PathBuf),
    /// The embedded database does not start.
    #[error("the database doesn't start: {0}")]
    Database(String),
    /// The table is not there and can't be made.
    #[error("the table can't be made: {0}")]
    Table(String),
}

impl StartError {
    /// Whether the options are wrong, rather than the place where the stack was to run.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Parameter(_) | Self::UnknownParameter(_) | Self::Endpoint(_))
    }
}

/// A running stack. Dropping it stops it too, but only [`Stack::stop`] waits for what is going on.
#[derive(Debug)]
pub struct Stack {
    url: String,
    background: Stage,
    gateway: Stage,
    engine: Option<Engine>,
    // Gone last: what is running reads the secrets in it.
    _place: Place,
}

impl Stack {
    /// Starts a stack. When this returns, it answers.
    ///
    /// # Errors
    /// What in the options or on the machine prevents it.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let listener = listen(options.port).map_err(|error| StartError::Port(options.port, error))?;
        let port = listener.local_addr().map_err(|error| StartError::Port(options.port, error))?.port();
        let url = format!("http://127.0.0.1:{port}");
        let parameters = options.read(&url)?;
        let endpoint = options.endpoint.as_deref().map(checked_endpoint).transpose()?;
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let clock = Arc::new(TestClock::default());

        let place = Place::open(&options)?;
        let secrets = place.secrets(&*random)?;
        let engine = if endpoint.is_some() {
            None
        } else {
            let name = format!("usher-{}", random.uuid());
            Some(Engine::start(place.kept(), &name, &parameters.table_name)?)
        };

        let faults = Arc::new(Faults::default());
        let clients = Clients::new(
            engine.as_ref(),
            endpoint.clone(),
            endpoint.clone().unwrap_or_else(|| url.clone()),
            endpoint.unwrap_or_else(|| format!("{url}{}", eventbridge::PATH)),
            faults.clone(),
        );
        table::ensure(&clients.dynamodb(None), &parameters.table_name)
            .await
            .map_err(|error| StartError::Table(aws_sdk_dynamodb::error::DisplayErrorContext(error).to_string()))?;
        let functions = Arc::new(Functions::deploy(random.clone(), |operation| {
            let (dynamodb, ses) = (clients.dynamodb(Some(operation.name())), clients.ses(Some(operation.name())));
            let bus = Bus::new(clients.eventbridge(Some(operation.name())), BUS.to_owned());
            Usher::new(parameters.clone(), clock.clone(), random.clone(), dynamodb, ses, secrets.clone(), Some(bus))
        }));

        let mut background = Stage::default();
        if let Some(engine) = &engine {
            let stream = Stream::open(engine.table.clone());
            let stream = stream.map_err(|error| StartError::Database(error.to_string()))?;
            let queues = MAPPINGS.map(|mapping| {
                let (queue, queued) = mpsc::channel(mapping.waiting);
                background.spawn(|_| streams::deliver(mapping, stream.arn.clone(), queued, functions.clone()));
                (mapping, queue)
            });
            background.spawn(|stopped| streams::pump(stream, queues, stopped));
            background.spawn(|stopped| schedules::sweep_expired(engine.table.clone(), clock.clone(), stopped));
        }
        background.spawn(|stopped| schedules::sweep_outbox(functions.clone(), stopped));
        background.spawn(|stopped| release_holds(faults.clone(), stopped));

        let ses = Arc::new(Ses {
            sender: options.parameter("SENDER_ADDRESS", &url).unwrap_or_default(),
            pace: Pace::new(options.max_send_rate),
            mailbox: Arc::new(Mailbox::default()),
            functions: Some(functions.clone()),
            faults: faults.clone(),
            clock: clock.clone(),
            random: random.clone(),
        });
        let bus = Arc::new(EventBridge { faults, clock: clock.clone(), random, taken: Mutex::default() });
        let router = router(functions, ses, bus, clock, port);
        let mut gateway = Stage::default();
        gateway.spawn(|stopped| serve(listener, router, stopped));
        Ok(Self { url, background, gateway, engine, _place: place })
    }

    /// The gateway's address, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops: takes no more requests, and waits a few seconds for what is going on.
    pub async fn stop(self) {
        self.background.stop().await;
        self.gateway.stop().await;
        if let Some(engine) = self.engine {
            engine.stop().await;
        }
    }
}

/// Tasks that stop together.
#[derive(Debug)]
struct Stage {
    running: watch::Sender<()>,
    tasks: Vec<JoinHandle<()>>,
}

impl Default for Stage {
    fn default() -> Self {
        Self { running: watch::Sender::new(()), tasks: Vec::new() }
    }
}

impl Stage {
    fn spawn<F: Future<Output = ()> + Send + 'static>(&mut self, task: impl FnOnce(watch::Receiver<()>) -> F) {
        self.tasks.push(tokio::spawn(task(self.running.subscribe())));
    }

    async fn stop(self) {
        drop(self.running);
        for mut task in self.tasks {
            if tokio::time::timeout(PATIENCE, &mut task).await.is_err() {
                tracing::warn!("something doesn't end, and is cut off");
                task.abort();
            }
        }
    }
}

fn checked_endpoint(endpoint: &str) -> Result<String, StartError> {
    let url: Option<http::Uri> = endpoint.parse().ok();
    match url.as_ref().map(|url| (url.scheme_str(), url.host())) {
        Some((Some("http" | "https"), Some(_))) => Ok(endpoint.trim_end_matches('/').to_owned()),
        _ => Err(StartError::Endpoint(endpoint.to_owned())),
    }
}

fn router(functions: Arc<Functions>, ses: Arc<Ses>, bus: Arc<EventBridge>, clock: Arc<TestClock>, port: u16) -> Router {
    let gateway = Gateway { functions: functions.clone(), clock: clock.clone(), port };
    let (mailbox, faults, random) = (ses.mailbox.clone(), ses.faults.clone(), ses.random.clone());
    let ses = Router::new()
        .route("/v2/email/outbound-emails", post(ses::send_email))
        .route("/v2/email/outbound-bulk-emails", post(ses::send_bulk_email))
        .route("/v2/email/account", get(ses::get_account))
        .route("/v2/email/identities/{identity}", get(ses::get_email_identity))
        .layer(DefaultBodyLimit::max(ses::MESSAGE_LIMIT))
        .with_state(ses);
    let mails = Router::new()
        .route("/_aws/ses", get(mailbox::list).delete(mailbox::empty))
        .route("/_local/inbox/mails", get(mailbox::page))
        .with_state(mailbox);
    let faults = Router::new()
        .route("/_local/faults", get(control::faults_left).post(control::queue_fault).delete(control::clear_faults))
        .route("/_local/faults/{id}", get(control::hold_reached).delete(control::release_hold))
        .route("/_local/permissions", get(control::permissions))
        .route("/_local/calls", get(control::calls).delete(control::forget_calls))
        .with_state(faults);
    let bus = Router::new()
        .route(&format!("{}/", eventbridge::PATH), post(eventbridge::call))
        .route("/_local/events", get(eventbridge::list).delete(eventbridge::empty))
        .with_state(bus);
    let clock = Router::new().route("/_local/clock", get(control::time).post(control::move_clock)).with_state(clock);
    let invoke = Router::new()
        .route("/2015-03-31/functions/{name}/invocations", post(lambda::invoke))
        .route("/_local/functions", get(lambda::under_way))
        .layer(DefaultBodyLimit::max(PAYLOAD_LIMIT))
        .with_state(functions);
    let pages = Router::new().route("/_local/inbox", get(inbox::page)).with_state(random);
    let own = ses.merge(mails).merge(bus).merge(faults).merge(clock).merge(invoke).merge(pages);
    own.fallback(gateway::handle).with_state(Arc::new(gateway))
}

/// Releases the held calls when the stack stops: nobody else would, and the stop waits for their functions.
async fn release_holds(faults: Arc<Faults>, mut stopped: watch::Receiver<()>) {
    // The sender never sends: the only change is that it is dropped.
    drop(stopped.changed().await);
    faults.holds.release_all();
}

async fn serve(listener: TcpListener, router: Router, mut stopped: watch::Receiver<()>) {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let stopped = async move { drop(stopped.changed().await) };
    if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(stopped).await {
        tracing::error!(%error, "the gateway stopped");
    }
}

/// Listens on 127.0.0.1. Connections inherit the option by which small answers go out at once.
pub(crate) fn listen(port: u16) -> std::io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_nodelay(true)?;
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    socket.listen(1024)
}

#[cfg(test)]
mod tests;
