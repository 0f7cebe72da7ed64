//! A running service that a test calls.

use std::net::SocketAddr;

use local::{Options, Stack};
use reqwest::{Client, Method, RequestBuilder, Url, redirect::Policy};
use serde_json::Value;
use shared::domain::{Random, SystemRandom};
use tokio::sync::OnceCell;

use crate::{
    answer::Answer,
    description::Description,
    need::{self, Need, Running},
};

/// A running service that a test calls.
pub struct Endpoint {
    url: String,
    client: Client,
    /// The test's own local stack, if the test has one. The local stack runs as long as this endpoint lives.
    stack: Option<Stack>,
    /// A part of e-mail addresses that makes a test's addresses differ from the addresses of other tests.
    run: String,
    /// The address of the list of all mails. The value is `None` if the service is a local stack, which has its own list.
    mails: Option<String>,
    /// Whether the test compares each answer with the service's API description.
    checked: bool,
    /// Whether other tests use the service at the same time.
    shared: bool,
}

impl Endpoint {
    /// The service that the tests call: the running service at `USHER_TEST_URL`, or else a local stack of the test's
    /// own.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// The service that the tests call, for a test with the given needs. The test fails if the running service at
    /// `USHER_TEST_URL` doesn't meet the needs.
    pub async fn with(needs: &[Need]) -> Self {
        match need::running(needs) {
            Some(running) => Self::of(running),
            None => Self::on_stack(Options::in_memory()).await,
        }
    }

    /// A service with the given parameters, and the other parameters as they are by default: the running service at
    /// `USHER_TEST_URL` if it has just these parameters, or else a local stack of the test's own.
    pub async fn own(parameters: &[(&str, &str)]) -> Self {
        if let Some(running) = need::running_with(parameters) {
            return Self::of(running);
        }
        let with = |options: Options, (name, value): &(&str, &str)| options.with(name, *value);
        Self::on_stack(parameters.iter().fold(Options::in_memory(), with)).await
    }

    /// Starts a local stack of the test's own with the given options.
    pub async fn with_options(options: Options) -> Self {
        need::running(&[Need::Options]);
        Self::on_stack(options).await
    }

    async fn on_stack(options: Options) -> Self {
        let stack = Stack::start(options).await.expect("the local stack starts");
        Self::at(stack.url().to_owned(), Some(stack))
    }

    /// A service that is running already. The answers of the service aren't compared with its API description, because
    /// a benchmark measures the time of the answers.
    pub fn unchecked(url: &str) -> Self {
        Self { checked: false, ..Self::at(url.to_owned(), None) }
    }

    /// A service that is running already, whose mails are in the inbox of another local stack.
    pub fn with_inbox_of(url: &str, stack: &Self) -> Self {
        Self::at(url.to_owned(), None).with_mails_at(&format!("{}/_aws/ses", stack.url))
    }

    fn of(running: Running) -> Self {
        Self { mails: running.mails, shared: true, ..Self::at(running.url, None) }
    }

    fn at(url: String, stack: Option<Stack>) -> Self {
        let run = SystemRandom.uuid().simple().to_string();
        let client = client_of(&url);
        Self { url, client, stack, run: run[..8].to_owned(), mails: None, checked: true, shared: false }
    }

    /// The same service, whose mails are in the list at the given address.
    #[must_use]
    pub fn with_mails_at(self, mails: &str) -> Self {
        Self { mails: Some(mails.to_owned()), ..self }
    }

    /// The address of the list of all mails, if the service isn't a local stack that has its own list.
    pub(crate) fn mails_elsewhere(&self) -> Option<&str> {
        self.mails.as_deref()
    }

    /// Whether other tests use the service at the same time, so that this test has no control over the service.
    pub(crate) fn is_shared(&self) -> bool {
        self.shared
    }

    /// Whether a mail to this address counts among the mails of this test.
    pub(crate) fn counts(&self, address: &str) -> bool {
        !self.shared || address.to_ascii_lowercase().contains(&self.run)
    }

    /// Stops the local stack, if the endpoint is a local stack of the test's own.
    pub async fn stop(self) {
        if let Some(stack) = self.stack {
            stack.stop().await;
        }
    }

    /// The address at which the local stack of the test's own serves AWS to other processes.
    ///
    /// # Panics
    /// If the test has no such local stack.
    pub fn aws_url(&self) -> &str {
        self.stack.as_ref().and_then(Stack::aws_url).expect("a stack that serves AWS to other processes")
    }

    /// The address of the service that the test calls.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// An e-mail address that no other test uses.
    pub fn address(&self, name: &str) -> String {
        format!("{name}-{}@example.com", self.run)
    }

    /// A mail domain that no other test uses.
    pub fn domain(&self, name: &str) -> String {
        format!("{name}-{}.example", self.run)
    }

    /// Sends a request to the service and reads the answer.
    pub async fn send(&self, method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> Answer {
        let mut request = self.request(method, path);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        self.read(request).await
    }

    /// A request to the service that the test completes. The method [`Endpoint::read`] sends the request.
    ///
    /// # Panics
    /// If the request would control a service that other tests use too. Then the test must declare what it needs.
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        assert!(!self.shared || !need::controls(path), "a test that needs {path} must say so with Endpoint::with");
        let method: Method = method.parse().expect("a verb");
        self.client.request(method, format!("{}{path}", self.url))
    }

    /// Begins a GET request to the given URL of a service other than the tested service.
    pub(crate) fn request_to(&self, url: &str) -> RequestBuilder {
        self.client.get(url)
    }

    /// Sends a request and reads the answer. An answer of the tested service must agree with the service's API
    /// description.
    pub async fn read(&self, request: RequestBuilder) -> Answer {
        let (client, request) = request.build_split();
        let request = request.expect("a request");
        let (method, url) = (request.method().clone(), request.url().clone());
        let mut answer = Answer::read(client.execute(request).await.expect("the service answers")).await;
        answer.has_request_id = self.mails.is_none();
        if self.checked && url.as_str().starts_with(&self.url) {
            self.description().await.check(&method, url.path(), &answer);
        }
        answer
    }

    /// The API description of the service. All services in one run of the tests have the same code, and so the same API
    /// description.
    async fn description(&self) -> &'static Description {
        static DESCRIPTION: OnceCell<Description> = OnceCell::const_new();
        let read = async || {
            let request = self.client.get(format!("{}/openapi.json", self.url));
            let answer = Answer::read(request.send().await.expect("the service answers")).await;
            Description::new(answer.expect(200).json())
        };
        DESCRIPTION.get_or_init(read).await
    }

    /// Sends a GET request with an access token.
    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.send("GET", path, Some(token), None).await
    }

    /// Sends a POST request with an access token and a JSON body.
    pub async fn post(&self, path: &str, token: &str, body: Value) -> Answer {
        self.send("POST", path, Some(token), Some(body)).await
    }

    /// Sends a POST request with a JSON body and without an access token.
    pub async fn post_open(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, None, Some(body)).await
    }
}

/// The HTTP client of a test. A host name that ends with `.localhost` is this machine (RFC 6761), whether or not the
/// machine's resolver knows the name: ministack gives each API such a name.
fn client_of(url: &str) -> Client {
    let client = Client::builder().redirect(Policy::none());
    let url: Url = url.parse().expect("the address of the service");
    let client = match url.host_str().filter(|host| host.ends_with(".localhost")) {
        Some(host) => client.resolve(host, SocketAddr::from(([127, 0, 0, 1], 0))),
        None => client,
    };
    client.build().expect("a client")
}
