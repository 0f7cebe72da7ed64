//! EventBridge's `PutEvents` with its limits and errors
//! (<https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>). Tests read the accepted events
//! at `/_local/events`.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json,
    body::Bytes,
    extract::{Query, State},
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{
    Value, json,
    value::{RawValue, to_raw_value},
};
use shared::domain::{Clock, Random};

use crate::{event_forwarder::EventForwarder, faults::Faults};

/// The path of EventBridge's endpoint on the gateway's port.
pub(crate) const PATH: &str = "/_aws/events";

/// How many entries one call of `PutEvents` may have. The size of all entries of one call of `PutEvents` together is
/// limited too.
const ENTRIES_LIMIT: usize = 10;
const BYTES_LIMIT: usize = 256 * 1024;

/// How many accepted events the event bus keeps. When the event bus has more events, the bus drops the oldest events.
const EVENTS_KEPT: usize = 20_000;

/// The event bus and the events that it accepted.
#[derive(Debug)]
pub(crate) struct EventBridge {
    pub(crate) faults: Arc<Faults>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) accepted: Mutex<VecDeque<StoredEvent>>,
    /// The forwarder that gets a copy of every event, if the stack forwards events.
    pub(crate) forwarder: Option<EventForwarder>,
}

/// An event that the simulated event bus accepted.
#[derive(Debug)]
pub(crate) struct StoredEvent {
    kind: String,
    /// The event as JSON text. The JSON text of an event uses a fraction of the memory that a JSON tree uses.
    json: Box<RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutEvents {
    entries: Vec<EventEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EventEntry {
    source: Option<String>,
    detail_type: Option<String>,
    detail: Option<String>,
    #[serde(default)]
    resources: Vec<String>,
    /// The time of the event in seconds since the epoch, as AWS's JSON 1.1 protocol writes times.
    time: Option<f64>,
}

impl EventEntry {
    /// The entry's size in bytes, as EventBridge counts it.
    fn size(&self) -> usize {
        let texts = [&self.source, &self.detail_type, &self.detail].into_iter().flatten().chain(&self.resources);
        texts.map(String::len).sum::<usize>() + if self.time.is_some() { 14 } else { 0 }
    }
}

/// `POST` with `X-Amz-Target: AWSEvents.PutEvents`: puts events on the bus.
pub(crate) async fn call(State(bus): State<Arc<EventBridge>>, headers: HeaderMap, body: Bytes) -> Response {
    if headers.get("x-amz-target").is_none_or(|target| target != "AWSEvents.PutEvents") {
        return refusal("UnknownOperationException", "Only PutEvents is supported here.");
    }
    let Ok(PutEvents { entries }) = serde_json::from_slice(&body) else {
        return refusal("SerializationException", "The request can't be read.");
    };
    if !(1..=ENTRIES_LIMIT).contains(&entries.len()) {
        return refusal("ValidationException", "Entries must have 1 to 10 members.");
    }
    if entries.iter().map(EventEntry::size).sum::<usize>() > BYTES_LIMIT {
        return refusal("ValidationException", "Total size of the entries in the request is over the limit.");
    }
    let results: Vec<_> = entries.into_iter().map(|entry| bus.accept(entry)).collect();
    let failed = results.iter().filter(|result| result.is_err()).count();
    let results: Vec<_> = results
        .into_iter()
        .map(|result| match result {
            Ok(id) => json!({ "EventId": id }),
            Err((code, message)) => json!({ "ErrorCode": code, "ErrorMessage": message }),
        })
        .collect();
    Json(json!({ "FailedEntryCount": failed, "Entries": results })).into_response()
}

fn refusal(name: &'static str, message: &str) -> Response {
    let body = Json(json!({ "__type": name, "message": message }));
    (StatusCode::BAD_REQUEST, [("x-amzn-errortype", name)], body).into_response()
}

impl EventBridge {
    /// Removes all accepted events.
    pub(crate) fn clear(&self) {
        self.events().clear();
    }

    fn events(&self) -> MutexGuard<'_, VecDeque<StoredEvent>> {
        self.accepted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn accept(&self, entry: EventEntry) -> Result<String, (&'static str, &'static str)> {
        if self.faults.on_entry() {
            return Err(("InternalFailure", "A queued fault refuses this entry."));
        }
        let (Some(source), Some(kind), Some(detail)) = (entry.source, entry.detail_type, entry.detail) else {
            return Err(("InvalidArgument", "Source, DetailType and Detail are required."));
        };
        let detail = serde_json::from_str::<Value>(&detail).ok().filter(Value::is_object);
        let detail = detail.ok_or(("MalformedDetail", "Detail is malformed."))?;
        let id = self.random.uuid().to_string();
        #[expect(clippy::cast_possible_truncation, reason = "seconds of a time")]
        let time = entry.time.and_then(|time| Timestamp::from_second(time as i64).ok());
        let json = to_raw_value(&json!({
            "version": "0",
            "id": id,
            "detail-type": kind,
            "source": source,
            "account": "123456789012",
            "time": time.unwrap_or_else(|| self.clock.now()),
            "region": "us-east-1",
            "resources": entry.resources,
            "detail": detail,
        }));
        let json = json.map_err(|_| ("InternalFailure", "The event can't be written."))?;
        if let Some(forwarder) = &self.forwarder {
            forwarder.queue(json.get());
        }
        let mut events = self.events();
        events.push_back(StoredEvent { kind, json });
        if events.len() > EVENTS_KEPT {
            events.pop_front();
        }
        Ok(id)
    }
}

/// The query of `GET /_local/events`. A query without an event type matches all events.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventFilter {
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// `GET /_local/events`: the events, oldest first.
pub(crate) async fn list(State(bus): State<Arc<EventBridge>>, Query(filter): Query<EventFilter>) -> Json<Value> {
    let events = bus.events();
    let matches = |event: &&StoredEvent| filter.kind.as_ref().is_none_or(|kind| event.kind == *kind);
    Json(json!({ "events": events.iter().filter(matches).map(|event| &event.json).collect::<Vec<_>>() }))
}

/// `DELETE /_local/events`: removes all events.
pub(crate) async fn empty(State(bus): State<Arc<EventBridge>>) -> StatusCode {
    bus.clear();
    StatusCode::NO_CONTENT
}

#[cfg(test)]
mod tests {
    use shared::domain::{SystemClock, SystemRandom};

    use super::*;

    fn bus() -> Arc<EventBridge> {
        Arc::new(EventBridge {
            faults: Arc::default(),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            accepted: Mutex::default(),
            forwarder: None,
        })
    }

    fn entry(detail: &str) -> Value {
        json!({ "Source": "usher", "DetailType": "invitation.created", "Detail": detail, "EventBusName": "usher" })
    }

    async fn put(bus: &Arc<EventBridge>, entries: &[Value]) -> (u16, Value) {
        let headers = HeaderMap::from_iter([(
            http::HeaderName::from_static("x-amz-target"),
            http::HeaderValue::from_static("AWSEvents.PutEvents"),
        )]);
        let body = json!({ "Entries": entries }).to_string();
        let response = call(State(Arc::clone(bus)), headers, body.into()).await;
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn each_entry_has_a_result_of_its_own() {
        let bus = bus();
        let (status, answer) = put(&bus, &[entry("{}"), entry("{"), json!({ "Source": "usher" })]).await;
        assert_eq!((status, &answer["FailedEntryCount"]), (200, &json!(2)));
        assert!(answer["Entries"][0]["EventId"].is_string());
        assert_eq!(answer["Entries"][1]["ErrorCode"], "MalformedDetail");
        assert_eq!(answer["Entries"][2]["ErrorCode"], "InvalidArgument");
        let listed = list(State(Arc::clone(&bus)), Query(EventFilter::default())).await.0;
        assert_eq!(listed["events"].as_array().unwrap().len(), 1);
        let other = list(State(Arc::clone(&bus)), Query(EventFilter { kind: Some("other".to_owned()) })).await.0;
        assert_eq!(other, json!({ "events": [] }));
        empty(State(Arc::clone(&bus))).await;
        assert!(bus.events().is_empty());
    }

    #[tokio::test]
    async fn a_call_that_breaks_the_limits_is_refused_whole() {
        let bus = bus();
        let large = format!("{{\"text\": \"{}\"}}", "a".repeat(BYTES_LIMIT / 2));
        for entries in [vec![], vec![entry("{}"); 11], vec![entry(&large); 2]] {
            let (status, answer) = put(&bus, &entries).await;
            assert_eq!((status, &answer["__type"]), (400, &json!("ValidationException")));
        }
        assert_eq!(put(&bus, &vec![entry("{}"); 10]).await.0, 200);
        assert_eq!(bus.events().len(), 10);
    }

    #[tokio::test]
    async fn a_fault_of_one_entry_leaves_the_others_alone() {
        let bus = bus();
        bus.faults.queue(json!({ "action": "events:PutEvents", "fault": "failedEntry" })).unwrap();
        let (_, answer) = put(&bus, &[entry("{}"), entry("{}")]).await;
        assert_eq!(answer["FailedEntryCount"], 1);
        assert_eq!(answer["Entries"][0]["ErrorCode"], "InternalFailure");
    }
}
