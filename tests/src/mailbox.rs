//! The mails that people receive in the tests.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use shared::domain::{Random, SystemRandom};
use tokio::sync::Mutex;

use crate::{
    Endpoint, PASSWORD,
    waiting::{PATIENCE, eventually_within},
};

/// How many times as long as it took to read a list of all mails, the tests share the list. So the tests spend a fifth of
/// their time on the list, however many mails the list has.
const LIST_LIFETIME: u32 = 4;

/// The longest time that a test waits for a mail on a service that other tests use too. An emulator sends few mails per
/// second, so that the mail of one test waits for the mails of the others.
const SHARED_PATIENCE: Duration = Duration::from_mins(4);

/// A mail of a test, as the recipient sees the mail.
#[derive(Debug, Clone)]
pub struct ReceivedMail {
    /// The sender of the mail.
    pub from: String,
    /// The subject of the mail.
    pub subject: String,
    /// The text part of the mail.
    pub text: String,
    /// The HTML part of the mail.
    pub html: String,
}

impl ReceivedMail {
    /// The link in the mail's text part, as a person would copy the link.
    pub fn link(&self) -> String {
        let link = self.text.split_whitespace().find(|word| word.starts_with("http") && word.contains("hash="));
        link.expect("the mail has a link").to_owned()
    }

    /// The hash in the mail's link.
    pub fn hash(&self) -> String {
        let link = self.link();
        let (_, rest) = link.split_once("hash=").expect("the link has a hash");
        rest.split('&').next().unwrap_or_default().to_owned()
    }

    /// The one-time password in the mail: the six digits that are alone on a line of the text part.
    pub fn code(&self) -> String {
        let code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
        self.text.lines().map(str::trim).find(code).expect("the mail has a code").to_owned()
    }

    /// Reads one mail from a list of mails. The local stack and LocalStack have other names than ministack.
    fn listed(message: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (from, subject, body) = (text(&message["Source"]), text(&message["Subject"]), &message["Body"]);
        let (text_part, html_part) = if body.is_object() {
            (&body["text_part"], &body["html_part"])
        } else {
            (&message["BodyText"], &message["BodyHtml"])
        };
        Self { from, subject, text: text(text_part), html: text(html_part) }
    }
}

/// The mails in a list of mails. The local stack and LocalStack list one account's mails, ministack lists the mails of
/// each account.
fn messages(list: &Value) -> Vec<&Value> {
    let messages = &list["messages"];
    let accounts = messages.as_object().map_or_else(|| vec![messages], |accounts| accounts.values().collect());
    accounts.into_iter().filter_map(Value::as_array).flatten().collect()
}

/// The recipient of a mail in a list of mails.
fn recipient(message: &Value) -> &str {
    let to = if message["Destination"].is_object() { &message["Destination"]["ToAddresses"] } else { &message["To"] };
    to[0].as_str().unwrap_or_default()
}

impl Endpoint {
    /// The mails that an address has received so far. The oldest mail comes first in the list.
    pub async fn mails(&self, address: &str) -> Vec<ReceivedMail> {
        if let Some(mails) = self.mails_elsewhere() {
            return shared_mailboxes(self, mails).await.get(&address.to_lowercase()).cloned().unwrap_or_default();
        }
        let list = self.read(self.request("GET", "/_aws/ses").query(&[("email", address)])).await.expect(200).json();
        let theirs = messages(&list).into_iter().filter(|mail| recipient(mail).eq_ignore_ascii_case(address));
        theirs.map(ReceivedMail::listed).collect()
    }

    /// The newest mail that an address has received. The test waits until the address has received `count` mails.
    pub async fn mail(&self, address: &str, count: usize) -> ReceivedMail {
        eventually_within(self.patience(), &format!("mail number {count} for {address}"), async || {
            let mut mails = self.mails(address).await;
            if mails.len() >= count { mails.pop() } else { None }
        })
        .await
    }

