//! Conditions that an item must meet for a write to succeed, and the placeholders of DynamoDB expressions.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::store::items::attribute;

/// The name of the partition key. Every item has a partition key, so the presence of the partition key shows whether an
/// item exists.
const PARTITION_KEY: &str = "pk";

/// A condition on an item. DynamoDB checks the condition of a write at the moment of the write.
#[derive(Debug, Clone)]
pub(super) enum Condition {
    /// The condition that the item has the attribute.
    Exists(&'static str),
    /// The condition that the item does not have the attribute, or that the item does not exist.
    Absent(&'static str),
    /// The condition that the comparison of the attribute with the value holds. The comparison of an attribute fails if
    /// the item does not have the attribute.
    Compares(&'static str, Comparison, AttributeValue),
    /// The condition that the attribute of the item is a set and the set contains the value.
    Contains(&'static str, AttributeValue),
    /// The condition that the attribute of the item has fewer elements than the value says.
    SizeBelow(&'static str, AttributeValue),
    /// The condition that all of several conditions on the item hold.
    All(Vec<Self>),
    /// The condition that at least one of several conditions on the item holds.
    Any(Vec<Self>),
}

/// An operator that compares an attribute with a value.
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

/// The condition that the item exists in the table.
pub(super) const fn item_exists() -> Condition {
    Condition::Exists(PARTITION_KEY)
}

/// The condition that the item does not exist in the table.
pub(super) const fn item_absent() -> Condition {
    Condition::Absent(PARTITION_KEY)
}

/// The condition that the item has the attribute.
pub(super) const fn exists(name: &'static str) -> Condition {
    Condition::Exists(name)
}

/// The condition that the item does not have the attribute, or that the item does not exist.
pub(super) const fn absent(name: &'static str) -> Condition {
    Condition::Absent(name)
}

/// The condition that the attribute of the item equals the value.
pub(super) fn equal(name: &'static str, value: impl Serialize) -> Condition {
    Condition::Compares(name, Comparison::Equal, attribute(value))
}

/// The condition that the attribute of the item is less than the value.
pub(super) fn below(name: &'static str, value: impl Serialize) -> Condition {
    Condition::Compares(name, Comparison::Below, attribute(value))
}

/// The condition that the attribute of the item is less than or equal to the value.
pub(super) fn at_most(name: &'static str, value: impl Serialize) -> Condition {
    Condition::Compares(name, Comparison::AtMost, attribute(value))
}

/// The condition that the attribute of the item is greater than the value.
pub(super) fn above(name: &'static str, value: impl Serialize) -> Condition {
    Condition::Compares(name, Comparison::Above, attribute(value))
}

/// The condition that two attributes of the item, compared as a pair, are less than the two values: the first attribute
/// decides, and the second attribute decides where the first attribute equals the first value.
pub(super) fn pair_below(
    (first, second): (&'static str, &'static str),
    (first_value, second_value): (impl Serialize, impl Serialize),
) -> Condition {
    let first_value = attribute(first_value);
    let tied = all([Condition::Compares(first, Comparison::Equal, first_value.clone()), below(second, second_value)]);
    any([Condition::Compares(first, Comparison::Below, first_value), tied])
}

/// The condition that the attribute of the item is a set and the set contains the value.
pub(super) fn contains(name: &'static str, value: impl Serialize) -> Condition {
    Condition::Contains(name, attribute(value))
}

/// The condition that the attribute of the item is a set with fewer than `size` elements.
pub(super) fn size_below(name: &'static str, size: u32) -> Condition {
    Condition::SizeBelow(name, attribute(size))
}

/// The condition that all of several conditions on the item hold.
pub(super) fn all(conditions: impl IntoIterator<Item = Condition>) -> Condition {
    Condition::All(conditions.into_iter().collect())
}

/// The condition that at least one of several conditions on the item holds.
pub(super) fn any(conditions: impl IntoIterator<Item = Condition>) -> Condition {
    Condition::Any(conditions.into_iter().collect())
}

/// The placeholders of one request. DynamoDB receives attribute names and values separately from the expressions that
/// use the names and values.
#[derive(Debug, Default)]
pub(super) struct Placeholders {
    names: Vec<String>,
    values: Vec<AttributeValue>,
}

impl Placeholders {
    /// The placeholder of an attribute name. The same attribute name always gets the same placeholder.
    pub(super) fn name(&mut self, name: &str) -> String {
        let index = self.names.iter().position(|existing| existing == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        format!("#n{index}")
    }

    /// Makes a new placeholder for a value in a DynamoDB expression.
    pub(super) fn value(&mut self, value: AttributeValue) -> String {
        self.values.push(value);
        format!(":v{}", self.values.len() - 1)
    }

    /// The DynamoDB expression of a condition, written with placeholders for attribute names and values.
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

    /// Joins the DynamoDB expressions of several conditions with the operator `AND` or `OR`.
    fn joined(&mut self, conditions: Vec<Condition>, operator: &str) -> String {
        let parts: Vec<_> = conditions.into_iter().map(|condition| self.condition(condition)).collect();
        // DynamoDB rejects an expression with redundant parentheses, so a single condition gets none.
        if let [only] = parts.as_slice() { only.clone() } else { format!("({})", parts.join(operator)) }
    }

    /// The attribute names of a DynamoDB expression, by placeholder. `None` if the expression has no attribute names,
    /// because DynamoDB rejects an empty map.
    pub(super) fn names(&self) -> Option<HashMap<String, String>> {
        let names = self.names.iter().enumerate().map(|(index, name)| (format!("#n{index}"), name.clone()));
        (!self.names.is_empty()).then(|| names.collect())
    }

    /// The attribute values of a DynamoDB expression, by placeholder. `None` if the expression has no values, because
    /// DynamoDB rejects an empty map.
    pub(super) fn values(self) -> Option<HashMap<String, AttributeValue>> {
        let has_values = !self.values.is_empty();
        let values = self.values.into_iter().enumerate().map(|(index, value)| (format!(":v{index}"), value));
        has_values.then(|| values.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_compared_as_rust_compares_tuples() {
        let mut placeholders = Placeholders::default();
        let condition = pair_below(("step", "at"), (3, 100));
        assert_eq!(placeholders.condition(condition), "(#n0 < :v0 OR (#n0 = :v1 AND #n1 < :v2))");
        let number = |number: i32| AttributeValue::N(number.to_string());
        assert_eq!(placeholders.values, [number(3), number(3), number(100)]);
    }

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
