//! Members.

pub(super) mod role;
