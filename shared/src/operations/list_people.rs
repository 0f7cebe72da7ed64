//! The company's people: its users, and who is invited to it or to one of its workspaces.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    Error, Result, Usher,
    domain::{CompanyId, Person, Scope, Standing},
    store::Company,
};

use super::{
    Caller,
    list_members::{MOST, too_many},
};

/// Workspaces whose people are read at once.
const IN_FLIGHT: usize = 4;

/// Somebody in the list.
#[derive(Debug)]
pub struct Listed {
    /// The record.
    pub person: Person,
    /// Whether they are a user of the company, and not only invited.
    pub active: bool,
}

impl Usher {
    /// The company's users and pending invitations, each address once, by address. Any user of the company may ask.
    ///
    /// # Errors
    /// As [`Usher::in_company`]; [`Error::TooLarge`] for more people than an answer takes.
    pub async fn list_people(&self, caller: &Caller) -> Result<(Company, Vec<Listed>)> {
        self.in_company(caller).await?;
        self.people_of_company(caller.company).await
    }

    /// The same for a company admin, where nobody else may ask.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin; as [`Usher::list_people`].
    pub async fn list_people_as_admin(&self, caller: &Caller) -> Result<(Company, Vec<Listed>)> {
        self.in_company(caller).await?.require_admin()?;
        self.people_of_company(caller.company).await
    }

    async fn people_of_company(&self, company: CompanyId) -> Result<(Company, Vec<Listed>)> {
        let company = self.store.company(company).await?;
        let company = company.ok_or_else(|| Error::internal("people: the company is gone"))?;
        let workspaces = self.store.company_workspaces(company.id).await?;
        let scopes = std::iter::once(Scope::Company(company.id)).chain(workspaces.into_iter().map(Scope::Workspace));
        let now = self.now();
        let reads: Vec<_> = scopes.map(|of| self.people_of(of)).collect();
        let mut reads = stream::iter(reads).buffered(IN_FLIGHT);
        let mut people = BTreeMap::new();
        while let Some((of, some)) = reads.try_next().await? {
            for person in some {
                let active = match (of, person.standing(now)) {
                    (Scope::Company(_), Standing::Member) => true,
                    (_, Standing::Pending) => false,
                    _ => continue,
                };
                people.entry(person.address.canonical().to_owned()).or_insert(Listed { person, active });
            }
            if people.len() > MOST {
                return Err(too_many());
            }
        }
        drop(reads);
        Ok((company, people.into_values().collect()))
    }

    async fn people_of(&self, of: Scope) -> Result<(Scope, Vec<Person>)> {
        Ok((of, self.store.people(of).await?))
    }
}
