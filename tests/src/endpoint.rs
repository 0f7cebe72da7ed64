//! A running service that a test calls.

use local::{Options, Stack};
use reqwest::{Client, Method, RequestBuilder, redirect::Policy};
use serde_json::Value;
use shared::domain::{Random, SystemRandom};
use tokio::sync::OnceCell;

use crate::{answer::Answer, description::Description};

/// A running service that a test calls.
pub struct Endpoint {
    url: String,
    client: Client,
    /// The test's own local stack, if the test has one. The local stack runs as long as this endpoint lives.
    stack: Option<Stack>,
    /// A part of e-mail addresses that makes a test's addresses differ from the addresses of other tests.
    run: String,
    ministack: Option<String>,
    /// Whether the test compares each answer with the service's API description.
    checked: bool,
}

impl Endpoint {
    /// The service that the tests call: the running service at `USHER_TEST_URL`, or else a local stack of the test's
    /// own.
    pub async fn start() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the environment decides which service is tested")]
        match std::env::var("USHER_TEST_URL") {
            Ok(url) if !url.is_empty() => Self::at(url.trim_end_matches('/').to_owned(), None),
            _ => Self::own(&[]).await,
        }
    }

    /// A local stack of the test's own, with the given parameters. The test can move the stack's clock and make the
    /// functions' AWS calls fail.
    pub async fn own(parameters: &[(&str, &str)]) -> Self {
        let mut options = Options { port: 0, memory: true, ..Options::default() };
        for (name, value) in parameters {
            options.parameters.insert((*name).to_owned(), (*value).to_owned());
        }
        Self::with_options(options).await
    }

    /// Starts a local stack of the test's own with the given options.
    pub async fn with_options(options: Options) -> Self {
        let stack = Stack::start(options).await.expect("the local stack starts");
        Self::at(stack.url().to_owned(), Some(stack))
    }

    /// A service that is running already. The answers of the service aren't compared with its API description, because
    /// a benchmark measures the time of the answers.
    pub fn unchecked(url: &str) -> Self {
        Self { checked: false, ..Self::at(url.to_owned(), None) }
    }

    fn at(url: String, stack: Option<Stack>) -> Self {
        let run = SystemRandom.uuid().simple().to_string();
        let client = Client::builder().redirect(Policy::none()).build().expect("a client");
        Self { url, client, stack, run: run[..8].to_owned(), ministack: None, checked: true }
    }

    /// The same service, but with its mails in the AWS emulator ministack at the given address.
    #[must_use]
    pub fn with_mails_at(self, ministack: &str) -> Self {
        Self { ministack: Some(ministack.to_owned()), ..self }
    }

    /// The address of the AWS emulator ministack that receives the service's mails. The value is `None` if no ministack
    /// receives the mails.
    pub(crate) fn ministack(&self) -> Option<&str> {
        self.ministack.as_deref()
    }

    /// Stops the local stack, if the endpoint is a local stack of the test's own.
    pub async fn stop(self) {
        if let Some(stack) = self.stack {
            stack.stop().await;
        }
    }

    /// The address of the service that the test calls.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// An e-mail address that no other test uses.
    pub fn address(&self, name: &str) -> String {
        format!("{name}-{}@example.com", self.run)
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
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
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
        let answer = Answer::read(client.execute(request).await.expect("the service answers")).await;
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
