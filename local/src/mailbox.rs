//! The mails that SES accepted. People read these mails in the inbox page, and tests read the mails at `/_aws/ses`.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json,
    body::{Body, Bytes},
    extract::{Query, State},
    response::{IntoResponse as _, Response},
};
use futures::stream;
use http::{StatusCode, header::CONTENT_TYPE};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{json, value::RawValue};

/// How many mails the mailbox keeps. The bytes of memory that the kept mails use are limited too. When the mailbox of
/// the simulated SES is full, the oldest mails are dropped.
const MAILS_KEPT: usize = 20_000;
const BYTES_KEPT: usize = 64 * 1024 * 1024;

/// A mail's subject and text. Either the plain text or the HTML of a mail may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct MailContent {
    #[serde(skip)]
    pub(crate) subject: String,
    #[serde(rename = "text_part")]
    pub(crate) text: Option<String>,
    #[serde(rename = "html_part")]
    pub(crate) html: Option<String>,
}

/// The id, time, sender and recipient of a mail.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MailHeader<'a> {
    pub(crate) id: &'a str,
    pub(crate) at: Timestamp,
    pub(crate) from: &'a Arc<str>,
    pub(crate) to: &'a str,
}

/// One recipient's copy of a mail.
#[derive(Debug)]
struct StoredMail {
    number: u64,
    id: String,
    at: Timestamp,
    from: Arc<str>,
    to: String,
    subject: String,
    body: CompressedMail,
}

/// A mail's content, compressed with an earlier mail as the dictionary. The mails of one inviting request differ in a
/// few words only, and ten thousand uncompressed mails would fill the memory.
#[derive(Debug)]
struct CompressedMail {
    dictionary: Arc<[u8]>,
    bytes: Box<[u8]>,
    /// Whether the mail is itself the dictionary for later mails, because the mail resembles no earlier mail.
    is_dictionary: bool,
}

impl CompressedMail {
    fn new(json: Vec<u8>, dictionary: Arc<[u8]>) -> Self {
        let bytes = lz4_flex::block::compress_prepend_size_with_dict(&json, &dictionary);
        if bytes.len() < json.len() / 4 {
            return Self { dictionary, bytes: bytes.into(), is_dictionary: false };
        }
        let bytes = lz4_flex::block::compress_prepend_size_with_dict(&json, &json);
        Self { dictionary: json.into(), bytes: bytes.into(), is_dictionary: true }
    }

    fn json(&self) -> Option<Box<RawValue>> {
        let json = lz4_flex::block::decompress_size_prepended_with_dict(&self.bytes, &self.dictionary).ok()?;
        RawValue::from_string(String::from_utf8(json).ok()?).ok()
    }

    fn size(&self) -> usize {
        self.bytes.len() + if self.is_dictionary { self.dictionary.len() } else { 0 }
    }
}

impl StoredMail {
    fn size(&self) -> usize {
        size_of::<Self>() + self.id.len() + self.to.len() + self.subject.len() + self.body.size()
    }

