//! Ending a membership, or revoking an invitation.

use crate::{
    Result, Usher,
    domain::{Person, PersonId},
};

use super::{Caller, change_member::Fate};

impl Usher {
    /// Removes a member, or revokes the invitation of somebody who isn't one yet.
    ///
    /// # Errors
    /// As [`Usher::change_member`].
    pub async fn remove_member(&self, caller: &Caller, id: &PersonId) -> Result<Person> {
        let (access, person) = self.managed(caller, id).await?;
        self.settle(&access, person, Fate::Removed).await
    }
}
