//! Listing the people of a company: its users, and the people who are invited to the company or to one of the company's
//! workspaces.

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

/// The number of workspaces whose people are read at the same time.
const PARALLEL_READS: usize = 4;

/// A person of a company.
#[derive(Debug)]
pub struct CompanyPerson {
    /// The person's record in the company, or otherwise the person's record in one of the company's workspaces.
    pub person: Person,
    /// Whether the person is a user of the company. `false` for a person who is only invited.
    pub active: bool,
}

impl Usher {
    /// The company's users and pending invitations, sorted by address. Each person appears once in the list. Every user
    /// of the company may read this list of people.
    ///
    /// # Errors
    /// The errors of [`Usher::company_access`]; [`Error::TooLarge`] if the company has more people than a response may
    /// list.
    pub async fn list_people(&self, caller: &Caller) -> Result<(Company, Vec<CompanyPerson>)> {
        self.company_access(caller).await?;
        self.users_and_invited(caller.company).await
    }

    /// The same list of people as [`Usher::list_people`] returns, for contracts in which only a company admin may read
    /// the list.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin; otherwise the errors of [`Usher::list_people`].
    pub async fn list_people_as_admin(&self, caller: &Caller) -> Result<(Company, Vec<CompanyPerson>)> {
        self.company_access(caller).await?.require_admin()?;
        self.users_and_invited(caller.company).await
    }

    async fn users_and_invited(&self, company: CompanyId) -> Result<(Company, Vec<CompanyPerson>)> {
        let company = self.existing_company(company).await?;
        let people = self.people_of_company(&company, |scope, state| match (scope, state) {
            (Scope::Company(_), MembershipState::Member) => Some(true),
            (_, MembershipState::Pending) => Some(false),
            _ => None,
        });
        Ok((company.clone(), people.await?))
    }

    /// The list of [`Usher::list_people`] together with all other members of the company's workspaces: guests from
    /// other companies, and service accounts.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is a company admin; [`Error::TooLarge`] if the company has more people
    /// than a response may list.
    pub async fn list_people_and_guests(&self, caller: &Caller) -> Result<Vec<CompanyPerson>> {
        let company = self.own_company(caller).await?;
        let people = self.people_of_company(&company, |scope, state| match (scope, state) {
            (scope, MembershipState::Member) => Some(matches!(scope, Scope::Company(_))),
            (_, MembershipState::Pending) => Some(false),
            _ => None,
        });
        people.await
    }

    /// One of the people whom [`Usher::list_people_and_guests`] lists, by the public id that the person has in the
    /// company.
    ///
    /// # Errors
    /// The errors of [`Usher::list_people_and_guests`]; [`Error::NotFound`] if no listed person has this public id.
    pub async fn get_person(&self, caller: &Caller, id: &PersonId) -> Result<Person> {
        let company = self.own_company(caller).await?;
        let mut people = self.list_people_and_guests(caller).await?.into_iter().map(|listed| listed.person);
        let person = people.find(|person| person_id(&company.salt, &person.identifier()) == *id);
        person.ok_or(Error::NotFound(Missing::Person))
    }

    /// The people of a company and its workspaces, sorted by address. A person with several records appears in the list
    /// once; a person's record in the company is preferred to the person's records in workspaces. `is_active` decides
    /// whether a person's record is listed, and with which value of [`CompanyPerson::active`].
    async fn people_of_company(
        &self,
        company: &Company,
        is_active: fn(Scope, MembershipState) -> Option<bool>,
    ) -> Result<Vec<CompanyPerson>> {
        let workspaces = self.store.company_workspaces(company.id).await?;
        let scopes = std::iter::once(Scope::Company(company.id)).chain(workspaces.into_iter().map(Scope::Workspace));
        let now = self.now();
        let reads: Vec<_> = scopes.map(|scope| self.people_of_scope(scope)).collect();
        let mut reads = stream::iter(reads).buffered(PARALLEL_READS);
        let mut people = BTreeMap::new();
        while let Some((scope, records)) = reads.try_next().await? {
            let listed = records.into_iter().filter_map(|person| {
                let active = is_active(scope, person.state(now))?;
                Some(CompanyPerson { person, active })
            });
            for listed in listed {
                people.entry(listed.person.identifier().canonical()).or_insert(listed);
            }
            if people.len() > MAX_PEOPLE {
                return Err(list_too_large());
            }
        }
        drop(reads);
        Ok(people.into_values().collect())
    }

    async fn people_of_scope(&self, scope: Scope) -> Result<(Scope, Vec<Person>)> {
        Ok((scope, self.store.people(scope).await?))
    }
}
