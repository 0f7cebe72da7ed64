//! Viewing the invitation to which the hash of a link belongs. An unknown, expired, used, revoked or replaced hash
//! gives [`Error::Gone`]. The error for an invalid hash doesn't say why the hash is invalid, because a stranger must
//! learn nothing about a hash.

use jiff::Timestamp;

use crate::{
    Error, Result, Usher,
    domain::{
        AccountsOfAddress, Batch, CallerStanding, Company, CompanyId, EmailAddress, Identity, InvitationHash, Message,
        Person, Role, Scope, Title, UserId, Workspace, WorkspaceId, may_admit,
    },
    operations::log,
    store::{AdmissionRecords, HashItem, InvitedBy, LinkRecords},
};

/// An open invitation, with the records that decide whether the invited person may accept the invitation.
#[derive(Debug)]
pub(in crate::operations) struct OpenInvitation {
    /// The workspace or company that the person is invited to.
    pub(in crate::operations) scope: Scope,
    /// The invited person's record.
    pub(in crate::operations) person: Person,
    /// The workspace that the person is invited to. `None` if the person is invited to the company.
    pub(in crate::operations) workspace: Option<Workspace>,
    /// The company that the person is invited to, or the company that owns the workspace.
    pub(in crate::operations) company: CompanyId,
    /// The verified account of the invited person's address, if the address has a verified account.
    pub(in crate::operations) identity: Option<Identity>,
    /// The unverified account of the invited person's address, if the address has one: a guest account with a temporary
    /// password.
    pub(in crate::operations) unverified: Option<Identity>,
    /// The records that decide whether the inviter may still admit the person, read together with the person's record.
    pub(in crate::operations) admission: AdmissionRecords,
}

impl OpenInvitation {
    /// The name of the workspace or company that the person is invited to.
    pub(in crate::operations) fn scope_name<'a>(&'a self, company: &'a Company) -> &'a Title {
        self.workspace.as_ref().map_or(&company.name, |workspace| &workspace.name)
    }
}

/// The details of an invitation that the invited person sees.
#[derive(Debug)]
pub struct InvitationView {
    /// The name of the workspace that the person is invited to, or of the company if the person is invited to the
    /// company.
    pub scope_name: String,
    /// The name of the company that the person is invited to, or that owns the workspace.
    pub company_name: String,
    /// The inviter's name.
    pub inviter_name: String,
    /// The invited address.
    pub address: EmailAddress,
    /// The id of the person's account. An invited person gets this id when signing up.
    pub user: UserId,
    /// The invited person's name, if the inviter gave a name.
    pub name: Option<String>,
    /// The role that the person gets by accepting.
    pub role: Role,
    /// The inviter's message.
    pub message: Option<Message>,
    /// When the invitation expires.
    pub expires_at: Timestamp,
    /// Whether the invited address has a verified account, with which the person can accept the invitation.
    pub has_account: bool,
}

impl Usher {
    /// Returns the details of the invitation to which the hash of a link belongs.
    ///
    /// # Errors
    /// [`Error::Gone`] for every hash that is unknown, expired, used, revoked or replaced, and for an invitation whose
    /// inviter may no longer admit the person.
    pub async fn view_invitation(&self, hash: &InvitationHash) -> Result<InvitationView> {
        let invitation = self.open_invitation(hash).await?;
        let company = self.require_inviter_may_admit(&invitation).await?;
        let batch = self.store.batch(invitation.person.batch).await?;
        let (inviter_name, message) = match batch {
            Some(Batch { inviter_name, message, .. }) => (inviter_name, message),
            None => (company.name.to_string(), None),
        };
        Ok(InvitationView {
            scope_name: invitation.scope_name(company).to_string(),
            company_name: company.name.to_string(),
            inviter_name,
            user: invitation.person.user,
            name: invitation.person.full_name(),
            address: invitation.person.address,
            role: invitation.person.role,
            message,
            expires_at: invitation.person.expires_at,
            has_account: invitation.identity.is_some(),
        })
    }

    /// The open invitation to which the hash of a link belongs.
    pub(in crate::operations) async fn open_invitation(&self, hash: &InvitationHash) -> Result<OpenInvitation> {
        self.open_invitation_of(&self.hash_item(hash).await?).await
    }

    /// The stored item of the hash of a link. The item of a hash points to an invitation, but the link with the hash
    /// may no longer work.
    pub(in crate::operations) async fn hash_item(&self, hash: &InvitationHash) -> Result<HashItem> {
        self.store.hash(hash).await?.ok_or(Error::Gone)
    }

    /// The open invitation that the stored item of a hash points to, read consistently.
    pub(in crate::operations) async fn open_invitation_of(&self, item: &HashItem) -> Result<OpenInvitation> {
        let scope = item.person.scope().ok_or(Error::Gone)?;
        if let Scope::Workspace(workspace) = scope {
            log::workspace(workspace);
        }
        let LinkRecords { person, workspace, accounts, admission } = self.store.invited(item).await?;
        let person = person.filter(|person| person.is_open_to(item.version, self.now())).ok_or(Error::Gone)?;
        let company = match (scope, &workspace) {
            (Scope::Company(company), _) => company,
            (Scope::Workspace(_), Some(workspace)) => workspace.company,
            (Scope::Workspace(_), None) => return Err(Error::Gone),
        };
        let by = InvitedBy { inviter: person.inviter, company };
        let admission = match admission.filter(|admission| admission.by == by) {
            Some(admission) => admission,
            // The stored item of the hash names no inviter, or another inviter than the person's record names, so the
            // records of the right inviter weren't read yet.
            None => self.store.admission(&item.person, by).await?,
        };
        let AccountsOfAddress { verified: identity, unverified } = accounts;
        Ok(OpenInvitation { scope, person, workspace, company, identity, unverified, admission })
    }

    /// Checks that the inviter may still admit the person, by the records that were read with the invitation. Returns
    /// the company of the invitation.
    ///
    /// # Errors
    /// [`Error::Gone`] if the inviter may no longer admit the person, or if the company is deleted.
    pub(in crate::operations) async fn require_inviter_may_admit<'a>(
        &self,
        invitation: &'a OpenInvitation,
    ) -> Result<&'a Company> {
        let AdmissionRecords { inviter, company, .. } = &invitation.admission;
        let workspace = invitation.workspace.as_ref().map(|workspace| workspace.id);
        let may = self.standing_allows_admission(inviter, &invitation.person, workspace).await?;
        company.as_ref().filter(|_| may).ok_or(Error::Gone)
    }

    /// Whether the inviter of an invited person may still admit the person to `workspace`, or to the company if
    /// `workspace` is `None`. The check reads the inviter's records from the store.
    pub(in crate::operations) async fn inviter_may_admit(
        &self,
        person: &Person,
        company: CompanyId,
        workspace: Option<WorkspaceId>,
    ) -> Result<bool> {
        let standing = self.store.caller_records(person.inviter, company, workspace).await?;
        self.standing_allows_admission(&standing, person, workspace).await
    }

    /// Whether an inviter with the roles in `standing` may admit the invited person.
    async fn standing_allows_admission(
        &self,
        standing: &CallerStanding,
        person: &Person,
        workspace: Option<WorkspaceId>,
    ) -> Result<bool> {
        let administered = match workspace {
            // The groups that the inviter administers matter only if the inviter's role doesn't suffice.
            Some(workspace) if !person.groups.is_empty() && !may_admit(standing, Some(workspace), &[], person) => {
                self.store.administered(person.inviter, workspace).await?
            }
            _ => Vec::new(),
        };
        Ok(may_admit(standing, workspace, &administered, person))
    }
}
