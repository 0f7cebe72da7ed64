//! Tests the log's content, and that the log never contains secrets or personal data. This test is a program of its
//! own, because a program has only one log.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use tests::{Endpoint, mail_tags};
use tracing_subscriber::filter::LevelFilter;

const PASSWORD: &str = "Canary-Passw0rd!";
const WRONG: &str = "Canary-Wr0ng!";
const SIGN_UP: &str = "/idp/api/v1/user/sign-up";
const VERIFY: &str = "/idp/api/v1/user/signUp/verifyEmailOtp";
const LOG_IN: &str = "/idp/api/v1/user/login";
const ACCOUNTS: &str = "/idp/api/v1/company/serviceAccount";
const ACCEPT: &str = "/api/v1/invitations/accept";

/// The text of everything that was logged during the test.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Logs as a function does at the most verbose level, and also logs what the local stack logs. The database
    /// engine's log is left out, because the engine warns of each failed condition and quotes the condition.
    fn begin() -> Self {
        let log = Self::default();
        let filter = functions::log::filter("trace").with_target("local", LevelFilter::TRACE);
        let filter = filter.with_target("dynoxide", LevelFilter::ERROR);
        let writer = log.clone();
        tracing::subscriber::set_global_default(functions::log::to(move || writer.clone(), filter, None)).unwrap();
        log
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// Uses the service as people do, and collects the texts that must not be logged.
struct Run {
    usher: Endpoint,
    secrets: BTreeMap<String, &'static str>,
}

impl Run {
    fn secret(&mut self, kind: &'static str, value: &str) {
        assert!(value.len() >= 6, "{kind} {value:?} is too short to be found");
        self.secrets.insert(value.to_owned(), kind);
    }

    fn form(email: &str) -> Value {
        json!({
            "email": email, "password": PASSWORD, "firstname": "Canaryfirst", "lastname": "Canarylast",
            "companyName": "Canarycompany",
        })
    }

    /// Signs a person up, with a wrong one-time password before the right one-time password. Returns the access token.
    async fn founder(&mut self, email: &str) -> String {
        self.usher.post_open(SIGN_UP, Self::form(email)).await.expect(200);
        let otp = self.usher.mail(email, 1).await.code();
        let wrong = if otp == "654321" { "123456" } else { "654321" };
        for (otp, status) in [(wrong, 400), (&otp, 200), (&otp, 400)] {
            self.usher.post_open(VERIFY, json!({ "email": email, "otp": otp })).await.expect(status);
            self.secret("a one-time password", otp);
        }
        self.log_in(email).await
    }

    async fn log_in(&mut self, email: &str) -> String {
        let body = |password: &str| json!({ "email": email, "password": password });
        self.usher.post_open(LOG_IN, body(WRONG)).await.expect(401);
        self.usher.post_open(LOG_IN, body(PASSWORD)).await.expect(200);
        let answer = self.usher.post_open("/idp/api/v1/user/token", body(PASSWORD)).await.expect(200).json();
        let token = answer["token"].as_str().unwrap();
        self.secret("an access token", token);
        self.secret("an access token's signature", token.rsplit('.').next().unwrap());
        token.to_owned()
    }

    async fn invite(&mut self, token: &str, workspace: &str, email: &str, mails: usize) -> String {
        let path = format!("/noCo/api/v2/workspaces/{workspace}/bulkUsers");
        let body = json!({ "workSpaceUsers": [{ "email": email, "role": "EDITOR" }], "message": "Canarymessage" });
        self.usher.post(&path, token, body).await.expect(200);
        let hash = self.usher.mail(email, mails).await.hash();
        self.secret("a hash", &hash);
        hash
    }

    async fn service_account(&mut self, token: &str) -> Value {
        let body = json!({ "name": "canaryrobot", "description": "Canarydescription" });
        let made = self.usher.post(ACCOUNTS, token, body).await.expect(200).json();
        self.secret("a service account's token", made["token"].as_str().unwrap());
        self.secret("a service account's address", made["email"].as_str().unwrap());
        made
    }

    /// Adds people with a temporary password and with a user code, who log in.
    async fn temporary_password(&mut self, token: &str, workspace: &str) {
        let top = self.usher.top_group(token).await;
        let (given, code) = ("Canary-Given0!", "Canarycode-1");
        self.secret("a temporary password", given);
        self.secret("a user code", code);
        let users = json!([
            { "email": self.usher.address("canarygiven"), "g_id": top, "no_confirm_email": true, "tmp_password": given },
            { "email": self.usher.address("canarycoded"), "g_id": top, "user_code": code, "username": "Canaryname" },
            { "email": self.usher.address("canaryother"), "g_id": top, "user_code": code, "sender_address": "canary@x.example" },
        ]);
        let path = format!("/api/v0/workspaces/{workspace}/users");
        self.usher.post(&path, token, json!({ "users": users })).await.expect(200);
        for body in [
            json!({ "email": self.usher.address("canarygiven"), "password": given }),
            json!({ "user_code": code, "password": given }),
        ] {
            self.usher.post_open("/api/v0/login", body).await;
        }
    }

    /// Uses every feature of the service once, with the mistakes that people make.
    async fn first_day(&mut self) -> (String, String) {
        let usher = |run: &Self, name: &str| run.usher.address(name);
        let (ada, bob, grace) = (usher(self, "Canaryada"), usher(self, "canarybob"), usher(self, "canarygrace"));
        let (token, other) = (self.founder(&ada).await, self.founder(&bob).await);
        self.usher.post_open(SIGN_UP, Self::form(&ada)).await.expect(200);
        self.usher.post_open("/idp/api/v1/user/signUp/resendEmailOtp", json!({ "email": ada })).await.expect(200);
        let workspace = self.usher.workspace(&token, "Canaryworkspace").await;

        let robot = self.service_account(&token).await;
        let path = format!("{ACCOUNTS}/{}", robot["id"].as_str().unwrap());
        let reset = self.usher.get(&format!("{path}/token/reset"), &token).await.expect(200).json();
        self.secret("a service account's token", reset["token"].as_str().unwrap());
        let client = robot["id"].as_str().unwrap();
        let issued = self.usher.client_token(client, reset["token"].as_str().unwrap()).await.expect(200).json();
        self.secret("an access token", issued["access_token"].as_str().unwrap());
        self.usher.client_token(client, "usher_sa_canary").await.expect(400);
        self.usher.get("/noCo/api/v2/workspaces", robot["token"].as_str().unwrap()).await.expect(401);

        self.temporary_password(&token, &workspace).await;

        let hash = self.invite(&token, &workspace, &grace, 1).await;
        let page = format!("/register?hash={hash}&type=WORK_SPACE");
        self.usher.send("GET", &page, None, None).await.expect(200);
        self.usher.send("HEAD", &page, None, None).await.expect(200);
        let fields =
            [("hash", hash.as_str()), ("email", &grace), ("firstname", "Canaryfirst"), ("lastname", "Canarylast")];
        for (password, status) in [("canaryweak", 422), (PASSWORD, 200), (PASSWORD, 410)] {
            let form: Vec<_> = fields.into_iter().chain([("password", password)]).collect();
            self.usher.read(self.usher.request("POST", "/register").form(&form)).await.expect(status);
        }
        self.usher.sign_up_by_invitation(&grace, &hash).await.expect(400);
        let hash = self.invite(&token, &workspace, &bob, 2).await;
        self.usher.sign_up_by_invitation(&bob, &hash).await.expect(400);
        self.usher.post(ACCEPT, &token, json!({ "hash": hash })).await.expect(403);
        self.usher.post(ACCEPT, &other, json!({ "hash": hash })).await.expect(200);
        let mut late = Self::form(&usher(self, "canarylate"));
        late["hash"] = json!(self.invite(&token, &workspace, &usher(self, "canarylate"), 1).await);
        self.usher.post_open(SIGN_UP, late).await.expect(200);

        for path in ["/idp/api/v1/user", "/idp/api/v1/team", ACCOUNTS, "/noCo/api/v2/workspaces"] {
            self.usher.get(path, &token).await.expect(200);
        }
        self.usher.get(&format!("/noCo/api/v2/workspaces/{workspace}"), &token).await.expect(200);
        self.usher.send("DELETE", &path, Some(&token), None).await.expect(200);
        self.usher.get("/.well-known/jwks.json", "").await.expect(200);
        self.usher.get(&format!("/nowhere/{grace}?hash={hash}"), &token).await.expect(404);
        (token, workspace)
    }

    /// Sends unreadable bodies and tokens that contain personal data.
    async fn mistakes(&mut self, token: &str) {
        let email = self.usher.address("canarymistake");
        let whole = Self::form(&email).to_string();
        for path in [SIGN_UP, VERIFY, LOG_IN, ACCOUNTS, ACCEPT, "/noCo/api/v2/workspaces"] {
            for body in [&whole[..whole.len() - 1], &format!("[{whole}]"), &format!("{whole}{whole}"), ""] {
                let request = self.usher.request("POST", path).bearer_auth(token).body(body.to_owned());
                self.usher.read(request.header("content-type", "application/json")).await.expect(400);
            }
            let request = self.usher.request("POST", path).bearer_auth(token).body(whole.clone());
            let answer = self.usher.read(request.header("content-type", "text/canary")).await;
            assert!([400, 415].contains(&answer.status.as_u16()), "{}", answer.text);
        }
        for bad in [&format!("{token}canary"), "usher_sa_canary", "canary.canary.canary"] {
            self.usher.get("/idp/api/v1/user", bad).await.expect(401);
        }
        self.usher.get(&format!("/noCo/api/v2/workspaces/{email}"), token).await.expect(404);
    }

    /// Makes the store and SES fail in every possible way.
    async fn failures(&mut self, token: &str, workspace: &str) {
        let actions = ["BatchGetItem", "GetItem", "Query", "TransactWriteItems", "UpdateItem", "PutItem"];
        let errors = actions.map(|action| (action, "InternalServerError"));
        let silences = ["GetItem", "TransactWriteItems"].map(|action| (action, "noReply"));
        for (action, fault) in errors.into_iter().chain(silences) {
            let email = self.usher.address(&format!("canaryfails{action}{fault}"));
            let action = format!("dynamodb:{action}");
            self.usher.queue_fault(json!({ "action": action, "fault": fault, "times": 1_000 })).await;
            let mut with_hash = Self::form(&email);
            with_hash["hash"] = json!("e0754cfc-f7d1-4cc3-8690-e34a2f17291d");
            let guests = [(email.as_str(), "VIEWER")];
            // The requests run at the same time, because each request retries for a while.
            tokio::join!(
                self.usher.post_open(SIGN_UP, Self::form(&email)),
                self.usher.post_open(SIGN_UP, with_hash),
                self.usher.post_open(VERIFY, json!({ "email": email, "otp": "654321" })),
                self.usher.post_open(LOG_IN, json!({ "email": email, "password": PASSWORD })),
                self.usher.invite(token, workspace, &guests),
                self.usher.get("/idp/api/v1/team", token),
            );
            self.usher.send("DELETE", "/_local/faults", None, None).await.expect(204);
        }
    }

    /// Sends SES's events about a mail, events about no mail, and unreadable events. The event bus refuses all events.
    async fn mail_events(&mut self, token: &str, workspace: &str) {
        let email = self.usher.address("canarybounced");
        let answer = self.usher.invite(token, workspace, &[(&email, "VIEWER")]).await.expect(200).json();
        let id = answer["results"][0]["invitationId"].as_str().unwrap();
        self.usher.mail(&email, 1).await;
        self.usher.wait_until_idle().await;
        self.usher
            .queue_fault(json!({ "action": "events:PutEvents", "fault": "InternalServerError", "times": 12 }))
            .await;
        let forged = mail_tags(workspace, "AAAAAAAAAAAA", 1);
        for tags in [mail_tags(workspace, id, 1), forged, json!({ "record": [email] })] {
            for kind in ["soft bounce", "hard bounce", "complaint"] {
                self.usher.send_ses_event(kind, 1, &email, &tags).await;
            }
        }
        let path = "/2015-03-31/functions/record-mail-events/invocations";
        self.usher.post_open(path, json!({ "detail": email })).await.expect(200);
        self.usher.wait_until_idle().await;
        self.usher.send("DELETE", "/_local/faults", None, None).await.expect(204);
    }

    /// Sends a mail that SES refuses until it is given up.
    async fn refusals(&mut self, token: &str, workspace: &str) {
        let emails = ["canaryrefused", "canarytransient"].map(|name| self.usher.address(name));
        for (email, status) in emails.iter().zip(["MESSAGE_REJECTED", "TRANSIENT_FAILURE"]) {
            let fault = json!({ "action": "ses:SendBulkEmail", "address": email, "status": status, "times": 1_000 });
            self.usher.queue_fault(fault).await;
            self.usher.invite(token, workspace, &[(email, "VIEWER")]).await.expect(200);
        }
        self.usher.queue_fault(json!({ "action": "ses:SendEmail", "fault": "MessageRejected", "times": 1_000 })).await;
        self.usher.post_open(SIGN_UP, Self::form(&self.usher.address("canaryletter"))).await.expect(200);
        for _ in 0..8 {
            self.usher.advance(3_600).await;
            self.invoke("sweep-undelivered").await;
        }
        self.invoke("requeue-undelivered").await;
    }

    /// Sends a mail that waits because SES is paused.
    async fn pause(&mut self, token: &str, workspace: &str) {
        let paused = json!({ "action": "ses:SendBulkEmail", "fault": "SendingPausedException", "times": 1_000 });
        self.usher.queue_fault(paused).await;
        let email = self.usher.address("canarypaused");
        self.usher.invite(token, workspace, &[(&email, "VIEWER")]).await.expect(200);
        self.usher.wait_until_idle().await;
        self.usher.advance(1_000).await;
        self.invoke("sweep-undelivered").await;
        self.usher.send("DELETE", "/_local/faults", None, None).await.expect(204);
    }

    async fn invoke(&self, function: &str) {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        self.usher.send("POST", &path, None, None).await.expect(200);
    }
}

/// The fields of the spans in each operation's log lines.
fn fields_by_operation(lines: &[Value]) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut fields: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for line in lines {
        let Some(operation) = line["spans"][0]["operation"].as_str() else { continue };
        let spans = line["spans"].as_array().into_iter().flatten().filter_map(Value::as_object);
        fields.entry(operation).or_default().extend(spans.flat_map(|span| span.keys().map(String::as_str)));
    }
    fields
}

