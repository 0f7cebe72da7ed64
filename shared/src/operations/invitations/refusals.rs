//! The errors that several operations share by which people join a workspace or company.

/*X*/
use crate::{Error, InternalContext, PublicMessage};

/// The error for a user whose account belongs to one workspace only, and who can't join another workspace.
pub(in crate::operations) fn exclusive_user() -> Error {
    Error::conflict("exclusive_user", "An account that belongs to one workspace only can't join another.")
}

/// The error for a caller with another address than the address to which the invitation was sent.
pub(in crate::operations) fn other_address() -> Error {
    Error::WrongAddress(PublicMessage::new("other_address", "This invitation is for another e-mail address."))
}

/// The error for an invitation that other requests changed at each attempt to answer the invitation. The invitation's
/// link may still be valid, so a client may send the request again.
pub(in crate::operations) fn kept_changing() -> Error {
    Error::Unavailable(InternalContext::new("invitation: other requests kept changing the invitation"))
}
