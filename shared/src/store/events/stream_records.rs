//! Records of the table's stream, as Lambda delivers them
//! (<https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>).

use serde::{Deserialize, de::DeserializeOwned};
use serde_dynamo::{AttributeValue, Item};

use crate::{
    domain::{Person, Scope},
    store::{HashItem, Key},
};

/// A batch of records of the table's stream.
#[derive(Debug, Deserialize)]
pub struct StreamBatch {
    #[serde(rename = "Records")]
    pub(crate) records: Vec<StreamRecord>,
}

/// A record of the table's stream: a change of one item.
#[derive(Debug, Deserialize)]
pub(crate) struct StreamRecord {
    #[serde(rename = "eventName")]
    event_name: String,
    #[serde(rename = "dynamodb")]
    change: ItemChange,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ItemChange {
    #[serde(default)]
    keys: Item,
    #[serde(default)]
    old_image: Item,
    #[serde(default)]
    new_image: Item,
    sequence_number: Option<String>,
}

impl StreamRecord {
    /// The sequence number of the stream record. The response to a batch of the stream names failed records by their
    /// sequence numbers.
    pub(crate) fn sequence_number(&self) -> Option<String> {
        self.change.sequence_number.clone()
    }

    /// The key of a new outbox item. The result is `None` for any other stream record. The event source's filter lets
    /// only new outbox items through.
    pub(crate) fn queued_item(&self) -> Option<Key> {
        let key = self.key()?;
        (self.event_name == "INSERT" && key.pk.starts_with("Q#")).then_some(key)
    }

    /// The record of a person before and after the change. The result is `None` for any other stream record.
    pub(crate) fn person_change(&self) -> Option<(Scope, Option<Person>, Person)> {
        if !matches!(self.event_name.as_str(), "INSERT" | "MODIFY") {
            return None;
        }
        let scope = self.key()?.scope()?;
        Some((scope, read(&self.change.old_image), read(&self.change.new_image)?))
    }

    /// The item of a link's hash that was deleted. The result is `None` for any other stream record. Only DynamoDB's
    /// TTL deletes the items of hashes.
    pub(crate) fn purged_hash(&self) -> Option<HashItem> {
        let key = self.key()?;
        if self.event_name != "REMOVE" || !key.pk.starts_with("H#") {
            return None;
        }
        read(&self.change.old_image)
    }

    fn key(&self) -> Option<Key> {
        let text = |name: &str| match self.change.keys.get(name) {
            Some(AttributeValue::S(text)) => Some(text.as_str()),
            _ => None,
        };
        Some(Key::from_parts(text("pk")?, text("sk")?))
    }
}

fn read<T: DeserializeOwned>(image: &Item) -> Option<T> {
    serde_dynamo::from_item(image.clone()).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn record(event_name: &str, pk: &str, images: &Value) -> StreamRecord {
        let mut change = json!({ "Keys": { "pk": { "S": pk }, "sk": { "S": "x" } }, "SequenceNumber": "1" });
        change.as_object_mut().unwrap().extend(images.as_object().cloned().unwrap_or_default());
        serde_json::from_value(json!({ "eventName": event_name, "dynamodb": change })).unwrap()
    }

    #[test]
    fn only_a_new_outbox_item_is_delivered() {
        assert_eq!(record("INSERT", "Q#1", &json!({})).queued_item(), Some(Key::from_parts("Q#1", "x")));
        assert_eq!(record("MODIFY", "Q#1", &json!({})).queued_item(), None);
        assert_eq!(record("INSERT", "D#1", &json!({})).queued_item(), None);
    }

    #[test]
    fn a_record_of_another_item_is_no_change_of_a_person_and_no_purged_hash() {
        let image = json!({ "OldImage": { "n": { "N": "1" } }, "NewImage": { "n": { "N": "1" } } });
        for event_name in ["INSERT", "MODIFY", "REMOVE"] {
            let record = record(event_name, "A#ada@example.com", &image);
            assert!(record.person_change().is_none() && record.purged_hash().is_none(), "{event_name}");
        }
    }
}
