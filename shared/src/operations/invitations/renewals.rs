//! Who is asked for a new invitation, and the letter to each of them.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::{
    Result, Usher,
    domain::{
        Company, EmailAddress, Identifier, MembershipState, Person, Profile, ProfileKind, Role, Scope, Workspace,
    },
    mail::{self, Letter},
    store::{HashItem, Page, PeoplePage},
};

/// Administrators who are asked: the first of them.
const MAX_ASKED: usize = 5;

/// Pages of people in which administrators are looked for. A page ends after a thousand people at the latest.
const MAX_PAGES: usize = 10;

/// An invitation that nobody answered in time.
struct Expired {
    of: Scope,
    person: Person,
    workspace: Option<Workspace>,
    company: Company,
}

impl Usher {
    /// Whom to ask for a new invitation in place of an expired one: the inviter, or else the administrators of the workspace,
    /// or else those of its company. Each of them may invite, and can be written to. Nobody if it isn't expired any more.
    pub(in crate::operations) async fn whom_to_ask(
        &self,
        hash: &HashItem,
        now: Timestamp,
    ) -> Result<Vec<EmailAddress>> {
        let Some(expired) = self.expired(hash, now).await? else { return Ok(Vec::new()) };
        if let Some(inviter) = self.inviter_to_ask(&expired).await? {
            return Ok(vec![inviter]);
        }
        let company = Scope::Company(expired.company.id);
        let admins = self.admins_to_ask(expired.of, now).await?;
        if !admins.is_empty() || expired.of == company {
            return Ok(admins);
        }
        self.admins_to_ask(company, now).await
    }

    /// The letter to one of those who are asked, if the invitation is still expired and the address mailed.
    pub(in crate::operations) async fn write_renewal(
        &self,
        to: &EmailAddress,
        hash: &HashItem,
        now: Timestamp,
    ) -> Result<Option<Letter>> {
        let Some(Expired { person, workspace, company, .. }) = self.expired(hash, now).await? else { return Ok(None) };
        if self.mailed(vec![to.clone()]).await?.is_empty() {
            return Ok(None);
        }
        Ok(Some(Letter::renewal(&mail::Renewal {
            scope_name: workspace.as_ref().map_or(&company.name, |workspace| &workspace.name).as_ref(),
            company_name: company.name.as_ref(),
            invited: person.address.as_typed(),
            role: person.role.title(),
            app_url: &self.parameters.app_url,
        })))
    }

    /// What a hash points to, if it is still that of an expired invitation.
    async fn expired(&self, hash: &HashItem, now: Timestamp) -> Result<Option<Expired>> {
        let person = self.store.person_of_hash(hash).await?;
        let expired =
            |person: &Person| person.version == hash.version && person.standing(now) == MembershipState::Expired;
        let (Some(person), Some(of)) = (person.filter(expired), hash.person.scope()) else { return Ok(None) };
        let (workspace, company) = match of {
            Scope::Company(company) => (None, company),
            Scope::Workspace(id) => {
                let Some(workspace) = self.store.workspaces(&[id]).await?.pop() else { return Ok(None) };
                let company = workspace.company;
                (Some(workspace), company)
            }
        };
        let company = self.store.company(company).await?;
        Ok(company.map(|company| Expired { of, person, workspace, company }))
    }
    /// The inviter, if they still may invite and can be written to.
    async fn inviter_to_ask(&self, expired: &Expired) -> Result<Option<EmailAddress>> {
        let workspace = expired.workspace.as_ref().map(|workspace| workspace.id);
        if !self.may_let_in(&expired.person, expired.company.id, workspace).await? {
            return Ok(None);
        }
        let inviter = self.store.profile(expired.person.inviter).await?;
        let inviter = inviter.filter(|inviter| inviter.kind == ProfileKind::Person && !inviter.unverified);
        let inviter = inviter.filter(Profile::is_active).map(|inviter| inviter.address);
        Ok(self.mailed(inviter.into_iter().collect()).await?.pop())
    }

    /// Administrators who can be written to, the first by address. There is no list of them: they are looked for among the
    /// first ten thousand people, so that a letter takes no more reads than that however large a workspace is.
    async fn admins_to_ask(&self, of: Scope, now: Timestamp) -> Result<Vec<EmailAddress>> {
        let is_admin = |person: &Person| {
            let member = person.role == Role::Admin && person.standing(now) == MembershipState::Member;
            member && !person.unverified && !person.address.is_service_account()
        };
        let (mut asked, mut seen, mut after) = (Vec::new(), HashSet::new(), None);
        for _ in 0..MAX_PAGES {
            let page = PeoplePage { of, prefix: "", after: after.as_ref(), most: MAX_ASKED - asked.len() };
            let Page { items, next } = self.store.people_page(page, is_admin).await?;
            // Several of them may share an address.
            let new = items.into_iter().map(|admin| admin.address);
            let new = new.filter(|address| seen.insert(address.canonical().to_owned())).collect();
            asked.extend(self.mailed(new).await?);
            if asked.len() == MAX_ASKED || next.is_none() {
                break;
            }
            after = next;
        }
        Ok(asked)
    }

    /// Those of these addresses, which differ from each other, that are mailed.
    pub(in crate::operations) async fn mailed(&self, addresses: Vec<EmailAddress>) -> Result<Vec<EmailAddress>> {
        let whom: Vec<Identifier> = addresses.iter().cloned().map(Into::into).collect();
        let known = self.store.known(&whom.iter().collect::<Vec<_>>()).await?;
        let mailed = addresses.into_iter().zip(known).filter(|(_, known)| known.suppressed.is_none());
        Ok(mailed.map(|(address, _)| address).collect())
    }
}