    /// The recipients of all mails so far. The recipient of the oldest mail is first. If other tests use the service
    /// too, only the mails to this test's own addresses count.
    pub async fn recipients(&self) -> Vec<String> {
        let recipients: Vec<String> = if let Some(mails) = self.mails_elsewhere() {
            let mailboxes = shared_mailboxes(self, mails).await;
            mailboxes.iter().flat_map(|(to, mails)| vec![to.clone(); mails.len()]).collect()
        } else {
            let list = self.send("GET", "/_aws/ses", None, None).await.expect(200).json();
            messages(&list).into_iter().map(recipient).map(str::to_owned).collect()
        };
        recipients.into_iter().filter(|to| self.counts(to)).collect()
    }

    /// When SES accepted the newest mail, by the local stack's clock.
    pub async fn last_mailed_at(&self) -> jiff::Timestamp {
        let mails = self.send("GET", "/_aws/ses", None, None).await.expect(200).json();
        let newest = mails["messages"].as_array().and_then(|mails| mails.last()).expect("a mail");
        serde_json::from_value(newest["Timestamp"].clone()).expect("a time")
    }

    /// How many recipients SES has refused because of its sending rate.
    pub async fn throttled(&self) -> u64 {
        let sending = self.send("GET", "/_local/sending", None, None).await.expect(200).json();
        sending["recipients"]["throttled"].as_u64().expect("a number")
    }

    /// Waits until SES has accepted the given number of mails in all.
    pub async fn wait_for_mails(&self, count: u64) {
        let accepted = async || (self.mails_accepted().await >= Some(count)).then_some(());
        eventually_within(self.patience(), &format!("{count} mails"), accepted).await;
    }

    /// The longest time that a test waits for a mail.
    fn patience(&self) -> Duration {
        if self.is_shared() { SHARED_PATIENCE } else { PATIENCE }
    }

    async fn mails_accepted(&self) -> Option<u64> {
        if self.is_shared() {
            return self.recipients().await.len().try_into().ok();
        }
        let account = self.send("GET", "/v2/email/account", None, None).await.expect(200).json();
        account["SendQuota"]["SentLast24Hours"].as_u64()
    }

    /// Waits until all mails are sent that the service is sending. A service that this test controls sends the mails at
    /// once whose sending has failed before.
    pub async fn mail_all(&self) {
        if !self.is_shared() {
            return self.sweep_all().await;
        }
        // A deliverer takes the items in the order in which they were written, several at a time. So the mail of the first
        // person may be sent before others that it was taken with, but the mail of the second person is sent after them.
        for _ in 0..2 {
            let person = format!("last-mail-{}@example.com", SystemRandom.uuid().simple());
            let body = json!({ "email": person, "password": PASSWORD, "firstname": "Last", "lastname": "Mail" });
            self.post_open("/idp/api/v1/user/sign-up", body).await.expect(200);
            self.mail(&person, 1).await;
        }
    }
}

/// The mails of each recipient. The address of the recipient is in lower case.
type Mailboxes = HashMap<String, Vec<ReceivedMail>>;

/// All mails in the list at an address. ministack can't select mails, so that each list has the mails of all tests. The
/// tests therefore share a list for a while, instead of having ministack write a list for each look of each test.
async fn shared_mailboxes(usher: &Endpoint, mails: &str) -> Arc<Mailboxes> {
    static SHARED: Mutex<Option<(Instant, Arc<Mailboxes>)>> = Mutex::const_new(None);
    let mut shared = SHARED.lock().await;
    match &*shared {
        Some((until, mailboxes)) if Instant::now() < *until => Arc::clone(mailboxes),
        _ => {
            let began = Instant::now();
            let mut mailboxes = Mailboxes::new();
            let list = usher.read(usher.request_to(mails)).await.expect(200).json();
            for mail in messages(&list) {
                mailboxes.entry(recipient(mail).to_lowercase()).or_default().push(ReceivedMail::listed(mail));
            }
            let mailboxes = Arc::new(mailboxes);
            *shared = Some((Instant::now() + began.elapsed() * LIST_LIFETIME, Arc::clone(&mailboxes)));
            mailboxes
        }
    }
}
