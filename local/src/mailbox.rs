//! The mails that SES took, for people and for tests to read.

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

/// The newest mails that are kept, and the most memory that they may take, in bytes.
const MAILS_KEPT: usize = 20_000;
const BYTES_KEPT: usize = 64 * 1024 * 1024;

/// The text of a mail. Either part may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Letter {
    #[serde(skip)]
    pub(crate) subject: String,
    #[serde(rename = "text_part")]
    pub(crate) text: Option<String>,
    #[serde(rename = "html_part")]
    pub(crate) html: Option<String>,
}

/// A mail as one recipient got it.
#[derive(Debug)]
struct Mail {
    number: u64,
    id: String,
    at: Timestamp,
    from: Arc<str>,
    to: String,
    subject: String,
    body: Compressed,
}

/// A letter's JSON by what it differs in from one before it: the mails of one request are alike but for a few words, and
/// fill memory otherwise.
#[derive(Debug)]
struct Compressed {
    like: Arc<[u8]>,
    difference: Box<[u8]>,
    /// Whether no letter before it is like this one.
    is_new: bool,
}

impl Compressed {
    fn new(json: Vec<u8>, before: Arc<[u8]>) -> Self {
        let difference = lz4_flex::block::compress_prepend_size_with_dict(&json, &before);
        if difference.len() < json.len() / 4 {
            return Self { like: before, difference: difference.into(), is_new: false };
        }
        let difference = lz4_flex::block::compress_prepend_size_with_dict(&json, &json);
        Self { like: json.into(), difference: difference.into(), is_new: true }
    }

    fn json(&self) -> Option<Box<RawValue>> {
        let json = lz4_flex::block::decompress_size_prepended_with_dict(&self.difference, &self.like).ok()?;
        RawValue::from_string(String::from_utf8(json).ok()?).ok()
    }

    fn size(&self) -> usize {
        self.difference.len() + if self.is_new { self.like.len() } else { 0 }
    }
}

impl Mail {
    fn size(&self) -> usize {
        size_of::<Self>() + self.id.len() + self.to.len() + self.subject.len() + self.body.size()
    }

