//! One running service.

use local::{Options, Stack};
use reqwest::{Method, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use shared::domain::{Random, SystemRandom};
use tokio::sync::OnceCell;

use crate::{description::Description, eventually};

/// A running service.
pub struct Endpoint {
    url: String,
    http: reqwest::Client,
    /// Kept alive as long as the endpoint.
    stack: Option<Stack>,
    run: String,
    mailbox: Option<String>,
    checked: bool,
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as text.
    pub text: String,
}

impl Answer {
    /// The body as JSON; null if it isn't.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The answer, which must have this status.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "often the status is all that matters")]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }
}

/// A mail as its recipient has it.
#[derive(Debug, Clone)]
pub struct Mail {
    /// From whom.
    pub from: String,
    /// The subject.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

impl Mail {
    /// The link in the text part, as a person would copy it.
    pub fn link(&self) -> String {
        let link = self.text.split_whitespace().find(|word| word.starts_with("http") && word.contains("hash="));
        link.expect("the mail has a link").to_owned()
    }

    /// The hash in the link.
    pub fn hash(&self) -> String {
        let link = self.link();
        let (_, rest) = link.split_once("hash=").expect("the link has a hash");
        rest.split('&').next().unwrap_or_default().to_owned()
    }

    /// The six digits on a line of the text part.
    pub fn code(&self) -> String {
        let code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
        self.text.lines().map(str::trim).find(code).expect("the mail has a code").to_owned()
    }
}

async fn whole(response: reqwest::Response) -> Answer {
    let (status, headers) = (response.status(), response.headers().clone());
    Answer { status, headers, text: response.text().await.expect("the body is text") }
}

impl Endpoint {
    /// The service that this run of the tests is for.
    pub async fn start() -> Self {
        #[expect(clippy::disallowed_methods, reason = "where the tests go is the environment's say")]
        match std::env::var("USHER_TEST_URL") {
            Ok(url) if !url.is_empty() => Self::at(url.trim_end_matches('/').to_owned(), None),
            _ => Self::own(&[]).await,
        }
    }

    /// A local stack of the test's own, with these parameters, whose clock can be moved and whose calls can fail.
    pub async fn own(parameters: &[(&str, &str)]) -> Self {
        let mut options = Options { port: 0, memory: true, ..Options::default() };
        for (name, value) in parameters {
            options.parameters.insert((*name).to_owned(), (*value).to_owned());
        }
        Self::with(options).await
    }

    /// A local stack with these options.
    pub async fn with(options: Options) -> Self {
        let stack = Stack::start(options).await.expect("the local stack starts");
        Self::at(stack.url().to_owned(), Some(stack))
    }

    /// A service that runs already and whose time is measured: its answers aren't held against its description.
    pub fn measured(url: &str) -> Self {
        Self { checked: false, ..Self::at(url.to_owned(), None) }
    }

    fn at(url: String, stack: Option<Stack>) -> Self {
        let run = SystemRandom.uuid().simple().to_string();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Self { url, http, stack, run: run[..8].to_owned(), mailbox: None, checked: true }
    }

    /// The same service, whose mails are to be read from ministack at this address.
    #[must_use]
    pub fn with_mails_at(self, ministack: &str) -> Self {
        Self { mailbox: Some(ministack.to_owned()), ..self }
    }

    /// Stops the stack, if it is the test's own.
    pub async fn stop(self) {
        if let Some(stack) = self.stack {
            stack.stop().await;
        }
    }

    /// The address of the service.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// An address that no other test has.
    pub fn address(&self, name: &str) -> String {
        format!("{name}-{}@example.com", self.run)
    }

    /// Sends a request.
    pub async fn send(&self, method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> Answer {
        let method: Method = method.parse().expect("a verb");
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        self.read(request).await
    }

    /// A request to be built by hand; [`Endpoint::read`] sends it.
    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method.parse().expect("a verb"), format!("{}{path}", self.url))
    }

    /// Sends a request and reads its answer whole. If it is the service's, it must be as the service documents it.
    pub async fn read(&self, request: reqwest::RequestBuilder) -> Answer {
        let (client, request) = request.build_split();
        let request = request.expect("a request");
        let (method, url) = (request.method().clone(), request.url().clone());
        let answer = whole(client.execute(request).await.expect("the service answers")).await;
        if self.checked && url.as_str().starts_with(&self.url) {
            self.description().await.check(&method, url.path(), &answer);
        }
        answer
    }

    /// What the service tells of itself. All that a run of the tests is for are of the same code.
    async fn description(&self) -> &'static Description {
        static DESCRIPTION: OnceCell<Description> = OnceCell::const_new();
        let told = async || {
            let request = self.http.get(format!("{}/openapi.json", self.url));
            let answer = whole(request.send().await.expect("the service answers")).await;
            Description::new(answer.expect(200).json())
        };
        DESCRIPTION.get_or_init(told).await
    }

    /// GET with a token.
    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.send("GET", path, Some(token), None).await
    }

    /// POST with a token and a JSON body.
    pub async fn post(&self, path: &str, token: &str, body: Value) -> Answer {
        self.send("POST", path, Some(token), Some(body)).await
    }

    /// POST of a JSON body without a token.
    pub async fn post_open(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, None, Some(body)).await
    }

    /// The mails that have come for an address so far, oldest first.
    pub async fn mails(&self, address: &str) -> Vec<Mail> {
        if let Some(ministack) = &self.mailbox {
            return self.mails_at(ministack, address).await;
        }
        let request = self.request("GET", "/_aws/ses").query(&[("email", address)]);
        let messages = self.read(request).await.expect(200).json();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let messages = messages["messages"].as_array().cloned().unwrap_or_default();
        let messages = messages.iter().filter(|message| {
            let to = message["Destination"]["ToAddresses"][0].as_str().unwrap_or_default();
            to.eq_ignore_ascii_case(address)
        });
        messages
            .map(|message| Mail {
                from: text(&message["Source"]),
                subject: text(&message["Subject"]),
                text: text(&message["Body"]["text_part"]),
                html: text(&message["Body"]["html_part"]),
            })
            .collect()
    }

    async fn mails_at(&self, ministack: &str, address: &str) -> Vec<Mail> {
        let messages =
            self.read(self.http.get(format!("{ministack}/_ministack/ses/messages"))).await.expect(200).json();
        let accounts = messages["messages"].as_object().cloned().unwrap_or_default();
        let messages = accounts.values().filter_map(Value::as_array).flatten();
        let messages =
            messages.filter(|message| message["To"][0].as_str().is_some_and(|to| to.eq_ignore_ascii_case(address)));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        messages
            .map(|message| Mail {
                from: text(&message["Source"]),
                subject: text(&message["Subject"]),
                text: text(&message["BodyText"]),
                html: text(&message["BodyHtml"]),
            })
            .collect()
    }

    /// The newest mail for an address once `count` have come.
    pub async fn mail(&self, address: &str, count: usize) -> Mail {
        eventually(&format!("mail number {count} for {address}"), async || {
            let mut mails = self.mails(address).await;
            if mails.len() >= count { mails.pop() } else { None }
        })
        .await
    }

    /// Moves the stack's clock.
    pub async fn advance(&self, seconds: i64) {
        self.post_open("/_local/clock", json!({ "advanceSeconds": seconds })).await.expect(200);
    }

    /// Stops the stack's clock at this moment, until it is moved again.
    pub async fn stop_clock(&self, at: jiff::Timestamp) {
        self.post_open("/_local/clock", json!({ "stopAt": at })).await.expect(200);
    }

    /// Moves the stack's clock to where the next window of so many seconds begins: what is counted in windows can't
    /// straddle two then.
    pub async fn begin_window(&self, seconds: i64) {
        let answer = self.send("GET", "/_local/clock", None, None).await.expect(200).json();
        let now: jiff::Timestamp = serde_json::from_value(answer["now"].clone()).expect("a time");
        self.advance(seconds - now.as_second() % seconds).await;
    }

    /// Has calls fail: see `docs/local-stack.md`.
    pub async fn fault(&self, fault: Value) {
        let answer = self.post_open("/_local/faults", fault).await;
        assert!(answer.status.is_success(), "{}", answer.text);
    }

    /// How often each function called each action since the last [`Endpoint::forget_calls`].
    pub async fn calls(&self) -> Value {
        self.send("GET", "/_local/calls", None, None).await.expect(200).json()
    }

    /// Starts counting calls anew.
    pub async fn forget_calls(&self) {
        let answer = self.send("DELETE", "/_local/calls", None, None).await;
        assert!(answer.status.is_success());
    }
}
