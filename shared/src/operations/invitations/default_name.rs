//! The name of a person who gave none.

use crate::{
    Error, Result,
    domain::{EmailAddress, PersonName},
};

/// The first name of a person who gave none: the part of the address before the @.
pub(in crate::operations) fn local_part(address: &EmailAddress) -> Result<PersonName> {
    let name = address.as_typed().split('@').next().unwrap_or_default();
    PersonName::parse(name).map_err(|_| Error::internal("invite: the part before the @ is no name"))
}
