//! What a hash opens. An unknown, expired, used or replaced one is [`Error::Gone`], whatever killed it.

use jiff::Timestamp;

use crate::{
    Error, Result, Usher,
    domain::{EmailAddress, InvitationHash, Message, Permission, Person, Role, Scope, UserId},
    store::{Batch, CallerRecords, Company, Identity, Workspace},
};

use super::{authenticate::role_in, log};

/// A live invitation, with what was read to judge it.
#[derive(Debug)]
pub struct OpenInvitation {
    /// To what.
    pub of: Scope,
    /// The record.
    pub person: Person,
    /// The workspace.
    pub workspace: Workspace,
    /// Its company.
    pub company: Company,
    /// Whose the address is, if it has an account.
    pub identity: Option<Identity>,
}

/// What the invited person is shown.
#[derive(Debug)]
pub struct InvitationView {
    /// The workspace's name.
    pub workspace_name: String,
    /// The company's name.
    pub company_name: String,
    /// Who invites.
    pub inviter_name: String,
    /// Who is invited.
    pub address: EmailAddress,
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
        self.inviter_may_still(&open).await?;
        let batch = self.store.batch(open.person.batch).await?;
        let (inviter_name, message) = match batch {
            Some(Batch { inviter_name, message, .. }) => (inviter_name, message),
            None => (open.company.name.to_string(), None),
        };
        Ok(InvitationView {
            workspace_name: open.workspace.name.to_string(),
            company_name: open.company.name.to_string(),
            inviter_name,
            address: open.person.address,
            role: open.person.role,
            message,
            expires_at: open.person.expires_at,
            has_account: open.identity.is_some(),
        })
    }

    /// What a hash opens now.
    pub(super) async fn open_invitation(&self, hash: &InvitationHash) -> Result<OpenInvitation> {
        let item = self.store.hash(hash).await?.ok_or(Error::Gone)?;
        let of = item.person.scope().ok_or(Error::Gone)?;
        let Scope::Workspace(workspace) = of else { return Err(Error::Gone) };
        log::workspace(workspace);
        let person = self.store.person(&item.person).await?.ok_or(Error::Gone)?;
        if !person.is_open_to(item.version, self.now()) {
            return Err(Error::Gone);
        }
        let workspace = self.store.workspaces(&[workspace]).await?.pop().ok_or(Error::Gone)?;
        let company = self.store.company(workspace.company).await?.ok_or(Error::Gone)?;
        let identity = self.store.identity(&person.address).await?;
        Ok(OpenInvitation { of, person, workspace, company, identity })
    }

    /// Nobody is let in by someone who may no longer let them in: a consistent read just before accepting.
    pub(super) async fn inviter_may_still(&self, open: &OpenInvitation) -> Result<()> {
        let Some(role) = self.role_of(open.person.inviter, &open.workspace).await? else { return Err(Error::Gone) };
        if role.may(Permission::Invite) && role.may_grant(open.person.role) { Ok(()) } else { Err(Error::Gone) }
    }

    async fn role_of(&self, user: UserId, workspace: &Workspace) -> Result<Option<Role>> {
        let standing: CallerRecords = self.store.caller_records(user, workspace.company, Some(workspace.id)).await?;
        if !standing.profile.as_ref().is_some_and(crate::store::Profile::is_active) {
            return Ok(None);
        }
        Ok(role_in(&standing, true))
    }
}
