//! Members: roles, what each role permits, and a user's membership of a workspace or company.

pub(super) mod caller_standing;
pub(super) mod exclusivity;
pub(super) mod membership;
pub(super) mod role;
