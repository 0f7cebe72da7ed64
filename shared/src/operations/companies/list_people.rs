//! The company's people: its users, and who is invited to it or to one of its workspaces.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    Error, Missing, Result, Usher,
    domain::{Company, CompanyId, MembershipState, Person, PersonId, Scope, person_id},
    operations::{
        Caller,
        members::list_members::{MAX_PEOPLE, list_too_large},
    },
};

/// Workspaces whose people are read at once.
const IN_FLIGHT: usize = 4;

/// Somebody in the list.
#[derive(Debug)]
pub struct ListedPerson {
    /// The record.
    pub person: Person,
    /// Whether they are a user of the company, and not only invited.
    pub active: bool,
}

impl Usher {
    /// The company's users and pending invitations, each person once, by address. Any user of the company may ask.
    ///
    /// # Errors
    /// As [`Usher::company_access`]; [`Error::TooLarge`] for more people than an answer takes.
    pub async fn list_people(&self, caller: &Caller) -> Result<(Company, Vec<ListedPerson>)> {
        self.company_access(caller).await?;
        self.people_of_company(caller.company).await
    }

    /// The same for a company admin, where nobody else may ask.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin; as [`Usher::list_people`].
    pub async fn list_people_as_admin(&self, caller: &Caller) -> Result<(Company, Vec<ListedPerson>)> {
        self.company_access(caller).await?.require_admin()?;
        self.people_of_company(caller.company).await
    }

    async fn people_of_company(&self, company: CompanyId) -> Result<(Company, Vec<ListedPerson>)> {
        let company = self.store.company(company).await?;
        let company = company.ok_or_else(|| Error::internal("people: the company is gone"))?;
        let people = self.people_where(&company, |of, standing| match (of, standing) {
            (Scope::Company(_), MembershipState::Member) => Some(true),
            (_, MembershipState::Pending) => Some(false),
            _ => None,
        });
        Ok((company.clone(), people.await?))
    }

    /// The same and, with them, whoever else is a member of one of the company's workspaces: guests of other companies and
    /// service accounts.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin; [`Error::TooLarge`] for more people than an answer takes.
    pub async fn list_everybody(&self, caller: &Caller) -> Result<Vec<ListedPerson>> {
        let company = self.own_company(caller).await?;
        let people = self.people_where(&company, |of, standing| match (of, standing) {
            (of, MembershipState::Member) => Some(matches!(of, Scope::Company(_))),
            (_, MembershipState::Pending) => Some(false),
            _ => None,
        });
        people.await
    }

    /// One of [`Usher::list_everybody`], by the id that is theirs in the company.
    ///
    /// # Errors
    /// The same; [`Error::NotFound`] for an id that is nobody's.
    pub async fn get_person(&self, caller: &Caller, id: &PersonId) -> Result<Person> {
        let company = self.own_company(caller).await?;
        let mut everybody = self.list_everybody(caller).await?.into_iter().map(|listed| listed.person);
        let person = everybody.find(|person| person_id(&company.salt, &person.identifier()) == *id);
        person.ok_or(Error::NotFound(Missing::Person))
    }

    /// Each person once, by address; the company's own record before those of its workspaces. `active` says whether
    /// somebody is listed, and how.
    async fn people_where(
        &self,
        company: &Company,
        active: fn(Scope, MembershipState) -> Option<bool>,
    ) -> Result<Vec<ListedPerson>> {
        let workspaces = self.store.company_workspaces(company.id).await?;
        let scopes = std::iter::once(Scope::Company(company.id)).chain(workspaces.into_iter().map(Scope::Workspace));
        let now = self.now();
        let reads: Vec<_> = scopes.map(|of| self.people_of(of)).collect();
        let mut reads = stream::iter(reads).buffered(IN_FLIGHT);
        let mut people = BTreeMap::new();
        while let Some((of, some)) = reads.try_next().await? {
            for person in some {
                let Some(active) = active(of, person.state(now)) else { continue };
                people.entry(person.identifier().canonical()).or_insert(ListedPerson { person, active });
            }
            if people.len() > MAX_PEOPLE {
                return Err(list_too_large());
            }
        }
        drop(reads);
        Ok(people.into_values().collect())
    }

    async fn people_of(&self, of: Scope) -> Result<(Scope, Vec<Person>)> {
        Ok((of, self.store.people(of).await?))
    }
}
