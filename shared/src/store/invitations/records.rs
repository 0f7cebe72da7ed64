//! Reads of the records of people in workspaces and companies.

use crate::{
    Result,
    domain::{Identifier, Person, PersonId, Scope},
    store::{Store, keys},
};

impl Store {
    /// Reads a person's record by public id. The index of public ids returns only the key of the record, and the index
    /// lags behind the table. After reading the index, the store reads the record by its key with a strongly consistent
    /// read.
    pub async fn person_of_id(&self, id: &PersonId) -> Result<Option<(keys::Key, Person)>> {
        let Some(key) = self.indexed("person-id", "person_id", id).await? else { return Ok(None) };
        Ok(self.get(&key).await?.map(|person| (key, person)))
    }

    /// Reads the record of a person in a workspace or company.
    pub async fn person(&self, scope: Scope, identifier: &Identifier) -> Result<Option<Person>> {
        self.get(&keys::person(scope, identifier)).await
    }

    /// Reads the records of these people in a workspace or company. The result has one entry for each identifier, in
    /// the order of the identifiers.
    pub async fn people_by_identifier(&self, scope: Scope, identifiers: &[&Identifier]) -> Result<Vec<Option<Person>>> {
        let keys: Vec<_> = identifiers.iter().map(|identifier| keys::person(scope, identifier)).collect();
        let mut found = self.get_many(keys.clone()).await?;
        keys.iter().map(|key| found.take(key)).collect()
    }

    /// Reads the records of all people of a workspace or company, in any state. The eight partitions of the people of a
    /// workspace or company are read at the same time.
    pub async fn people(&self, scope: Scope) -> Result<Vec<Person>> {
        let keys: Vec<_> = (0..keys::PARTITIONS).map(|partition| keys::people_partition(scope, partition)).collect();
        let partitions = keys.iter().map(|pk| self.query::<Person>(pk, "", usize::MAX)).collect::<Vec<_>>();
        Ok(futures::future::try_join_all(partitions).await?.into_iter().flatten().collect())
    }
}
