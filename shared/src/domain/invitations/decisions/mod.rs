//! The decisions: one pure function for each transition of an invitation or membership.
//!
//! A decision gets the request, the record as it was read, the actor's rights, and the current time. A decision returns
//! the new state as a [`Transition`](crate::domain::Transition), or a refusal. Decisions read neither the clock nor the
//! store.

pub(in crate::domain) mod accept;
pub(in crate::domain) mod add_guest;
pub(in crate::domain) mod change_groups;
pub(in crate::domain) mod change_role;
pub(in crate::domain) mod decline;
pub(in crate::domain) mod end;
pub(in crate::domain) mod invite;
pub(in crate::domain) mod resend;
#[cfg(test)]
mod tests;
