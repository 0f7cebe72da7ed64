//! A transition: the decided change of one person's record.

use crate::domain::{Person, Role};

/// The change of a person's record in one workspace or company: the record as the decision read it, and the record that
/// the store is to write.
///
/// The store writes a transition as a compare-and-swap on [`Person::revision`]. From the transition the store derives
/// the membership and the workspace's number of ADMINs.
#[derive(Debug, Clone)]
pub struct Transition {
    before: Option<Person>,
    after: Person,
}

impl Transition {
    /// A transition that creates the first record of a person.
    pub fn create(record: Person) -> Self {
        Self { before: None, after: record }
    }

    /// A transition that changes a record that the decision read, and increments the record's revision.
    pub fn change(record: &Person, change: impl FnOnce(&mut Person)) -> Self {
        let mut after = record.clone();
        change(&mut after);
        after.revision = record.revision + 1;
        Self { before: Some(record.clone()), after }
    }

    /// A transition that replaces the record that the decision read, or creates the first record of a person without a
    /// record.
    pub fn replace(before: Option<&Person>, record: Person) -> Self {
        match before {
            None => Self::create(record),
            Some(before) => Self::change(before, |after| *after = record),
        }
    }

    /// The person's record as the decision read it. `None` if the person had no record.
    pub fn before(&self) -> Option<&Person> {
        self.before.as_ref()
    }

    /// The person's record that the store is to write.
    pub fn after(&self) -> &Person {
        &self.after
    }

    /// The person's record that the store is to write, by value.
    pub fn into_after(self) -> Person {
        self.after
    }

    /// Whether the transition makes the person a member.
    pub fn joins(&self) -> bool {
        self.after.is_member() && !self.before.as_ref().is_some_and(Person::is_member)
    }

    /// Whether the transition ends the person's membership.
    pub fn leaves(&self) -> bool {
        !self.after.is_member() && self.before.as_ref().is_some_and(Person::is_member)
    }

    /// By how much the transition changes the number of ADMINs among the members: 1, 0 or -1.
    pub fn admin_change(&self) -> i32 {
        let counts = |person: &Person| i32::from(person.is_member() && person.role == Role::Admin);
        counts(&self.after) - self.before.as_ref().map_or(0, counts)
    }

    /// Whether the record `found` is the record that this transition wrote. A record that equals this transition's
    /// record shows that the write succeeded and that only the table's reply was lost. The comparison of the records
    /// ignores the delivery state, because a report about the mail may have updated the delivery state after the write.
    pub fn wrote(&self, found: &Person) -> bool {
        let Person { delivery, delivery_at, delivery_detail, delivery_step, .. } = found.clone();
        *found == Person { delivery, delivery_at, delivery_detail, delivery_step, ..self.after.clone() }
    }
}
