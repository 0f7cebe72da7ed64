//! A conditional write: a write to one item of the table, which succeeds only if its expectations hold. The store makes
//! a conditional write either alone or as part of a transaction.

use std::{borrow::Cow, collections::HashMap};

use aws_sdk_dynamodb::{
    operation::{delete_item::DeleteItemError, put_item::PutItemError, update_item::UpdateItemError},
    types::{
        AttributeValue, ConditionCheck, Delete, Put, ReturnValue, ReturnValuesOnConditionCheckFailure,
        TransactWriteItem, Update,
    },
};
use serde::Serialize;

use crate::{
    Error, InternalContext, Result,
    store::{
        Store,
        condition::{Condition, Placeholders, item_absent, item_exists},
        items::{Item, attribute, failed, to_item},
        keys::Key,
        retry::MAX_WRITE_ATTEMPTS,
    },
};

/// The name of an attribute: a constant, or a field name of a serialized entity.
type Name = Cow<'static, str>;

/// A write to one item. The write succeeds only if every condition in `expected` holds.
#[derive(Debug, Clone)]
pub(super) struct ConditionalWrite {
    kind: Kind,
    expected: Vec<Condition>,
}

#[derive(Debug, Clone)]
enum Kind {
    Put(Item),
    Update(Key, Vec<(Name, Action)>),
    Delete(Key),
    Check(Key),
}

/// What an update of an item does to one attribute of the item.
#[derive(Debug, Clone)]
enum Action {
    Set(AttributeValue),
    SetIfAbsent(AttributeValue),
    Remove,
    Add(AttributeValue),
    DeleteFrom(AttributeValue),
}

/// The expressions of a write, with the maps of their placeholders.
struct Rendered {
    update: Option<String>,
    condition: Option<String>,
    names: Option<HashMap<String, String>>,
    values: Option<HashMap<String, AttributeValue>>,
}

/// Gives a request of the SDK, or an action of a transaction, the condition of a write with the condition's
/// placeholders. The builders of the AWS SDK have the same methods and no trait in common, so a macro is needed.
macro_rules! guarded {
    ($builder:expr, $rendered:expr) => {{
        let Rendered { condition, names, values, .. } = $rendered;
        $builder
            .set_condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
    }};
}

impl ConditionalWrite {
    fn new(kind: Kind) -> Self {
        Self { kind, expected: Vec::new() }
    }

    /// A write that replaces the whole item.
    pub(super) fn put(key: &Key, item: impl Serialize) -> Self {
        let mut item = to_item(item);
        item.extend(key.item());
        Self::new(Kind::Put(item))
    }

    /// A write that changes attributes of an item. If the item does not exist, the write creates the item.
    pub(super) fn update(key: Key) -> Self {
        Self::new(Kind::Update(key, Vec::new()))
    }

    /// A write that deletes the item.
    pub(super) fn delete(key: Key) -> Self {
        Self::new(Kind::Delete(key))
    }

    /// A write that changes nothing and only expects conditions of the item. DynamoDB allows a write without a change
    /// only in transactions.
    pub(super) fn check(key: Key) -> Self {
        Self::new(Kind::Check(key))
    }

    fn with(mut self, name: impl Into<Name>, action: Action) -> Self {
        if let Kind::Update(_, actions) = &mut self.kind {
            actions.push((name.into(), action));
        }
        self
    }

    /// Lets the write set an attribute of the item.
    #[must_use]
    pub(super) fn set(self, name: impl Into<Name>, value: impl Serialize) -> Self {
        self.with(name, Action::Set(attribute(value)))
    }

    /// Lets the write set an attribute of the item to a value that is already serialized.
    #[must_use]
    pub(super) fn set_attribute(self, name: impl Into<Name>, value: AttributeValue) -> Self {
        self.with(name, Action::Set(value))
    }

    /// Lets the write set each attribute of the serialized value. The item's other attributes stay as they are.
    #[must_use]
    pub(super) fn set_all(self, values: impl Serialize) -> Self {
        to_item(values).into_iter().fold(self, |write, (name, value)| write.set_attribute(name, value))
    }

    /// Lets the write set an attribute unless the item already has the attribute.
    #[must_use]
    pub(super) fn set_if_absent(self, name: impl Into<Name>, value: impl Serialize) -> Self {
        self.with(name, Action::SetIfAbsent(attribute(value)))
    }