    /// The mail in the shape of LocalStack's `/_aws/ses`.
    fn message(&self) -> String {
        let message = Message {
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
struct Message<'a> {
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

/// The mails, bounded in number and size: the oldest go first.
#[derive(Debug, Default)]
pub(crate) struct Mailbox(Mutex<Mails>);

#[derive(Debug, Default)]
struct Mails {
    kept: VecDeque<Arc<Mail>>,
    /// The newest letter that was like none before it.
    like: Arc<[u8]>,
    bytes: usize,
    taken: u64,
}

impl Mailbox {
    fn mails(&self) -> MutexGuard<'_, Mails> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a mail for one recipient.
    pub(crate) fn put(&self, id: &str, at: Timestamp, from: &Arc<str>, to: &str, letter: &Letter) {
        let json = serde_json::to_vec(letter).unwrap_or_default();
        let body = Compressed::new(json, self.mails().like.clone());
        let mut mail = Mail {
            number: 0,
            id: id.to_owned(),
            at,
            from: Arc::clone(from),
            to: to.to_owned(),
            subject: letter.subject.clone(),
            body,
        };
        let mut mails = self.mails();
        mails.like = mail.body.like.clone();
        mails.taken += 1;
        mail.number = mails.taken;
        mails.bytes += mail.size();
        mails.kept.push_back(Arc::new(mail));
        while mails.kept.len() > MAILS_KEPT || mails.bytes > BYTES_KEPT {
            let Some(oldest) = mails.kept.pop_front() else { break };
            mails.bytes -= oldest.size();
        }
    }

    /// How many mails were ever taken.
    pub(crate) fn taken(&self) -> u64 {
        self.mails().taken
    }

    fn clear(&self) {
        let mut mails = self.mails();
        mails.kept.clear();
        mails.bytes = 0;
    }

    fn matching(&self, wanted: &Wanted) -> Vec<Arc<Mail>> {
        let is_wanted = |mail: &&Arc<Mail>| {
            wanted.id.as_ref().is_none_or(|id| *id == mail.id)
                && wanted.email.as_ref().is_none_or(|email| email.eq_ignore_ascii_case(&mail.to))
        };
        self.mails().kept.iter().filter(is_wanted).cloned().collect()
    }

    /// The newest mails whose recipient contains `search`, older than number `before`.
    fn page(&self, search: &str, before: Option<u64>, limit: usize) -> Vec<Arc<Mail>> {
        let search = search.trim().to_lowercase();
        let mails = self.mails();
        let newest = mails.kept.iter().rev().filter(|mail| before.is_none_or(|before| mail.number < before));
        newest.filter(|mail| mail.to.to_lowercase().contains(&search)).take(limit).cloned().collect()
    }
}

/// Which mails are asked for; all of them by default.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    id: Option<String>,
    email: Option<String>,
}

/// `GET /_aws/ses`: the mails, oldest first. They are written out one by one, for there may be many.
pub(crate) async fn list(State(mailbox): State<Arc<Mailbox>>, Query(wanted): Query<Wanted>) -> Response {
    let mails = mailbox.matching(&wanted).into_iter().enumerate();
    let mails = mails.map(|(index, mail)| format!("{}{}", if index == 0 { "" } else { "," }, mail.message()));
    let chunks = std::iter::once("{\"messages\":[".to_owned()).chain(mails).chain(std::iter::once("]}".to_owned()));
    let chunks = chunks.map(|chunk| Ok::<_, std::convert::Infallible>(Bytes::from(chunk)));
    ([(CONTENT_TYPE, "application/json")], Body::from_stream(stream::iter(chunks))).into_response()
}

/// `DELETE /_aws/ses`.
pub(crate) async fn empty(State(mailbox): State<Arc<Mailbox>>) -> StatusCode {
    mailbox.clear();
    StatusCode::NO_CONTENT
}

/// A page of the inbox.
#[derive(Debug, Deserialize)]
pub(crate) struct Page {
    #[serde(default)]
    search: String,
    before: Option<u64>,
}

/// How many mails a page of the inbox has.
const PAGE: usize = 100;

/// `GET /_local/inbox/mails`: the newest mails without their text.
pub(crate) async fn page(State(mailbox): State<Arc<Mailbox>>, Query(page): Query<Page>) -> Json<serde_json::Value> {
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

    fn letter(text: &str) -> Letter {
        Letter { subject: "Hello".to_owned(), text: Some(text.to_owned()), html: None }
    }

    fn put(mailbox: &Mailbox, to: &str, letter: &Letter) {
        mailbox.put(&format!("id-{to}"), Timestamp::UNIX_EPOCH, &"usher@example.com".into(), to, letter);
    }

    async fn listed(mailbox: &Arc<Mailbox>, wanted: Wanted) -> serde_json::Value {
        let response = list(State(Arc::clone(mailbox)), Query(wanted)).await;
        serde_json::from_slice(&axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap()).unwrap()
    }

    #[tokio::test]
    async fn mails_are_listed_oldest_first_in_localstacks_shape() {
        let mailbox = Arc::new(Mailbox::default());
        assert_eq!(listed(&mailbox, Wanted::default()).await, json!({"messages": []}));
        put(&mailbox, "ann@example.com", &letter("<1>"));
        put(&mailbox, "Bob@example.com", &letter("\"2\""));
        let messages = listed(&mailbox, Wanted::default()).await;
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
        let bob = listed(&mailbox, Wanted { email: Some("bob@EXAMPLE.com".to_owned()), id: None }).await;
        assert_eq!(bob["messages"].as_array().unwrap().len(), 1);
        let ann = listed(&mailbox, Wanted { id: Some("id-ann@example.com".to_owned()), email: None }).await;
        assert_eq!(ann["messages"][0]["Id"], "id-ann@example.com");
        empty(State(Arc::clone(&mailbox))).await;
        assert_eq!(listed(&mailbox, Wanted::default()).await, json!({"messages": []}));
    }

    #[test]
    fn the_oldest_mails_go_when_there_are_too_many() {
        let mailbox = Mailbox::default();
        for number in 0..=MAILS_KEPT {
            put(&mailbox, &number.to_string(), &letter("x"));
        }
        let mails = mailbox.matching(&Wanted::default());
        assert_eq!((mails.len(), mails[0].to.as_str()), (MAILS_KEPT, "1"));
        assert_eq!(mailbox.mails().bytes, mails.iter().map(|mail| mail.size()).sum::<usize>());
    }

    #[test]
    fn ten_thousand_mails_of_six_kilobytes_are_all_kept() {
        let mailbox = Mailbox::default();
        put(&mailbox, "another", &letter(&"another ".repeat(500)));
        let paragraph = "<p style=\"margin: 0 0 16px; font: 16px/24px sans-serif\">You are invited to a workspace.</p>";
        for number in 0..10_000 {
            let html = Some(format!("<a href=\"https://example.com/register?hash={number}\">{}", paragraph.repeat(65)));
            put(&mailbox, &number.to_string(), &Letter { html, ..letter("You are invited.") });
        }
        let mails = mailbox.mails();
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
            put(&mailbox, to, &letter("x"));
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
