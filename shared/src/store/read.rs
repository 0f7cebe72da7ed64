//! Reads of the table. Every read of the table is strongly consistent, except a read through an index.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use futures::{StreamExt, TryStreamExt, stream};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Error, InternalContext, Result,
    store::{
        Store,
        condition::{Condition, Placeholders},
        items::{Item, attribute, failed, from_item},
        keys::Key,
    },
};

/// The largest number of keys that DynamoDB takes in one `BatchGetItem`.
const MAX_KEYS: usize = 100;

/// The largest number of calls of DynamoDB that one request has in flight at the same time.
const IN_FLIGHT: usize = 8;

/// The largest number of attempts to read keys that DynamoDB left unprocessed.
const MAX_READ_ATTEMPTS: u32 = 8;

/// A range of sort keys in a partition of the table.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sort<'a> {
    /// The range of sort keys that begin with this prefix.
    Begins(&'a str),
    /// The range of sort keys below this bound.
    Below(&'a str),
    /// The range of sort keys below or equal to this bound.
    UpTo(&'a str),
}

impl<'a> Sort<'a> {
    /// DynamoDB's key condition for a range of sort keys, and the value of the `:bound` placeholder in the condition.
    fn condition(self) -> (&'static str, Option<&'a str>) {
        match self {
            Self::Begins("") => ("pk = :pk", None),
            Self::Begins(prefix) => ("pk = :pk AND begins_with(sk, :bound)", Some(prefix)),
            Self::Below(bound) => ("pk = :pk AND sk < :bound", Some(bound)),
            Self::UpTo(bound) => ("pk = :pk AND sk <= :bound", Some(bound)),
        }
    }
}

/// A request for some items of a partition.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slice<'a> {
    /// The partition key of the items to read.
    pub(super) pk: &'a str,
    /// The range of the sort keys of the items to read.
    pub(super) sort: Sort<'a>,
    /// The read returns only items that come after this sort key, in the direction of the read.
    pub(super) after: Option<&'a str>,
    /// Whether to read in descending order of the sort keys.
    pub(super) backwards: bool,
    /// The largest number of items to read.
    pub(super) limit: usize,
}

/// Items that were read together, by partition key and sort key.
#[derive(Debug, Default)]
pub(super) struct Found(HashMap<(String, String), Item>);

impl Found {
    /// Removes and returns the item with this key. Returns `None` if the item does not exist or was taken before.
    pub(super) fn take<T: DeserializeOwned>(&mut self, key: &Key) -> Result<Option<T>> {
        self.0.remove(&(key.pk.clone(), key.sk.clone())).map(from_item).transpose()
    }

    /// The item with this key. Returns `None` if the item does not exist or was taken before.
    pub(super) fn item(&self, key: &Key) -> Option<&Item> {
        self.0.get(&(key.pk.clone(), key.sk.clone()))
    }

    fn insert(&mut self, item: Item) {
        self.0.insert((text(&item, "pk"), text(&item, "sk")), item);
    }
}

/// The text of a string attribute, or the empty string.
fn text(item: &Item, name: &str) -> String {
    item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default()
}

impl Store {
    /// Reads one item of the table by its key.
    pub(super) async fn get<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>> {
        self.get_item(key).await?.map(from_item).transpose()
    }

    /// Reads one item of the table by its key, as DynamoDB's map of attributes.
    pub(super) async fn get_item(&self, key: &Key) -> Result<Option<Item>> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key.item())).consistent_read(true);
        let output = request.send().await.map_err(|error| failed("GetItem", &error))?;
        Ok(output.item)
    }

    /// Reads items by their keys, which must differ from each other. Each call of DynamoDB reads up to a hundred items.
    pub(super) async fn get_many(&self, keys: Vec<Key>) -> Result<Found> {
        let mut keys: Vec<_> = keys.iter().map(Key::item).collect();
        let mut chunks = Vec::new();
        while !keys.is_empty() {
            chunks.push(keys.split_off(keys.len().saturating_sub(MAX_KEYS)));
        }
        let mut found = Found::default();
        let batches: Vec<_> = chunks.into_iter().map(|chunk| self.get_batch(chunk)).collect();
        let mut batches = stream::iter(batches).buffer_unordered(IN_FLIGHT);
        while let Some(items) = batches.try_next().await? {
            for item in items {
                found.insert(item);
            }
        }
        drop(batches);
        Ok(found)
    }

    /// Reads up to a hundred items. Keys that DynamoDB leaves unprocessed are read again.
    async fn get_batch(&self, mut keys: Vec<Item>) -> Result<Vec<Item>> {
        let mut items = Vec::with_capacity(keys.len());
        for attempt in 0..MAX_READ_ATTEMPTS {
            let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
            let wanted = wanted.map_err(|_| Error::internal("store: BatchGetItem: no keys"))?;
            let request = self.client.batch_get_item().request_items(&self.table, wanted);
            let output = request.send().await.map_err(|error| failed("BatchGetItem", &error))?;
            items.extend(output.responses.into_iter().flat_map(HashMap::into_values).flatten());
            keys = output
                .unprocessed_keys
                .into_iter()
                .flat_map(HashMap::into_values)
                .flat_map(|unprocessed| unprocessed.keys)
                .collect();
            if keys.is_empty() {
                return Ok(items);
            }
            self.pause(attempt).await;
        }
        Err(Error::Unavailable(InternalContext::new("store: BatchGetItem: keys remained unprocessed")))
    }

    /// Reads the items of a partition whose sort keys begin with `prefix`, in ascending order, and at most `limit`
    /// items.
    pub(super) async fn query<T: DeserializeOwned>(&self, pk: &str, prefix: &str, limit: usize) -> Result<Vec<T>> {
        self.query_where(pk, Sort::Begins(prefix), limit, None).await
    }

    /// Reads the items of a partition whose sort keys are in the range and that pass the filter, in ascending order.
    /// DynamoDB also reads, and charges for, the items that the filter rejects.
    pub(super) async fn query_where<T: DeserializeOwned>(
        &self,
        pk: &str,
        sort: Sort<'_>,
        limit: usize,
        filter: Option<Condition>,
    ) -> Result<Vec<T>> {
        let (condition, bound) = sort.condition();
        let unfiltered = filter.is_none();
        let mut placeholders = Placeholders::default();
        let filter = filter.map(|filter| placeholders.condition(filter));
        let (names, values) = (placeholders.names(), placeholders.values().unwrap_or_default());
        let mut items = Vec::new();
        let mut start: Option<HashMap<String, AttributeValue>> = None;
        while items.len() < limit {
            let mut request = self.client.query().table_name(&self.table).key_condition_expression(condition);
            request = request.expression_attribute_values(":pk", attribute(pk));
            if let Some(bound) = bound {
                request = request.expression_attribute_values(":bound", attribute(bound));
            }
            for (placeholder, value) in &values {
                request = request.expression_attribute_values(placeholder, value.clone());
            }
            let request = request.set_filter_expression(filter.clone()).set_expression_attribute_names(names.clone());
            // DynamoDB counts the items that the filter rejects towards the limit. A query with a filter therefore
            // reads whole pages.
            let page = unfiltered.then(|| i32::try_from(limit - items.len()).unwrap_or(i32::MAX));
            let request = request.consistent_read(true).set_limit(page).set_exclusive_start_key(start);
            let output = request.send().await.map_err(|error| failed("Query", &error))?;
            for item in output.items.unwrap_or_default() {
                items.push(from_item(item)?);
            }
            start = output.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        Ok(items)
    }

    /// Reads some items with their sort keys in one call. The second returned value says whether more items of the
    /// partition follow.
    pub(super) async fn slice<T: DeserializeOwned>(&self, slice: &Slice<'_>) -> Result<(Vec<(String, T)>, bool)> {
        let (condition, bound) = slice.sort.condition();
        let mut request = self.client.query().table_name(&self.table).key_condition_expression(condition);
        request = request.expression_attribute_values(":pk", attribute(slice.pk));
        if let Some(bound) = bound {
            request = request.expression_attribute_values(":bound", attribute(bound));
        }
        let after = slice.after.map(|after| Key::from_parts(slice.pk, after).item());
        let request = request.scan_index_forward(!slice.backwards).set_exclusive_start_key(after);
        let request = request.consistent_read(true).limit(i32::try_from(slice.limit).unwrap_or(i32::MAX));
        let output = request.send().await.map_err(|error| failed("Query", &error))?;
        let items = output.items.unwrap_or_default().into_iter().map(|item| Ok((text(&item, "sk"), from_item(item)?)));
        Ok((items.collect::<Result<_>>()?, output.last_evaluated_key.is_some()))
    }

    /// The key of the first item that an index of keys returns for a value. An index of keys lags behind the table.
    pub(super) async fn indexed(&self, index: &str, name: &str, value: impl Serialize) -> Result<Option<Key>> {
        let request = self.client.query().table_name(&self.table).index_name(index).limit(1);
        let request = request.key_condition_expression("#name = :value").expression_attribute_names("#name", name);
        let request = request.expression_attribute_values(":value", attribute(value));
        let output = request.send().await.map_err(|error| failed("Query", &error))?;
        output.items.and_then(|items| items.into_iter().next()).map(from_item).transpose()
    }
}
