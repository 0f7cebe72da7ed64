//! The baseline for inviting: a loop that writes the transactions of an inviting request straight to the database
//! engine, without the gateway, a function or the table's stream.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::{
    Client, Config,
    config::{BehaviorVersion, ConfigBag, Credentials, Intercept, Region},
    operation::transact_write_items::TransactWriteItemsInput,
    types::TransactWriteItem,
};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn},
        interceptors::context::BeforeSerializationInterceptorContextRef,
        orchestrator::{HttpRequest, HttpResponse},
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use futures::{StreamExt as _, stream};
use jiff::SignedDuration;
use local::Engine;
use shared::{
    domain::{
        BatchId, Clock as _, EmailAddress, InviteOffer, InviteTerms, InviterRights, Role, Scope, SystemClock,
        SystemRandom, UserId, UserIds, WorkspaceId, invite, person_id,
    },
    store::{InviteTransaction, InviteWrite, InviteWritten, Store, TransactionRoom},
};
use tempfile::TempDir;

const TABLE: &str = "usher";

/// How many transactions an inviting request writes at the same time.
const CONCURRENT_TRANSACTIONS: usize = 8;

/// The writes of one transaction of an inviting request.
type Transaction = Vec<TransactWriteItem>;

/// The database engine with Usher's table on disk. No program reads the table's stream while the benchmark writes.
pub(crate) struct BareEngine {
    engine: Engine,
    client: Client,
    _data: TempDir,
}

impl BareEngine {
    pub(crate) async fn start() -> Self {
        let data = TempDir::new().expect("a directory");
        let engine = Engine::start(Some(data.path()), "bare", TABLE).expect("the engine starts");
        let client = Client::from_conf(config(Engine::URL, engine.http_client()).build());
        local::ensure_table(&client, TABLE).await.expect("the table is made");
        Self { engine, client, _data: data }
    }

    /// Writes the transactions that invite the given people, and returns how long the writes took. The benchmark writes
    /// the transactions either one after the other, or as many at the same time as an inviting request writes.
    pub(crate) async fn write(&self, people: &[String], concurrently: bool) -> Duration {
        let transactions = transactions(people).await;
        let begin = Instant::now();
        let writes = transactions
            .into_iter()
            .map(|actions| self.client.transact_write_items().set_transact_items(Some(actions)).send());
        let written = stream::iter(writes).buffer_unordered(if concurrently { CONCURRENT_TRANSACTIONS } else { 1 });
        written.for_each(|written| async { drop(written.expect("it is written")) }).await;
        begin.elapsed()
    }

    pub(crate) async fn stop(self) {
        self.engine.stop().await;
    }
}

/// The transactions by which the store invites the given people. An interceptor of the SDK client records the store's
/// transactions, and no transaction is written to a table.
async fn transactions(people: &[String]) -> Vec<Transaction> {
    let recorder = TransactionRecorder::default();
    let http = http_client_fn(|_, _| SharedHttpConnector::new(AlwaysSucceeds));
    let config = config("http://127.0.0.1:9", http).interceptor(recorder.clone()).build();
    let random = SystemRandom;
    let store = Store::new(Client::from_conf(config), TABLE.to_owned(), Arc::new(random));
    let now = SystemClock.now();
    let inviter = UserId::random(&random);
    let terms = InviteTerms {
        rights: InviterRights { user: inviter, role: Role::Admin, confined_to: None },
        top_group: None,
        now,
        expires_at: now + SignedDuration::from_hours(7 * 24),
        cooldown: SignedDuration::from_secs(60),
    };
    let scope = Scope::Workspace(WorkspaceId::random(&random));
    let transaction = InviteTransaction { scope, inviter, now, run: None };
    let batch = BatchId::random(&random);
    let offers: Vec<_> = (0..).zip(people).map(|(number, address)| offer(number, address, batch)).collect();
    let decide = |offer| (offer, invite(offer, None, &terms).expect("a new person is invited"));
    let decided: Vec<_> = offers.iter().map(decide).collect();
    let mut rest = decided.as_slice();
    while !rest.is_empty() {
        let mut room = TransactionRoom::default();
        let fitting = rest.iter().take_while(|(offer, _)| room.take(offer)).count();
        let (chunk, others) = rest.split_at(fitting);
        let writes = chunk.iter().map(|(offer, decision)| InviteWrite { row: 0, offer, decision, guest: None });
        let written = store.invite(transaction, &writes.collect::<Vec<_>>()).await;
        assert!(matches!(written, Ok(InviteWritten::Done)));
        rest = others;
    }
    std::mem::take(&mut *recorder.transactions())
}

fn offer(number: u32, address: &str, batch: BatchId) -> InviteOffer {
    let identifier = EmailAddress::parse(address).expect("an address").into();
    let id = person_id("the workspace's salt", &identifier);
    let ids = UserIds { id: UserId::random(&SystemRandom), number };
    InviteOffer::new(identifier, id, ids, Role::Editor, batch)
}

/// The SDK configuration of the local stack's functions.
fn config(url: &str, http: SharedHttpClient) -> aws_sdk_dynamodb::config::Builder {
    Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .endpoint_url(url)
        .http_client(http)
}

/// An interceptor that records the transactions that an SDK client sends.
#[derive(Debug, Clone, Default)]
struct TransactionRecorder(Arc<Mutex<Vec<Transaction>>>);

impl TransactionRecorder {
    fn transactions(&self) -> std::sync::MutexGuard<'_, Vec<Transaction>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Intercept for TransactionRecorder {
    fn name(&self) -> &'static str {
        "TransactionRecorder"
    }

    fn read_before_execution(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let input = context.input().downcast_ref::<TransactWriteItemsInput>().ok_or("not a transaction")?;
        self.transactions().push(input.transact_items().to_vec());
        Ok(())
    }
}

/// An HTTP connection that answers every request of an SDK client with success.
#[derive(Debug)]
struct AlwaysSucceeds;

impl HttpConnector for AlwaysSucceeds {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let ok = StatusCode::try_from(200).expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(ok, SdkBody::from("{}"))))
    }
}
