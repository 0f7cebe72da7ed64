//! The errors that several ways of joining a workspace or company share.

use crate::{Error, PublicMessage};

/// The account belongs to one workspace only, and can't join another.
pub(in crate::operations) fn exclusive_user() -> Error {
    Error::conflict("exclusive_user", "An account that belongs to one workspace only can't join another.")
}

/// The invitation was sent to another address than the caller's.
pub(in crate::operations) fn other_address() -> Error {
    Error::WrongAddress(PublicMessage::new("other_address", "This invitation is for another e-mail address."))
}
