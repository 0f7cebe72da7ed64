//! Members.

pub(super) mod membership;
pub(super) mod role;
