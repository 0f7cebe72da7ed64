//! What must hold of an item for a write to succeed, and the rendering of writes as DynamoDB expressions.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::store::items::attribute;

/// The attribute that every item has.
const PARTITION_KEY: &str = "pk";

/// What must hold of the item as it is when DynamoDB writes it.
#[derive(Debug, Clone)]
pub(super) enum Condition {
    /// The item has the attribute.
    Exists(&'static str),
    /// The item does not have the attribute, or there is no item.
    Absent(&'static str),
    /// The attribute compares with the value. An attribute that the item does not have never does.
    Compares(&'static str, Comparison, AttributeValue),
    /// The attribute is a set that contains the value.
    Contains(&'static str, AttributeValue),
    /// The attribute has fewer elements than this.
    SizeBelow(&'static str, AttributeValue),
    /// All of these hold.
    All(Vec<Self>),
    /// At least one of these holds.
    Any(Vec<Self>),
}

/// How a condition compares an attribute with a value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Comparison {
    Equal,
    Below,
    AtMost,
    Above,
}

impl Comparison {
    const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::Above => ">",
        }
    }
}

/// There is an item.
pub(super) const fn item_exists() -> Condition {
    Condition::Exists(PARTITION_KEY)
}

/// There is no item.
pub(super) const fn item_absent() -> Condition {
    Condition::Absent(PARTITION_KEY)
}

/// The item has the attribute.
pub(super) const fn exists(name: &'static str) -> Condition {
    Condition::Exists(name)
}

/// The item does not have the attribute.
pub(super) const fn absent(name: &'static str) -> Condition {
    Condition::Absent(name)
}

/// The attribute has this value.
pub(super) fn equal(name: &'static str, value: impl Serialize) -> Condition {
    Condition::Compares(name, Comparison::Equal, attribute(value))
}

/// The attribute is less than this.
pub(super) fn below(name: &'static str, value: impl Serialize) -> Condition {
    Condition::Compares(name, Comparison::Below, attribute(value))
}

/// The attribute is this or less.
pub(super) fn at_most(name: &'static str, value: impl Serialize) -> Condition {
    Condition::Compares(name, Comparison::AtMost, attribute(value))
}

/// The attribute is greater than this.
pub(super) fn above(name: &'static str, value: impl Serialize) -> Condition {
    Condition::Compares(name, Comparison::Above, attribute(value))
}

/// The attribute is a set that contains this.
pub(super) fn contains(name: &'static str, value: impl Serialize) -> Condition {
    Condition::Contains(name, attribute(value))
}

/// The attribute is a set with fewer elements than this.
pub(super) fn size_below(name: &'static str, size: u32) -> Condition {
    Condition::SizeBelow(name, attribute(size))
}

/// All of these hold.
pub(super) fn all(conditions: impl IntoIterator<Item = Condition>) -> Condition {
    Condition::All(conditions.into_iter().collect())
}

/// At least one of these holds.
pub(super) fn any(conditions: impl IntoIterator<Item = Condition>) -> Condition {
    Condition::Any(conditions.into_iter().collect())
}

/// The placeholders of one request: DynamoDB wants names and values apart from the expressions that use them.
#[derive(Debug, Default)]
pub(super) struct Placeholders {
    names: Vec<String>,
    values: Vec<AttributeValue>,
}

impl Placeholders {
    /// The placeholder of an attribute's name: one for each name.
    pub(super) fn name(&mut self, name: &str) -> String {
        let index = self.names.iter().position(|there| there == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        format!("#n{index}")
    }

    /// The placeholder of a value.
    pub(super) fn value(&mut self, value: AttributeValue) -> String {
        self.values.push(value);
        format!(":v{}", self.values.len() - 1)
    }

    /// The expression of a condition.
    pub(super) fn condition(&mut self, condition: Condition) -> String {
        match condition {
            Condition::Exists(name) => format!("attribute_exists({})", self.name(name)),
            Condition::Absent(name) => format!("attribute_not_exists({})", self.name(name)),
            Condition::Compares(name, comparison, value) => {
                format!("{} {} {}", self.name(name), comparison.sign(), self.value(value))
            }
            Condition::Contains(name, value) => format!("contains({}, {})", self.name(name), self.value(value)),
            Condition::SizeBelow(name, size) => format!("size({}) < {}", self.name(name), self.value(size)),
            Condition::All(conditions) => self.joined(conditions, " AND "),
            Condition::Any(conditions) => self.joined(conditions, " OR "),
        }
    }

    fn joined(&mut self, conditions: Vec<Condition>, operator: &str) -> String {
        let parts: Vec<_> = conditions.into_iter().map(|condition| self.condition(condition)).collect();
        // DynamoDB refuses redundant parentheses.
        if let [only] = parts.as_slice() { only.clone() } else { format!("({})", parts.join(operator)) }
    }

    /// The names by placeholder; `None` if there are none, for DynamoDB refuses an empty map.
    pub(super) fn names(&self) -> Option<HashMap<String, String>> {
        let names = self.names.iter().enumerate().map(|(index, name)| (format!("#n{index}"), name.clone()));
        (!self.names.is_empty()).then(|| names.collect())
    }

    /// The values by placeholder; `None` if there are none, for DynamoDB refuses an empty map.
    pub(super) fn values(self) -> Option<HashMap<String, AttributeValue>> {
        let there = !self.values.is_empty();
        let values = self.values.into_iter().enumerate().map(|(index, value)| (format!(":v{index}"), value));
        there.then(|| values.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_names_each_attribute_once_and_keeps_its_structure() {
        let mut placeholders = Placeholders::default();
        let condition = any([item_absent(), all([equal("status", "LEFT"), below("status", "M"), exists("role")])]);
        assert_eq!(
            placeholders.condition(condition),
            "(attribute_not_exists(#n0) OR (#n1 = :v0 AND #n1 < :v1 AND attribute_exists(#n2)))"
        );
        assert_eq!(placeholders.names().map(|names| names.len()), Some(3));
        assert_eq!(placeholders.values().map(|values| values.len()), Some(2));
    }
}
