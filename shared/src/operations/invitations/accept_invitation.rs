//! Accepting an invitation with an account that the person has.

use crate::{
    Error, Result, Usher,
    domain::{
        Acceptance, InvitationDead, InvitationHash, Password, ProfileKind, Role, Scope, WorkspaceId, accept, may_belong,
    },
    operations::{
        Caller, LoginName,
        invitations::refusals::{exclusive, other_address},
    },
    store::{AcceptanceWrite, Accepted},
};

/// How often an invitation that changed during an acceptance is read and decided again.
const TRIES: u32 = 3;

/// What somebody joined.
#[derive(Debug, Clone, Copy)]
pub struct AcceptedInvitation {
    /// The workspace; `None` if it is the whole company.
    pub workspace: Option<WorkspaceId>,
    /// Their role there.
    pub role: Role,
}

impl Usher {
    /// Makes the caller a member of the workspace or company that the hash invites them to.
    ///
    /// # Errors
    /// [`Error::Gone`] for a dead hash, [`Error::WrongAddress`] if another address was invited, [`Error::Conflict`] if
    /// the invitation is to a company and the caller is a user of another, [`Error::Forbidden`] for an account whose address
    /// nobody has verified: its password may be known to others than the address's owner.
    pub async fn accept_invitation(&self, caller: &Caller, hash: &InvitationHash) -> Result<AcceptedInvitation> {
        let profile = self.company_access(caller).await?.profile;
        let attempt = self.random().uuid().to_string();
        for _ in 0..TRIES {
            let open = self.open_invitation(hash).await?;
            if open.person.identifier() != profile.identifier() || profile.kind != ProfileKind::Person {
                return Err(other_address());
            }
            if profile.unverified {
                let message = "The address of this account isn't verified. Sign up by the link instead.";
                return Err(Error::forbidden("address_not_proved", message));
            }
            if matches!(open.of, Scope::Company(company) if company != profile.company) {
                return Err(other_company());
            }
            let workspace = open.workspace.as_ref().map(|workspace| workspace.id);
            if !may_belong(profile.exclusive_to, workspace, open.person.exclusive) {
                return Err(exclusive());
            }
            let company = self.inviter_may_still(&open).await?;
            let acceptance = Acceptance { version: open.person.version, profile: &profile, attempt: &attempt };
            let now = self.now();
            let transition = accept(&acceptance, &open.person, true, now).map_err(|InvitationDead| Error::Gone)?;
            let write = AcceptanceWrite {
                of: open.of,
                transition: &transition,
                profile: &profile,
                scope_name: open.scope_name(company).as_ref(),
                new_account: None,
                now,
            };
            if self.store.accept(&write, self.random()).await? == Accepted::Done {
                return Ok(AcceptedInvitation { workspace, role: open.person.role });
            }
        }
        Err(Error::Gone)
    }

    /// As [`Usher::accept_invitation`], by the password of the invited person's account.
    ///
    /// # Errors
    /// The same; [`Error::Unauthenticated`] for a wrong password, and where the address has no account;
    /// [`Error::TooMany`] after too many wrong ones.
    pub async fn accept_by_password(
        &self,
        hash: &InvitationHash,
        password: Option<Password>,
    ) -> Result<AcceptedInvitation> {
        let person = self.open_invitation(hash).await?.person;
        let who = match person.user_code {
            Some(code) => LoginName::Code(code),
            None => LoginName::Address(person.address),
        };
        let profile = self.check_credentials(&who, password, |_| true).await?;
        self.accept_invitation(&Caller::of(&profile), hash).await
    }
}

/// Nobody is a user of two companies.
fn other_company() -> Error {
    Error::conflict("other_company", "Your account belongs to another company, and can't become one of this company's.")
}
