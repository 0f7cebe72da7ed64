//! Accepting an invitation with an account that the invited person already has.

use crate::{
    Error, Result, Usher,
    domain::{
        Acceptance, Company, InvitationDead, InvitationHash, Password, ProfileKind, Role, Scope, WorkspaceId, accept,
        may_belong,
    },
    operations::{
        Caller, LoginIdentifier,
        invitations::{
            refusals::{exclusive_user, kept_changing, other_address},
            view_invitation::OpenInvitation,
        },
        metrics,
    },
    store::{AcceptanceWrite, Accepted, NewAccount},
};

/// How often the acceptance of an invitation is tried. A further try happens if another request changed the invitation
/// meanwhile; the further try reads the invitation again.
const TRIES: u32 = 8;

/// The membership that accepting an invitation gave to the caller.
#[derive(Debug, Clone, Copy)]
pub struct AcceptedInvitation {
    /// The workspace that the caller joined. `None` if the invitation was to the company.
    pub workspace: Option<WorkspaceId>,
    /// The caller's role in the workspace or company.
    pub role: Role,
}

impl Usher {
    /// Accepts the invitation to which the hash of a link belongs: makes the caller a member of the workspace or
    /// company.
    ///
    /// # Errors
    /// - [`Error::Gone`] for the hash of a link that is unknown, expired, used, revoked or replaced.
    /// - [`Error::WrongAddress`] if another address was invited.
    /// - [`Error::Conflict`] if the invitation is to a company and the caller is a user of another company, or if the
    ///   caller's account belongs to one workspace only.
    /// - [`Error::Forbidden`] for an account with an unverified address, because other people than the owner of the
    ///   address
    ///   may know the account's password.
    pub async fn accept_invitation(&self, caller: &Caller, hash: &InvitationHash) -> Result<AcceptedInvitation> {
        let profile = self.company_access(caller).await?.profile;
        let attempt = self.random().uuid().to_string();
        for round in 0..TRIES {
            if round > 0 {
                self.store.pause(round).await;
            }
            let invitation = self.open_invitation(hash).await?;
            if invitation.person.identifier() != profile.identifier() || profile.kind != ProfileKind::Person {
                return Err(other_address());
            }
            if profile.unverified {
                let message = "The address of this account isn't verified. Sign up by the link instead.";
                return Err(Error::forbidden("address_not_proved", message));
            }
            if matches!(invitation.scope, Scope::Company(company) if company != profile.company) {
                return Err(other_company());
            }
            let workspace = invitation.workspace.as_ref().map(|workspace| workspace.id);
            if !may_belong(profile.exclusive_to, workspace, invitation.person.exclusive) {
                return Err(exclusive_user());
            }
            let company = self.require_inviter_may_admit(&invitation).await?;
            let acceptance = Acceptance { version: invitation.person.version, profile: &profile, attempt: &attempt };
            if self.write_acceptance(&invitation, company, &acceptance, None).await? == Accepted::Done {
                return Ok(AcceptedInvitation { workspace, role: invitation.person.role });
            }
        }
        Err(kept_changing())
    }

    /// Decides the acceptance of an open invitation whose inviter may admit the person, and writes the decision.
    /// `new_account` has the further records that accepting an invitation writes for a person who signs up.
    ///
    /// # Errors
    /// [`Error::Gone`] if the invitation is no longer open.
    pub(in crate::operations) async fn write_acceptance(
        &self,
        invitation: &OpenInvitation,
        company: &Company,
        acceptance: &Acceptance<'_>,
        new_account: Option<NewAccount>,
    ) -> Result<Accepted> {
        let now = self.now();
        let transition = accept(acceptance, &invitation.person, true, now).map_err(|InvitationDead| Error::Gone)?;
        let write = AcceptanceWrite {
            scope: invitation.scope,
            transition: &transition,
            profile: acceptance.profile,
            scope_name: invitation.scope_name(company).as_ref(),
            new_account,
            now,
        };
        let written = self.store.accept(&write).await?;
        if written == Accepted::Done {
            metrics::accepted();
        }
        Ok(written)
    }

    /// Accepts the invitation to which the hash of a link belongs, for an invited person who proves to own an account
    /// by giving the account's password.
    ///
    /// # Errors
    /// The errors of [`Usher::accept_invitation`]. [`Error::Unauthenticated`] for a wrong password, and for an address
    /// without an account. [`Error::TooMany`] after too many wrong passwords.
    pub async fn accept_by_password(
        &self,
        hash: &InvitationHash,
        password: Option<Password>,
    ) -> Result<AcceptedInvitation> {
        let person = self.open_invitation(hash).await?.person;
        let login_name = match person.user_code {
            Some(code) => LoginIdentifier::Code(code),
            None => LoginIdentifier::Address(person.address),
        };
        let profile = self.check_credentials(&login_name, password, |_| true).await?;
        self.accept_invitation(&Caller::of(&profile), hash).await
    }
}

/// The error for a caller whose account belongs to another company than the invitation. An account belongs to one
/// company only.
fn other_company() -> Error {
    Error::conflict("other_company", "Your account belongs to another company, and can't become one of this company's.")
}
