//! The letter that asks an inviter or administrators for a new invitation, and the recipients of this letter.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::{
    Result, Usher,
    domain::{
        Company, EmailAddress, Identifier, MembershipState, Person, Profile, ProfileKind, Role, Scope, Workspace,
    },
    mail::{Letter, MembershipOffer, RenewalLetter},
    store::{HashItem, Page, PeoplePage},
};

/// The largest number of administrators who get the letter that asks for a new invitation.
const MAX_ADMINS: usize = 5;

/// The largest number of pages that the search for administrators reads. A page of the search for administrators has at
/// most a thousand people.
const MAX_PAGES: usize = 10;

/// An expired invitation, with the workspace and company to which the person was invited.
struct ExpiredInvitation {
    scope: Scope,
    person: Person,
    workspace: Option<Workspace>,
    company: Company,
}

impl Usher {
    /// The recipients of the letter that asks for a new invitation: the inviter, or else the administrators of the
    /// workspace, or else the administrators of the company. Each recipient of the letter may invite the person, and
    /// has an address that Usher mails. The list of recipients is empty if the invitation is no longer an expired
    /// invitation.
    pub(in crate::operations) async fn renewal_recipients(
        &self,
        hash: &HashItem,
        now: Timestamp,
    ) -> Result<Vec<EmailAddress>> {
        let Some(expired) = self.expired_invitation(hash, now).await? else { return Ok(Vec::new()) };
        if let Some(inviter) = self.inviter_recipient(&expired).await? {
            return Ok(vec![inviter]);
        }
        let company = Scope::Company(expired.company.id);
        let admins = self.admin_recipients(expired.scope, now).await?;
        if !admins.is_empty() || expired.scope == company {
            return Ok(admins);
        }
        self.admin_recipients(company, now).await
    }

    /// The letter to one recipient that asks for a new invitation. `None` if the invitation is no longer an expired
    /// invitation, or if the recipient's address is suppressed.
    pub(in crate::operations) async fn write_renewal(
        &self,
        to: &EmailAddress,
        hash: &HashItem,
        now: Timestamp,
    ) -> Result<Option<Letter>> {
        let Some(ExpiredInvitation { person, workspace, company, .. }) = self.expired_invitation(hash, now).await?
        else {
            return Ok(None);
        };
        if self.unsuppressed(vec![to.clone()]).await?.is_empty() {
            return Ok(None);
        }
        let offer = MembershipOffer {
            scope_name: workspace.as_ref().map_or(&company.name, |workspace| &workspace.name).as_ref(),
            company_name: company.name.as_ref(),
            actor: person.address.as_typed(),
            role: person.role.title(),
            message: None,
        };
        Ok(Some(Letter::renewal(&RenewalLetter { offer, sign_in_url: &self.parameters.sign_in_url() })))
    }

    /// The invitation that the hash of a link points to, if the hash has the version of the invitation and the
    /// invitation is expired.
    async fn expired_invitation(&self, hash: &HashItem, now: Timestamp) -> Result<Option<ExpiredInvitation>> {
        let person = self.store.person_of_hash(hash).await?;
        let expired = |person: &Person| person.version == hash.version && person.state(now) == MembershipState::Expired;
        let (Some(person), Some(scope)) = (person.filter(expired), hash.person.scope()) else { return Ok(None) };
        let (workspace, company) = match scope {
            Scope::Company(company) => (None, company),
            Scope::Workspace(id) => {
                let Some(workspace) = self.store.workspaces(&[id]).await?.pop() else { return Ok(None) };
                let company = workspace.company;
                (Some(workspace), company)
            }
        };
        let company = self.store.company(company).await?;
        Ok(company.map(|company| ExpiredInvitation { scope, person, workspace, company }))
    }

    /// The inviter's address, if the inviter may still invite the person and the inviter's address is not suppressed.
    async fn inviter_recipient(&self, expired: &ExpiredInvitation) -> Result<Option<EmailAddress>> {
        let workspace = expired.workspace.as_ref().map(|workspace| workspace.id);
        if !self.inviter_may_admit(&expired.person, expired.company.id, workspace).await? {
            return Ok(None);
        }
        let inviter = self.store.profile(expired.person.inviter).await?;
        let inviter = inviter.filter(|inviter| inviter.kind == ProfileKind::Person && !inviter.unverified);
        let inviter = inviter.filter(Profile::is_active).map(|inviter| inviter.address);
        Ok(self.unsuppressed(inviter.into_iter().collect()).await?.pop())
    }

    /// The addresses of administrators that are not suppressed, in the order of addresses. The table has no list of
    /// administrators. The search for administrators therefore reads all people in turn, and stops after [`MAX_PAGES`]
    /// pages, so that a large workspace doesn't cause more reads.
    async fn admin_recipients(&self, scope: Scope, now: Timestamp) -> Result<Vec<EmailAddress>> {
        let is_admin = |person: &Person| {
            let member = person.role == Role::Admin && person.state(now) == MembershipState::Member;
            member && !person.unverified && !person.address.is_service_account()
        };
        let (mut recipients, mut seen, mut after) = (Vec::new(), HashSet::new(), None);
        for _ in 0..MAX_PAGES {
            let page = PeoplePage { scope, prefix: "", after: after.as_ref(), most: MAX_ADMINS - recipients.len() };
            let Page { items, next } = self.store.people_page(page, is_admin).await?;
            // Several administrators with different user codes may share an address; the shared address gets one
            // letter.
            let new = items.into_iter().map(|admin| admin.address);
            let new = new.filter(|address| seen.insert(address.canonical().to_owned())).collect();
            recipients.extend(self.unsuppressed(new).await?);
            if recipients.len() == MAX_ADMINS || next.is_none() {
                break;
            }
            after = next;
        }
        Ok(recipients)
    }

    /// Those of the given addresses that are not suppressed. The argument `addresses` must not contain an address
    /// twice.
    pub(in crate::operations) async fn unsuppressed(&self, addresses: Vec<EmailAddress>) -> Result<Vec<EmailAddress>> {
        let identifiers: Vec<Identifier> = addresses.iter().cloned().map(Into::into).collect();
        let records = self.store.address_records(&identifiers.iter().collect::<Vec<_>>()).await?;
        let unsuppressed = addresses.into_iter().zip(records).filter(|(_, record)| record.suppressed.is_none());
        Ok(unsuppressed.map(|(address, _)| address).collect())
    }
}
