//! Members.

pub(super) mod caller_standing;
pub(super) mod exclusivity;
pub(super) mod membership;
pub(super) mod role;
