//! Signing up by an invitation: one transaction creates the account and the membership.

use crate::{
    Error, Result, Usher,
    domain::{
        Acceptance, Company, EmailAddress, Identifier, Identity, InvitationHash, MembershipState, Password,
        PasswordHash, Person, PersonName, Profile, Role, Scope, Transition, UserIds, may_belong,
    },
    operations::{
        invitations::{
            default_name::local_part,
            refusals::{exclusive_user, kept_changing, other_address},
            view_invitation::OpenInvitation,
        },
        log,
    },
    store::{Accepted, HashItem, NewAccount},
};

/// How often accepting the invitation is tried. A further try happens if another request changed the invitation
/// meanwhile; the further try reads the invitation again.
const TRIES: u32 = 8;

/// A request to sign up by an invitation.
#[derive(Debug)]
pub struct SignUpByInvitation {
    /// The hash of the link in the mail.
    pub hash: InvitationHash,
    /// The person's address, which must be the invited address.
    pub address: EmailAddress,
    /// The password for the new account.
    pub password: Password,
    /// The first name. If `None`, the account gets the first name that the inviter gave, or else the part of the
    /// address before the @.
    pub first_name: Option<PersonName>,
    /// The last name. If `None`, the account gets the last name that the inviter gave.
    pub last_name: Option<PersonName>,
}

/// The person who signed up by an invitation.
#[derive(Debug)]
pub struct SignedUp {
    /// The profile of the new account.
    pub profile: Profile,
    /// The company that the account belongs to.
    pub company: Company,
    /// The person's role in the company.
    pub role: Role,
}

impl Usher {
    /// Creates an active account for the invited person, and accepts the invitation. An invitation to the company gives
    /// the person the invitation's role in the company. An invitation to a workspace makes the person a member of the
    /// workspace and, with the lowest role, of its company. If the person has a pending invitation to the company,
    /// signing up accepts the invitation to the company too, and this invitation gives the person the role in the
    /// company.
    ///
    /// # Errors
    /// - [`Error::Gone`] for the hash of a link that is unknown, expired, used, revoked or replaced.
    /// - [`Error::WrongAddress`] if another address was invited.
    /// - [`Error::Conflict`] if the address has a verified account, or a guest account that belongs to another
    ///   workspace
    ///   only.
    ///
    /// If signing up fails with an error, no account, membership or invitation has changed.
    pub async fn sign_up_by_invitation(&self, request: SignUpByInvitation) -> Result<SignedUp> {
        let attempt = self.random().uuid().to_string();
        let item = self.hash_item(&request.hash).await?;
        // Hashing a password takes long. The records that decide about a sign-up are read after hashing, so that the
        // records are fresh.
        let password = self.hash_password(request.password.clone()).await?;
        for round in 0..TRIES {
            if round > 0 {
                self.store.pause(round).await;
            }
            let invitation = self.invitation_to_sign_up(&request, &item).await?;
            log::company(invitation.company);
            let by_workspace = matches!(invitation.scope, Scope::Workspace(_));
            let company = self.require_inviter_may_admit(&invitation).await?;
            self.require_guest_may_join(&invitation)?;
            let new = self.invited_profile(&request, &invitation, password.clone())?;
            let profile = self.verified_profile(new, invitation.unverified.as_ref()).await?.ok_or(Error::Gone)?;
            let company_record = if by_workspace {
                let record = invitation.admission.colleague.as_ref();
                Some(Transition::replace(record, self.company_member(&profile, company, record).await?))
            } else {
                None
            };
            let role = company_record.as_ref().map_or(invitation.person.role, |record| record.after().role);
            let acceptance = Acceptance { version: invitation.person.version, profile: &profile, attempt: &attempt };
            let account = NewAccount { company_record, guest: invitation.unverified.clone() };
            match self.write_acceptance(&invitation, company, &acceptance, Some(account)).await? {
                Accepted::Done => {
                    self.mark_memberships_verified(&profile).await;
                    return Ok(SignedUp { profile, company: company.clone(), role });
                }
                Accepted::AddressTaken => return Err(has_account()),
                Accepted::Changed => {}
            }
        }
        Err(kept_changing())
    }

    /// The open invitation of a request to sign up, if the invitation was sent to the request's address and the address
    /// has no verified account.
    async fn invitation_to_sign_up(&self, request: &SignUpByInvitation, item: &HashItem) -> Result<OpenInvitation> {
        let invitation = self.open_invitation_of(item).await?;
        if invitation.person.address != request.address {
            return Err(other_address());
        }
        if invitation.identity.is_some() { Err(has_account()) } else { Ok(invitation) }
    }

