//! One conditional write, for use alone or in a transaction.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    operation::{delete_item::DeleteItemError, put_item::PutItemError, update_item::UpdateItemError},
    types::{
        AttributeValue, ConditionCheck, Delete, Put, ReturnValue, ReturnValuesOnConditionCheckFailure,
        TransactWriteItem, Update,
    },
};
use serde::Serialize;

use crate::{
    Error, Internal, Result,
    store::{Item, Store, attribute, failed, keys::Key, to_item, transact::TRIES},
};

/// Whether a write failed for this reason.
macro_rules! is {
    ($error:expr, $kind:ident::$reason:ident) => {
        matches!($error.as_service_error(), Some($kind::$reason(_)))
    };
}

/// A write to one item. In expressions, `#name` stands for the attribute `name` and `:name` for a value given by
/// [`ConditionalWrite::with`].
#[derive(Debug, Clone)]
pub(in crate::store) struct ConditionalWrite {
    kind: Kind,
    condition: Option<String>,
    values: HashMap<String, AttributeValue>,
}

#[derive(Debug, Clone)]
enum Kind {
    Put(Item),
    Update(Key, String),
    Delete(Key),
    Check(Key),
}

impl ConditionalWrite {
    fn new(kind: Kind) -> Self {
        Self { kind, condition: None, values: HashMap::new() }
    }

    /// Writes the whole item.
    pub(in crate::store) fn put(key: &Key, item: impl Serialize) -> Self {
        let mut item = to_item(item);
        item.extend(key.item());
        Self::new(Kind::Put(item))
    }

    /// Writes these attributes of an item, and leaves what else it has.
    pub(in crate::store) fn merge(key: Key, item: impl Serialize) -> Self {
        let item = to_item(item);
        let set: Vec<_> = item.keys().map(|name| format!("#{name} = :{name}")).collect();
        let mut change = Self::update(key, format!("SET {}", set.join(", ")));
        change.values = item.into_iter().map(|(name, value)| (format!(":{name}"), value)).collect();
        change
    }

    /// Changes attributes.
    pub(in crate::store) fn update(key: Key, expression: impl Into<String>) -> Self {
        Self::new(Kind::Update(key, expression.into()))
    }

    /// Removes the item.
    pub(in crate::store) fn delete(key: Key) -> Self {
        Self::new(Kind::Delete(key))
    }

    /// Writes nothing, but has a condition. For transactions only.
    pub(in crate::store) fn check(key: Key) -> Self {
        Self::new(Kind::Check(key))
    }

    /// Only if this holds.
    #[must_use]
    pub(in crate::store) fn when(mut self, condition: impl Into<String>) -> Self {
        self.condition = Some(condition.into());
        self
    }

    /// Only if this holds too.
    #[must_use]
    pub(in crate::store) fn and(self, condition: &str) -> Self {
        let before = self.condition.clone().unwrap_or_default();
        self.when(format!("({before}) AND {condition}"))
    }

    /// Only if there is no such item.
    #[must_use]
    pub(in crate::store) fn if_absent(self) -> Self {
        self.when("attribute_not_exists(pk)")
    }

    /// Only if there is such an item.
    #[must_use]
    pub(in crate::store) fn if_present(self) -> Self {
        self.when("attribute_exists(pk)")
    }

