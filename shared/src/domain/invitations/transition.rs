//! A decided change of one person's record.

use crate::domain::{Person, Role};

/// What a decision makes of a person's record in one workspace or company: the record as the decision read it, and the
/// record as it is to be written.
///
/// The store writes a transition as a compare-and-swap on [`Person::revision`], and derives from it the membership and
/// the workspace's number of administrators.
#[derive(Debug, Clone)]
pub struct Transition {
    before: Option<Person>,
    after: Person,
}

impl Transition {
    /// The first record of a person who had none.
    pub fn create(record: Person) -> Self {
        Self { before: None, after: record }
    }

    /// A change of a record that was read.
    pub fn change(record: &Person, change: impl FnOnce(&mut Person)) -> Self {
        let mut after = record.clone();
        change(&mut after);
        after.revision = record.revision + 1;
        Self { before: Some(record.clone()), after }
    }

    /// A record in place of the one that was read, or the first one if there was none.
    pub fn replace(before: Option<&Person>, record: Person) -> Self {
        match before {
            None => Self::create(record),
            Some(before) => Self::change(before, |after| *after = record),
        }
    }

    /// The record as the decision read it; `None` if there was none.
    pub fn before(&self) -> Option<&Person> {
        self.before.as_ref()
    }

    /// The record as it is to be written.
    pub fn after(&self) -> &Person {
        &self.after
    }

    /// As [`Transition::after`], by value.
    pub fn into_after(self) -> Person {
        self.after
    }

    /// Whether the person becomes a member.
    pub fn joins(&self) -> bool {
        self.after.is_member() && !self.before.as_ref().is_some_and(Person::is_member)
    }

    /// Whether the person stops being a member.
    pub fn leaves(&self) -> bool {
        !self.after.is_member() && self.before.as_ref().is_some_and(Person::is_member)
    }

    /// By how much the number of ADMINs among the members changes: 1, 0 or -1.
    pub fn admin_change(&self) -> i32 {
        let counts = |person: &Person| i32::from(person.is_member() && person.role == Role::Admin);
        counts(&self.after) - self.before.as_ref().map_or(0, counts)
    }

    /// Whether this record is what the transition writes: then the write was made, and only its reply was lost. The
    /// delivery of the mail may have gone on since.
    pub fn wrote(&self, found: &Person) -> bool {
        let Person { delivery, delivery_at, delivery_detail, delivery_step, .. } = found.clone();
        *found == Person { delivery, delivery_at, delivery_detail, delivery_step, ..self.after.clone() }
    }
}