    /// Checks that the address's guest account in the company, if the address has a guest account, may join the
    /// workspace. A guest account that belongs to one workspace only can't join another workspace. If the guest is a
    /// member of the workspace already, the link only verifies the guest's address.
    fn require_guest_may_join(&self, invitation: &OpenInvitation) -> Result<()> {
        let Some(guest) = invitation.unverified.as_ref().filter(|guest| guest.company == invitation.company) else {
            return Ok(());
        };
        let workspace = invitation.workspace.as_ref().map(|workspace| workspace.id);
        let is_member = invitation.person.state(self.now()) == MembershipState::Member;
        if is_member || may_belong(guest.exclusive_to, workspace, invitation.person.exclusive) {
            Ok(())
        } else {
            Err(exclusive_user())
        }
    }

    /// The company's record of a person who joins one of the company's workspaces. If the person has a pending
    /// invitation to the company whose inviter may still admit the person, the company's record gets the role of this
    /// invitation.
    async fn company_member(&self, profile: &Profile, company: &Company, before: Option<&Person>) -> Result<Person> {
        let mut member = self.member_record(profile, Role::Viewer, &company.salt);
        if let Some(before) = before {
            (member.version, member.created_at) = (before.version, before.created_at);
            let keeps_role = match before.state(self.now()) {
                MembershipState::Pending => self.inviter_may_admit(before, company.id, None).await?,
                // The person of this record is already a member of the company, by a guest account.
                MembershipState::Member => true,
                MembershipState::Expired | MembershipState::Gone => false,
            };
            // An account that belongs to one workspace only has the lowest role in the company.
            if keeps_role && profile.exclusive_to.is_none() {
                member.role = before.role;
            }
        }
        Ok(member)
    }

    /// The profile of a new account with a verified address. If the address has an unverified account, the unverified
    /// account becomes the new account: the account keeps its ids, and the sessions of the account end. The result is
    /// `None` if the unverified account was deleted meanwhile.
    pub(in crate::operations) async fn verified_profile(
        &self,
        new: Profile,
        unverified: Option<&Identity>,
    ) -> Result<Option<Profile>> {
        let Some(unverified) = unverified else { return Ok(Some(new)) };
        let Some(guest) = self.store.profile(unverified.user).await? else { return Ok(None) };
        let exclusive_to = guest.exclusive_to.filter(|_| guest.company == new.company);
        Ok(Some(Profile {
            id: guest.id,
            number: guest.number,
            exclusive_to: new.exclusive_to.or(exclusive_to),
            current_workspace: guest.current_workspace,
            created_at: guest.created_at,
            epoch: guest.epoch + 1,
            ..new
        }))
    }

    /// The profile of the account that the sign-up creates. The account of a person who signs up by an invitation has
    /// the user id that the invitation gave to the person.
    fn invited_profile(
        &self,
        request: &SignUpByInvitation,
        invitation: &OpenInvitation,
        password: PasswordHash,
    ) -> Result<Profile> {
        let first_name = match request.first_name.clone().or_else(|| invitation.person.first_name.clone()) {
            Some(name) => name,
            None => local_part(&request.address)?,
        };
        let workspace = invitation.workspace.as_ref().map(|workspace| workspace.id);
        let ids = UserIds { id: invitation.person.user, number: invitation.person.number };
        let identifier = Identifier { address: request.address.clone(), code: invitation.person.user_code.clone() };
        Ok(Profile {
            last_name: request.last_name.clone().or_else(|| invitation.person.last_name.clone()),
            password: Some(password),
            exclusive_to: workspace.filter(|_| invitation.person.exclusive),
            ..Profile::new(ids, identifier, first_name, invitation.company, self.now())
        })
    }

    /// Marks the person's workspace memberships as verified, if the person's guest account became the verified account
    /// of `profile`. The mark that a person's membership is verified gives the person no right. A failure to mark a
    /// membership as verified is therefore only logged and doesn't fail the request.
    pub(in crate::operations) async fn mark_memberships_verified(&self, profile: &Profile) {
        if profile.epoch == 0 {
            return;
        }
        if let Err(error) = self.try_to_mark_verified(profile).await {
            tracing::warn!(?error, "memberships of an account still show its address as unverified");
        }
    }

    async fn try_to_mark_verified(&self, profile: &Profile) -> Result<()> {
        for membership in self.store.memberships(profile.id).await? {
            let Some(workspace) = membership.workspace else { continue };
            self.store.mark_verified(Scope::Workspace(workspace), profile).await?;
        }
        Ok(())
    }
}

/// The error for a request to sign up with an address that has a verified account already.
fn has_account() -> Error {
    Error::conflict("has_account", "This e-mail address has an account already. Accept the invitation with it.")
}
