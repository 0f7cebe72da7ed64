//! Reading the records of people.

use crate::{
    Result,
    domain::{Identifier, Membership, Person, PersonId, Profile, Scope, UserId},
    store::{Store, keys},
};

impl Store {
    /// A person by public id. The index gives the key only, and lags; the record is read by that, consistently.
    pub async fn person_of_id(&self, id: &PersonId) -> Result<Option<(keys::Key, Person)>> {
        let Some(key) = self.indexed("person-id", "person_id", id).await? else { return Ok(None) };
        Ok(self.get(&key).await?.map(|person| (key, person)))
    }

    /// A person of a workspace or company.
    pub async fn person(&self, of: Scope, identifier: &Identifier) -> Result<Option<Person>> {
        self.get(&keys::person(of, identifier)).await
    }

    /// A workspace's or company's people whom these identify: for each, in order.
    pub async fn people_by_identifier(&self, of: Scope, whom: &[&Identifier]) -> Result<Vec<Option<Person>>> {
        let keys: Vec<_> = whom.iter().map(|identifier| keys::person(of, identifier)).collect();
        let mut found = self.get_many(keys.clone()).await?;
        keys.iter().map(|key| found.take(key)).collect()
    }

    /// The record of a user who is a member: found by their membership and their profile's address, and no index.
    pub async fn member(&self, of: Scope, user: UserId) -> Result<Option<Person>> {
        let (membership, profile) = (keys::membership(user, of), keys::profile(user));
        let mut found = self.get_many(vec![membership.clone(), profile.clone()]).await?;
        let membership: Option<Membership> = found.take(&membership)?;
        let Some((_, profile)) = membership.zip(found.take::<Profile>(&profile)?) else { return Ok(None) };
        let person = self.person(of, &profile.identifier()).await?;
        Ok(person.filter(|person| person.user == user))
    }

    /// All people of a workspace or company, whatever their state: the eight partitions are asked at once.
    pub async fn people(&self, of: Scope) -> Result<Vec<Person>> {
        let keys: Vec<_> = (0..keys::PARTITIONS).map(|partition| keys::people(of, partition)).collect();
        let partitions = keys.iter().map(|pk| self.query::<Person>(pk, "", usize::MAX)).collect::<Vec<_>>();
        Ok(futures::future::try_join_all(partitions).await?.into_iter().flatten().collect())
    }
}