    /// Lets the write remove an attribute from the item.
    #[must_use]
    pub(super) fn remove(self, name: impl Into<Name>) -> Self {
        self.with(name, Action::Remove)
    }

    /// Lets the write add to an attribute of the item that is a number or a set. If the item does not have the number,
    /// the number counts as 0.
    #[must_use]
    pub(super) fn add(self, name: impl Into<Name>, value: impl Serialize) -> Self {
        self.with(name, Action::Add(attribute(value)))
    }

    /// Lets the write remove elements from an attribute of the item that is a set.
    #[must_use]
    pub(super) fn delete_from(self, name: impl Into<Name>, elements: impl Serialize) -> Self {
        self.with(name, Action::DeleteFrom(attribute(elements)))
    }

    /// Adds a condition to the write: the write succeeds only if the added condition holds too.
    #[must_use]
    pub(super) fn expect(mut self, condition: Condition) -> Self {
        self.expected.push(condition);
        self
    }

    /// Adds the condition to the write that the item does not exist yet.
    #[must_use]
    pub(super) fn if_absent(self) -> Self {
        self.expect(item_absent())
    }

    /// Adds the condition to the write that the item exists.
    #[must_use]
    pub(super) fn if_present(self) -> Self {
        self.expect(item_exists())
    }

    fn render(actions: Option<Vec<(Name, Action)>>, expected: Vec<Condition>) -> Rendered {
        let mut placeholders = Placeholders::default();
        let update = actions.map(|actions| update_expression(actions, &mut placeholders));
        let conditions: Vec<_> = expected.into_iter().map(|condition| placeholders.condition(condition)).collect();
        let condition = (!conditions.is_empty()).then(|| conditions.join(" AND "));
        Rendered { update, condition, names: placeholders.names(), values: placeholders.values() }
    }

    /// The write as an action of a transaction. If an expectation fails, DynamoDB returns the stored item.
    pub(super) fn into_action(self, table: &str) -> TransactWriteItem {
        const OLD: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;
        /// Builds a transaction's action (put, update, delete or check) from the SDK's builder of this kind of action.
        macro_rules! action {
            ($set:ident, $builder:expr, $rendered:expr) => {
                guarded!($builder.table_name(table), $rendered)
                    .return_values_on_condition_check_failure(OLD)
                    .build()
                    .map(|built| TransactWriteItem::builder().$set(built))
            };
        }
        let built = match self.kind {
            Kind::Put(item) => action!(put, Put::builder().set_item(Some(item)), Self::render(None, self.expected)),
            Kind::Update(key, actions) => {
                let mut rendered = Self::render(Some(actions), self.expected);
                let update = Update::builder().set_key(Some(key.item()));
                let update = update.set_update_expression(rendered.update.take());
                action!(update, update, rendered)
            }
            Kind::Delete(key) => {
                action!(delete, Delete::builder().set_key(Some(key.item())), Self::render(None, self.expected))
            }
            Kind::Check(key) => {
                let check = ConditionCheck::builder().set_key(Some(key.item()));
                action!(condition_check, check, Self::render(None, self.expected))
            }
        };
        // The SDK's `build` fails only if a required field is missing, and the macro sets all required fields.
        built.unwrap_or_else(|_| TransactWriteItem::builder()).build()
    }
}

/// DynamoDB's update expression: one clause for each kind of action, such as `SET` and `REMOVE`.
fn update_expression(actions: Vec<(Name, Action)>, placeholders: &mut Placeholders) -> String {
    let (mut set, mut remove, mut add, mut delete) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (name, action) in actions {
        let name = placeholders.name(&name);
        match action {
            Action::Set(value) => set.push(format!("{name} = {}", placeholders.value(value))),
            Action::SetIfAbsent(value) => {
                set.push(format!("{name} = if_not_exists({name}, {})", placeholders.value(value)));
            }
            Action::Remove => remove.push(name),
            Action::Add(value) => add.push(format!("{name} {}", placeholders.value(value))),
            Action::DeleteFrom(value) => delete.push(format!("{name} {}", placeholders.value(value))),
        }
    }
    let clauses = [("SET", set), ("REMOVE", remove), ("ADD", add), ("DELETE", delete)];
    let clauses = clauses.iter().filter(|(_, parts)| !parts.is_empty());
    clauses.map(|(clause, parts)| format!("{clause} {}", parts.join(", "))).collect::<Vec<_>>().join(" ")
}

