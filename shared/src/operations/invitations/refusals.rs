//! The errors that accepting and signing up by an invitation share.

use crate::{Error, Public};

pub(in crate::operations) fn exclusive() -> Error {
    Error::conflict("exclusive_user", "An account that belongs to one workspace only can't join another.")
}

/// The hash is somebody else's.
pub(in crate::operations) fn other_address() -> Error {
    Error::WrongAddress(Public::new("other_address", "This invitation is for another e-mail address."))
}