    /// The mail in the shape of LocalStack's `/_aws/ses`.
    fn message(&self) -> String {
        let message = MailMessage {
            id: &self.id,
            region: "us-east-1",
            timestamp: self.at,
            source: &self.from,
            destination: Destination { to_addresses: [&self.to] },
            subject: &self.subject,
            body: self.body.json(),
        };
        serde_json::to_string(&message).unwrap_or_default()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct MailMessage<'a> {
    id: &'a str,
    region: &'a str,
    timestamp: Timestamp,
    source: &'a str,
    destination: Destination<'a>,
    subject: &'a str,
    body: Option<Box<RawValue>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Destination<'a> {
    to_addresses: [&'a str; 1],
}

/// The newest mails that SES accepted, limited in number and size.
#[derive(Debug, Default)]
pub(crate) struct Mailbox(Mutex<MailboxState>);

#[derive(Debug, Default)]
struct MailboxState {
    kept: VecDeque<Arc<StoredMail>>,
    /// The newest mail that resembled no earlier mail, which is the dictionary for compressing the next mail.
    dictionary: Arc<[u8]>,
    /// How much memory the kept mails use.
    bytes: usize,
    /// How many mails SES has ever accepted.
    accepted: u64,
}

impl Mailbox {
    fn state(&self) -> MutexGuard<'_, MailboxState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores a mail for one recipient.
    pub(crate) fn put(&self, header: MailHeader<'_>, content: &MailContent) {
        let MailHeader { id, at, from, to } = header;
        let json = serde_json::to_vec(content).unwrap_or_default();
        let body = CompressedMail::new(json, self.state().dictionary.clone());
        let mut mail = StoredMail {
            number: 0,
            id: id.to_owned(),
            at,
            from: Arc::clone(from),
            to: to.to_owned(),
            subject: content.subject.clone(),
            body,
        };
        let mut mails = self.state();
        mails.dictionary = mail.body.dictionary.clone();
        mails.accepted += 1;
        mail.number = mails.accepted;
        mails.bytes += mail.size();
        mails.kept.push_back(Arc::new(mail));
        while mails.kept.len() > MAILS_KEPT || mails.bytes > BYTES_KEPT {
            let Some(oldest) = mails.kept.pop_front() else { break };
            mails.bytes -= oldest.size();
        }
    }

    /// How many mails SES has ever accepted.
    pub(crate) fn accepted(&self) -> u64 {
        self.state().accepted
    }

    /// Removes all mails, and sets the number of mails that SES has ever accepted to zero.
    pub(crate) fn reset(&self) {
        *self.state() = MailboxState::default();
    }

    fn clear(&self) {
        let mut mails = self.state();
        mails.kept.clear();
        mails.bytes = 0;
    }

    fn matching(&self, filter: &MailFilter) -> Vec<Arc<StoredMail>> {
        let matches = |mail: &&Arc<StoredMail>| {
            filter.id.as_ref().is_none_or(|id| *id == mail.id)
                && filter.email.as_ref().is_none_or(|email| email.eq_ignore_ascii_case(&mail.to))
        };
        self.state().kept.iter().filter(matches).cloned().collect()
    }

    /// The newest mails whose recipient contains `search`, older than number `before`.
    fn page(&self, search: &str, before: Option<u64>, limit: usize) -> Vec<Arc<StoredMail>> {
        let search = search.trim().to_lowercase();
        let mails = self.state();
        let newest = mails.kept.iter().rev().filter(|mail| before.is_none_or(|before| mail.number < before));
        newest.filter(|mail| mail.to.to_lowercase().contains(&search)).take(limit).cloned().collect()
    }
}

/// The query of `GET /_aws/ses`. A query without any field matches all mails.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MailFilter {
    id: Option<String>,
    email: Option<String>,
}

/// `GET /_aws/ses`: the mails, oldest first. The list of mails is sent as a stream, because there may be thousands of
/// mails.
pub(crate) async fn list(State(mailbox): State<Arc<Mailbox>>, Query(filter): Query<MailFilter>) -> Response {
    let mails = mailbox.matching(&filter).into_iter().enumerate();
    let mails = mails.map(|(index, mail)| format!("{}{}", if index == 0 { "" } else { "," }, mail.message()));
    let chunks = std::iter::once("{\"messages\":[".to_owned()).chain(mails).chain(std::iter::once("]}".to_owned()));
    let chunks = chunks.map(|chunk| Ok::<_, std::convert::Infallible>(Bytes::from(chunk)));
    ([(CONTENT_TYPE, "application/json")], Body::from_stream(stream::iter(chunks))).into_response()
}

/// `DELETE /_aws/ses`: removes all mails.
pub(crate) async fn empty(State(mailbox): State<Arc<Mailbox>>) -> StatusCode {
    mailbox.clear();
    StatusCode::NO_CONTENT
}

/// The query of a page of the inbox.
#[derive(Debug, Deserialize)]
pub(crate) struct InboxQuery {
    #[serde(default)]
    search: String,
    before: Option<u64>,
}

/// How many mails a page of the inbox has at most.
const PAGE: usize = 100;

/// `GET /_local/inbox/mails`: the newest mails without their text.
pub(crate) async fn page(
    State(mailbox): State<Arc<Mailbox>>,
    Query(page): Query<InboxQuery>,
) -> Json<serde_json::Value> {
    let mut mails = mailbox.page(&page.search, page.before, PAGE + 1);
    let more = mails.len() > PAGE;
    mails.truncate(PAGE);
    let mails: Vec<_> = mails
        .iter()
        .map(
            |mail| json!({"number": mail.number, "id": mail.id, "at": mail.at, "to": mail.to, "subject": mail.subject}),
        )
        .collect();
    Json(json!({"mails": mails, "more": more}))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(text: &str) -> MailContent {
        MailContent { subject: "Hello".to_owned(), text: Some(text.to_owned()), html: None }
    }

    fn put(mailbox: &Mailbox, to: &str, content: &MailContent) {
        let (id, from) = (format!("id-{to}"), "usher@example.com".into());
        mailbox.put(MailHeader { id: &id, at: Timestamp::UNIX_EPOCH, from: &from, to }, content);
    }

    async fn listed(mailbox: &Arc<Mailbox>, filter: MailFilter) -> serde_json::Value {
        let response = list(State(Arc::clone(mailbox)), Query(filter)).await;
        serde_json::from_slice(&axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap()).unwrap()
    }

    #[tokio::test]
    async fn mails_are_listed_oldest_first_in_localstacks_shape() {
        let mailbox = Arc::new(Mailbox::default());
        assert_eq!(listed(&mailbox, MailFilter::default()).await, json!({"messages": []}));
        put(&mailbox, "ann@example.com", &content("<1>"));
        put(&mailbox, "Bob@example.com", &content("\"2\""));
        let messages = listed(&mailbox, MailFilter::default()).await;
        let expected = json!({
            "Id": "id-ann@example.com",
            "Region": "us-east-1",
            "Timestamp": "1970-01-01T00:00:00Z",
            "Source": "usher@example.com",
            "Destination": {"ToAddresses": ["ann@example.com"]},
            "Subject": "Hello",
            "Body": {"text_part": "<1>", "html_part": null},
        });
        assert_eq!(messages["messages"][0], expected);
        assert_eq!(messages["messages"][1]["Body"]["text_part"], "\"2\"");
        let bob = listed(&mailbox, MailFilter { email: Some("bob@EXAMPLE.com".to_owned()), id: None }).await;
        assert_eq!(bob["messages"].as_array().unwrap().len(), 1);
        let ann = listed(&mailbox, MailFilter { id: Some("id-ann@example.com".to_owned()), email: None }).await;
        assert_eq!(ann["messages"][0]["Id"], "id-ann@example.com");
        empty(State(Arc::clone(&mailbox))).await;
        assert_eq!(listed(&mailbox, MailFilter::default()).await, json!({"messages": []}));
    }

    #[test]
    fn the_oldest_mails_are_dropped_when_there_are_too_many() {
        let mailbox = Mailbox::default();
        for number in 0..=MAILS_KEPT {
            put(&mailbox, &number.to_string(), &content("x"));
        }
        let mails = mailbox.matching(&MailFilter::default());
        assert_eq!((mails.len(), mails[0].to.as_str()), (MAILS_KEPT, "1"));
        assert_eq!(mailbox.state().bytes, mails.iter().map(|mail| mail.size()).sum::<usize>());
    }

    #[test]
    fn ten_thousand_mails_of_six_kilobytes_are_all_kept() {
        let mailbox = Mailbox::default();
        put(&mailbox, "another", &content(&"another ".repeat(500)));
        let paragraph = "<p style=\"margin: 0 0 16px; font: 16px/24px sans-serif\">You are invited to a workspace.</p>";
        for number in 0..10_000 {
            let html = Some(format!("<a href=\"https://example.com/register?hash={number}\">{}", paragraph.repeat(65)));
            put(&mailbox, &number.to_string(), &MailContent { html, ..content("You are invited.") });
        }
        let mails = mailbox.state();
        assert_eq!(mails.kept.len(), 10_001);
        assert!(mails.bytes < 5 * 1024 * 1024, "{}", mails.bytes);
        let last: serde_json::Value = serde_json::from_str(&mails.kept[10_000].message()).unwrap();
        assert!(
            last["Body"]["html_part"]
                .as_str()
                .unwrap()
                .starts_with("<a href=\"https://example.com/register?hash=9999\">")
        );
    }

    #[test]
    fn a_page_is_newest_first_and_searched_by_recipient() {
        let mailbox = Mailbox::default();
        for to in ["ann@a.com", "bob@b.com", "Anna@b.com"] {
            put(&mailbox, to, &content("x"));
        }
        let page = |search, before| {
            let page = mailbox.page(search, before, 2);
            page.iter().map(|mail| mail.to.clone()).collect::<Vec<_>>()
        };
        assert_eq!(page("", None), ["Anna@b.com", "bob@b.com"]);
        assert_eq!(page(" ANN ", None), ["Anna@b.com", "ann@a.com"]);
        assert_eq!(page("", Some(2)), ["ann@a.com"]);
    }
}
