//! What a hash opens. An unknown, expired, used or replaced one is [`Error::Gone`], whatever killed it.

use jiff::Timestamp;

use crate::{
    Error, Result, Usher,
    domain::{
        AccountsOfAddress, Batch, CallerStanding, Company, CompanyId, EmailAddress, Identity, InvitationHash, Message,
        Person, Role, Scope, Title, UserId, Workspace, WorkspaceId, may_admit,
    },
    operations::log,
    store::{AdmissionRecords, HashItem, Invited, InvitedBy},
};

/// A live invitation, with what was read to judge it.
#[derive(Debug)]
pub struct OpenInvitation {
    /// To what.
    pub of: Scope,
    /// The record.
    pub person: Person,
    /// The workspace, unless it is to the whole company.
    pub workspace: Option<Workspace>,
    /// The company.
    pub company: CompanyId,
    /// Whose the address is, if it has an account.
    pub identity: Option<Identity>,
    /// The account with a temporary password that it has instead.
    pub unverified: Option<Identity>,
    /// What decides whether they may still be let in, read together with the record.
    pub admission: AdmissionRecords,
}

impl OpenInvitation {
    /// The name of what it is to.
    pub(in crate::operations) fn scope_name<'a>(&'a self, company: &'a Company) -> &'a Title {
        self.workspace.as_ref().map_or(&company.name, |workspace| &workspace.name)
    }
}

/// What the invited person is shown.
#[derive(Debug)]
pub struct InvitationView {
    /// The workspace's name; the company's if the invitation is to the whole of it.
    pub scope_name: String,
    /// The company's name.
    pub company_name: String,
    /// Who invites.
    pub inviter_name: String,
    /// Who is invited.
    pub address: EmailAddress,
    /// The id that they have, or will have once they signed up.
    pub user: UserId,
    /// Their name, if the inviter told it.
    pub name: Option<String>,
    /// As what.
    pub role: Role,
    /// What the inviter wrote.
    pub message: Option<Message>,
    /// Until when.
    pub expires_at: Timestamp,
    /// Whether the address has an account to accept with.
    pub has_account: bool,
}

impl Usher {
    /// Shows a live invitation.
    ///
    /// # Errors
    /// [`Error::Gone`] for every dead hash, and for one whose inviter may no longer let anybody in.
    pub async fn view_invitation(&self, hash: &InvitationHash) -> Result<InvitationView> {
        let open = self.open_invitation(hash).await?;
        let company = self.inviter_may_still(&open).await?;
        let batch = self.store.batch(open.person.batch).await?;
        let (inviter_name, message) = match batch {
            Some(Batch { inviter_name, message, .. }) => (inviter_name, message),
            None => (company.name.to_string(), None),
        };
        Ok(InvitationView {
            scope_name: open.scope_name(company).to_string(),
            company_name: company.name.to_string(),
            inviter_name,
            user: open.person.user,
            name: open.person.full_name(),
            address: open.person.address,
            role: open.person.role,
            message,
            expires_at: open.person.expires_at,
            has_account: open.identity.is_some(),
        })
    }

    /// What a hash opens now.
    pub(in crate::operations) async fn open_invitation(&self, hash: &InvitationHash) -> Result<OpenInvitation> {
        self.open(&self.hash_item(hash).await?).await
    }

    /// What a hash points to, whether it still opens it or not.
    pub(in crate::operations) async fn hash_item(&self, hash: &InvitationHash) -> Result<HashItem> {
        self.store.hash(hash).await?.ok_or(Error::Gone)
    }

    /// As [`Usher::open_invitation`], by what the hash points to: a consistent read.
    pub(in crate::operations) async fn open(&self, item: &HashItem) -> Result<OpenInvitation> {
        let of = item.person.scope().ok_or(Error::Gone)?;
        if let Scope::Workspace(workspace) = of {
            log::workspace(workspace);
        }
        let Invited { person, workspace, accounts, admission } = self.store.invited(item).await?;
        let person = person.filter(|person| person.is_open_to(item.version, self.now())).ok_or(Error::Gone)?;
        let company = match (of, &workspace) {
            (Scope::Company(company), _) => company,
            (Scope::Workspace(_), Some(workspace)) => workspace.company,
            (Scope::Workspace(_), None) => return Err(Error::Gone),
        };
        let by = InvitedBy { inviter: person.inviter, company };
        let admission = match admission.filter(|admission| admission.by == by) {
            Some(admission) => admission,
            // The hash doesn't say.
            None => self.store.admission(&item.person, by).await?,
        };
        let AccountsOfAddress { verified: identity, unverified } = accounts;
        Ok(OpenInvitation { of, person, workspace, company, identity, unverified, admission })
    }

    /// Nobody is let in by someone who may no longer let them in: judged by what was read just before. Answers the company.
    pub(in crate::operations) async fn inviter_may_still<'a>(&self, open: &'a OpenInvitation) -> Result<&'a Company> {
        let AdmissionRecords { inviter, company, .. } = &open.admission;
        let workspace = open.workspace.as_ref().map(|workspace| workspace.id);
        let may = self.may_by(inviter, &open.person, workspace).await?;
        company.as_ref().filter(|_| may).ok_or(Error::Gone)
    }

    /// Whether whoever invited this person may still do so: to a workspace, or else to the whole company.
    pub(in crate::operations) async fn may_let_in(
        &self,
        person: &Person,
        company: CompanyId,
        workspace: Option<WorkspaceId>,
    ) -> Result<bool> {
        let standing = self.store.caller_records(person.inviter, company, workspace).await?;
        self.may_by(&standing, person, workspace).await
    }

    async fn may_by(&self, standing: &CallerStanding, person: &Person, workspace: Option<WorkspaceId>) -> Result<bool> {
        let administered = match workspace {
            // The groups of an inviter decide only where the role in the workspace doesn't.
            Some(workspace) if !person.groups.is_empty() && !may_admit(standing, Some(workspace), &[], person) => {
                self.store.administered(person.inviter, workspace).await?
            }
            _ => Vec::new(),
        };
        Ok(may_admit(standing, workspace, &administered, person))
    }
}