/// The result of a write that was made alone.
#[derive(Debug)]
pub(super) enum Written {
    /// DynamoDB made the write. After an update, the result holds the updated item. After a put or a delete, the result
    /// holds no item.
    Done(Item),
    /// DynamoDB did not make the write, because an expectation of the write failed.
    Refused,
}

/// Whether a call of DynamoDB failed with the named error.
macro_rules! failed_with {
    ($error:expr, $kind:ident::$reason:ident) => {
        matches!($error.as_service_error(), Some($kind::$reason(_)))
    };
}

impl Store {
    /// Makes one write outside a transaction. If another request's transaction on the item is in progress, the store
    /// attempts the write again after a random pause. If an expectation of the write fails, the store returns a result
    /// and does not attempt the write again.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the write failed, or if DynamoDB's reply to the write was lost. If DynamoDB's reply
    /// was lost, the write may have been made.
    pub(super) async fn write(&self, write: ConditionalWrite) -> Result<Written> {
        for attempt in 0..MAX_WRITE_ATTEMPTS {
            if let Some(written) = self.try_to_write(write.clone()).await? {
                return Ok(written);
            }
            self.pause(attempt).await;
        }
        Err(Error::Unavailable(InternalContext::new("store: conflicts of a write with transactions did not end")))
    }

    /// Attempts a write once. Returns `None` if another request's transaction on the item is in progress.
    async fn try_to_write(&self, write: ConditionalWrite) -> Result<Option<Written>> {
        match write.kind {
            Kind::Put(item) => self.try_to_put(item, write.expected).await,
            Kind::Update(key, actions) => self.try_to_update(&key, actions, write.expected).await,
            Kind::Delete(key) => self.try_to_delete(&key, write.expected).await,
            Kind::Check(_) => Err(Error::internal("store: a check outside a transaction")),
        }
    }

    async fn try_to_put(&self, item: Item, expected: Vec<Condition>) -> Result<Option<Written>> {
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        match guarded!(put, ConditionalWrite::render(None, expected)).send().await {
            Ok(_) => Ok(Some(Written::Done(Item::new()))),
            Err(error) if failed_with!(error, PutItemError::ConditionalCheckFailedException) => {
                Ok(Some(Written::Refused))
            }
            Err(error) if failed_with!(error, PutItemError::TransactionConflictException) => Ok(None),
            Err(error) => Err(failed("PutItem", &error)),
        }
    }

    async fn try_to_update(
        &self,
        key: &Key,
        actions: Vec<(Name, Action)>,
        expected: Vec<Condition>,
    ) -> Result<Option<Written>> {
        let mut rendered = ConditionalWrite::render(Some(actions), expected);
        let update = self.client.update_item().table_name(&self.table).set_key(Some(key.item()));
        let update = update.set_update_expression(rendered.update.take()).return_values(ReturnValue::AllNew);
        match guarded!(update, rendered).send().await {
            Ok(output) => Ok(Some(Written::Done(output.attributes.unwrap_or_default()))),
            Err(error) if failed_with!(error, UpdateItemError::ConditionalCheckFailedException) => {
                Ok(Some(Written::Refused))
            }
            Err(error) if failed_with!(error, UpdateItemError::TransactionConflictException) => Ok(None),
            Err(error) => Err(failed("UpdateItem", &error)),
        }
    }

    async fn try_to_delete(&self, key: &Key, expected: Vec<Condition>) -> Result<Option<Written>> {
        let delete = self.client.delete_item().table_name(&self.table).set_key(Some(key.item()));
        match guarded!(delete, ConditionalWrite::render(None, expected)).send().await {
            Ok(_) => Ok(Some(Written::Done(Item::new()))),
            Err(error) if failed_with!(error, DeleteItemError::ConditionalCheckFailedException) => {
                Ok(Some(Written::Refused))
            }
            Err(error) if failed_with!(error, DeleteItemError::TransactionConflictException) => Ok(None),
            Err(error) => Err(failed("DeleteItem", &error)),
        }
    }
}