#[tokio::test]
async fn nothing_that_is_secret_or_personal_is_logged_and_every_line_names_its_request() {
    let log = Log::begin();
    let mut run = Run { usher: Endpoint::own(&[]).await, secrets: BTreeMap::new() };
    run.secret("a password", PASSWORD);
    run.secret("a password", WRONG);
    let (token, workspace) = run.first_day().await;
    run.mistakes(&token).await;
    run.failures(&token, &workspace).await;
    run.mail_events(&token, &workspace).await;
    run.pause(&token, &workspace).await;
    run.refusals(&token, &workspace).await;
    run.usher.stop().await;

    let text = log.text();
    for (secret, kind) in &run.secrets {
        let line = text.lines().find(|line| line.contains(secret.as_str()));
        assert!(line.is_none(), "{kind} was logged: {line:?}");
    }
    let line = text.lines().find(|line| line.to_lowercase().contains("canary") || line.contains('@'));
    assert!(line.is_none(), "a name, a message or an address was logged: {line:?}");

    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    for line in &lines {
        if line["target"].as_str().unwrap().starts_with("local") {
            continue;
        }
        let span = &line["spans"][0];
        assert!(span["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{line}");
        assert!(span["operation"].is_string() && line["operation"] == span["operation"], "{line}");
        assert!(line["timestamp"].as_str().is_some_and(|time| time.parse::<jiff::Timestamp>().is_ok()), "{line}");
    }
    let fields = fields_by_operation(&lines);
    for (field, operations) in [
        (
            "company",
            "accept-invitation create-service-account create-workspace delete-service-account get-profile \
             get-workspace invite-users issue-token list-people list-service-accounts list-workspaces log-in \
             reset-service-account-token sign-up verify-otp deliver-invitations sweep-undelivered",
        ),
        (
            "workspace",
            "accept-invitation create-workspace get-workspace invite-users registration-page sign-up \
             deliver-invitations sweep-undelivered record-mail-events",
        ),
    ] {
        for operation in operations.split_whitespace() {
            assert!(fields[operation].contains(field), "{operation} doesn't tell the {field}: {:?}", fields[operation]);
        }
    }
    // The cause of each failure is logged, with its context.
    let with_message =
        |message: &str| lines.iter().filter(|line| line["fields"]["message"] == message).collect::<Vec<_>>();
    assert!(
        with_message("failed").iter().any(|line| line["fields"]["context"].as_str().unwrap().starts_with("store: "))
    );
    // The runbook tells the operator to look for these events in the log.
    let runbook = include_str!("../../docs/runbook.md");
    for event in ["outbox_dead", "outbox_waiting"] {
        assert!(runbook.contains(&format!("fields.event = \"{event}\"")), "the runbook lacks {event}");
        assert!(lines.iter().any(|line| line["fields"]["event"] == event), "{event}");
    }
    for message in ["mail is tried again", "mail was given up"] {
        assert!(with_message(message).iter().any(|line| line["spans"][1]["workspace"] == workspace), "{message}");
    }
}