    /// The value of `:name`.
    #[must_use]
    pub(in crate::store) fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.values.insert(format!(":{name}"), attribute(value));
        self
    }

    fn names(&self) -> Option<HashMap<String, String>> {
        let expression = if let Kind::Update(_, expression) = &self.kind { expression.as_str() } else { "" };
        let text = [expression, self.condition.as_deref().unwrap_or_default()];
        let names: HashMap<_, _> = text
            .iter()
            .flat_map(|text| text.split('#').skip(1))
            .map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default())
            .map(|name| (format!("#{name}"), name.to_owned()))
            .collect();
        (!names.is_empty()).then_some(names)
    }

    fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }

    /// The write as an action of a transaction. A failed condition brings the old item.
    pub(in crate::store) fn into_action(self, table: &str) -> TransactWriteItem {
        const OLD: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;
        let (names, values) = (self.names(), self.values());
        let action = TransactWriteItem::builder();
        let built = match self.kind {
            Kind::Put(item) => Put::builder()
                .table_name(table)
                .set_item(Some(item))
                .set_condition_expression(self.condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(OLD)
                .build()
                .map(|put| action.clone().put(put)),
            Kind::Update(key, expression) => Update::builder()
                .table_name(table)
                .set_key(Some(key.item()))
                .update_expression(expression)
                .set_condition_expression(self.condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(OLD)
                .build()
                .map(|update| action.clone().update(update)),
            Kind::Delete(key) => Delete::builder()
                .table_name(table)
                .set_key(Some(key.item()))
                .set_condition_expression(self.condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(OLD)
                .build()
                .map(|delete| action.clone().delete(delete)),
            Kind::Check(key) => ConditionCheck::builder()
                .table_name(table)
                .set_key(Some(key.item()))
                .set_condition_expression(self.condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(OLD)
                .build()
                .map(|check| action.clone().condition_check(check)),
        };
        // Every required field is set above.
        built.unwrap_or(action).build()
    }
}

/// What a conditional write came to.
#[derive(Debug)]
pub(in crate::store) enum Written {
    /// Written. Of an update, the item as it is now.
    Done(Item),
    /// The condition failed.
    Refused,
}

impl Store {
    /// Makes one change by itself. A meeting with a transaction is tried again with jitter; a failed condition is an
    /// answer and never is.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if it can't be known to be written, or wasn't.
    pub(in crate::store) async fn write(&self, change: ConditionalWrite) -> Result<Written> {
        for attempt in 0..TRIES {
            if let Some(written) = self.try_to_write(change.clone()).await? {
                return Ok(written);
            }
            self.pause(attempt).await;
        }
        Err(Error::Unavailable(Internal::new("store: conflicts of a write with transactions did not end")))
    }

    /// `None` if a transaction has the item in hand.
    async fn try_to_write(&self, change: ConditionalWrite) -> Result<Option<Written>> {
        let (names, values) = (change.names(), change.values());
        match change.kind {
            Kind::Put(item) => {
                let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
                let put = put.set_condition_expression(change.condition);
                let put = put.set_expression_attribute_names(names).set_expression_attribute_values(values);
                match put.send().await {
                    Ok(_) => Ok(Some(Written::Done(Item::new()))),
                    Err(error) if is!(error, PutItemError::ConditionalCheckFailedException) => {
                        Ok(Some(Written::Refused))
                    }
                    Err(error) if is!(error, PutItemError::TransactionConflictException) => Ok(None),
                    Err(error) => Err(failed("PutItem", &error)),
                }
            }
            Kind::Update(key, expression) => {
                let update = self.client.update_item().table_name(&self.table).set_key(Some(key.item()));
                let update = update.update_expression(expression).set_condition_expression(change.condition);
                let update = update.set_expression_attribute_names(names).set_expression_attribute_values(values);
                let update = update.return_values(ReturnValue::AllNew);
                match update.send().await {
                    Ok(output) => Ok(Some(Written::Done(output.attributes.unwrap_or_default()))),
                    Err(error) if is!(error, UpdateItemError::ConditionalCheckFailedException) => {
                        Ok(Some(Written::Refused))
                    }
                    Err(error) if is!(error, UpdateItemError::TransactionConflictException) => Ok(None),
                    Err(error) => Err(failed("UpdateItem", &error)),
                }
            }
            Kind::Check(_) => Err(Error::internal("store: a check outside a transaction")),
            Kind::Delete(key) => {
                let delete = self.client.delete_item().table_name(&self.table).set_key(Some(key.item()));
                let delete = delete.set_condition_expression(change.condition);
                let delete = delete.set_expression_attribute_names(names).set_expression_attribute_values(values);
                match delete.send().await {
                    Ok(_) => Ok(Some(Written::Done(Item::new()))),
                    Err(error) if is!(error, DeleteItemError::ConditionalCheckFailedException) => {
                        Ok(Some(Written::Refused))
                    }
                    Err(error) if is!(error, DeleteItemError::TransactionConflictException) => Ok(None),
                    Err(error) => Err(failed("DeleteItem", &error)),
                }
            }
        }
    }
}
