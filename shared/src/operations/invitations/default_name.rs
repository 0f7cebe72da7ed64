//! The first name of a new account for which neither the inviter nor the person gave a name.

use crate::{
    Error, Result,
    domain::{EmailAddress, PersonName},
};

/// The part of the address before the @, as a first name.
///
/// # Errors
/// [`Error::Internal`] if the part of the address before the @ is not an allowed name.
pub(in crate::operations) fn local_part(address: &EmailAddress) -> Result<PersonName> {
    let name = address.as_typed().split('@').next().unwrap_or_default();
    PersonName::parse(name).map_err(|_| Error::internal("invite: the part before the @ is no name"))
}
