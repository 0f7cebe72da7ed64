//! Signing up by an invitation: the account and the membership come into being with one transaction.

use crate::{
    Error, Result, Usher,
    domain::{
        Acceptance, Company, EmailAddress, Identity, InvitationDead, InvitationHash, MembershipState, Password,
        PasswordHash, Person, PersonName, Profile, ProfileKind, ProfileStatus, Role, Scope, Transition, accept,
        may_belong,
    },
    operations::{
        invitations::{
            default_name::local_part,
            refusals::{exclusive, other_address},
            view_invitation::OpenInvitation,
        },
        log,
    },
    store::{AcceptanceWrite, Accepted, HashItem, NewAccount},
};

/// How often an invitation that changed during an acceptance is read and decided again.
const TRIES: u32 = 3;

/// What signing up by an invitation takes.
#[derive(Debug)]
pub struct SignUpByInvitation {
    /// The hash out of the mail.
    pub hash: InvitationHash,
    /// The address, which must be the invited one.
    pub address: EmailAddress,
    /// The password.
    pub password: Password,
    /// First name; if `None` the one that the inviter told, or else what is before the @.
    pub first_name: Option<PersonName>,
    /// Last name; if `None` the one that the inviter told.
    pub last_name: Option<PersonName>,
}

/// Somebody who signed up by an invitation.
#[derive(Debug)]
pub struct SignedUp {
    /// Their profile.
    pub profile: Profile,
    /// Their company.
    pub company: Company,
    /// Their role in it.
    pub role: Role,
}

impl Usher {
    /// Registers the invited person, active at once. By an invitation to the company they get its role there; by one to
    /// a workspace they become a member of that, and an ordinary user of its company unless they wait to be more.
    ///
    /// # Errors
    /// [`Error::Gone`] for a dead hash, [`Error::WrongAddress`] for another address than the invited one,
    /// [`Error::Conflict`] if the address has an account, or one with a temporary password that belongs to another workspace
    /// only. Nothing is changed then.
    pub async fn join(&self, join: SignUpByInvitation) -> Result<SignedUp> {
        let attempt = self.random().uuid().to_string();
        let item = self.hash_item(&join.hash).await?;
        // It takes its time: what decides is read after it.
        let password = self.hash_password(join.password.clone()).await?;
        for _ in 0..TRIES {
            let open = self.open_for(&join, &item).await?;
            log::company(open.company);
            let by_workspace = matches!(open.of, Scope::Workspace(_));
            let company = self.inviter_may_still(&open).await?;
            self.admit_unverified(&open)?;
            let new = self.invited_profile(&join, &open, password.clone())?;
            let profile = self.verified_profile(new, open.unverified.as_ref()).await?.ok_or(Error::Gone)?;
            let company_record = if by_workspace {
                let record = open.admission.colleague.as_ref();
                Some(Transition::replace(record, self.new_colleague(&profile, company, record).await?))
            } else {
                None
            };
            let role = company_record.as_ref().map_or(open.person.role, |record| record.after().role);
            let acceptance = Acceptance { version: open.person.version, profile: &profile, attempt: &attempt };
            let now = self.now();
            let transition = accept(&acceptance, &open.person, true, now).map_err(|InvitationDead| Error::Gone)?;
            let write = AcceptanceWrite {
                of: open.of,
                transition: &transition,
                profile: &profile,
                scope_name: open.scope_name(company).as_ref(),
                new_account: Some(NewAccount { company_record, guest: open.unverified.clone() }),
                now,
            };
            match self.store.accept(&write, self.random()).await? {
                Accepted::Done => {
                    self.mark_memberships_verified(&profile).await;
                    return Ok(SignedUp { profile, company: company.clone(), role });
                }
                Accepted::AddressTaken => return Err(has_account()),
                Accepted::Changed => {}
            }
        }
        Err(Error::Gone)
    }

    /// The invitation, if it is open and this person's, and the address has no account.
    async fn open_for(&self, join: &SignUpByInvitation, item: &HashItem) -> Result<OpenInvitation> {
        let open = self.open(item).await?;
        if open.person.address != join.address {
            return Err(other_address());
        }
        if open.identity.is_some() { Err(has_account()) } else { Ok(open) }
    }

    /// The company's account with a temporary password joins no more than one whose address is verified. The link that proves
    /// it is to where it is a member already.
    fn admit_unverified(&self, open: &OpenInvitation) -> Result<()> {
        let Some(there) = open.unverified.as_ref().filter(|there| there.company == open.company) else {
            return Ok(());
        };
        let workspace = open.workspace.as_ref().map(|workspace| workspace.id);
        let proves = open.person.standing(self.now()) == MembershipState::Member;
        if proves || may_belong(there.exclusive_to, workspace, open.person.exclusive) {
            Ok(())
        } else {
            Err(exclusive())
        }
    }

    /// The company's record of somebody who joins one of its workspaces. An invitation to the company that waits for them
    /// is fulfilled with it, if its inviter may still let them in.
    async fn new_colleague(&self, profile: &Profile, company: &Company, replaced: Option<&Person>) -> Result<Person> {
        let mut colleague = self.member_record(profile, Role::Viewer, &company.salt);
        if let Some(there) = replaced {
            (colleague.version, colleague.created_at) = (there.version, there.created_at);
            let keeps = match there.standing(self.now()) {
                MembershipState::Pending => self.may_let_in(there, company.id, None).await?,
                // By a temporary password.
                MembershipState::Member => true,
                MembershipState::Expired | MembershipState::Gone => false,
            };
            // Whoever belongs to one workspace only is never more in the company.
            if keeps && profile.exclusive_to.is_none() {
                colleague.role = there.role;
            }
        }
        Ok(colleague)
    }

    /// The profile of a new account whose address is verified. One with a temporary password becomes it, and its sessions
    /// end. `None` if that is gone meanwhile.
    pub(in crate::operations) async fn verified_profile(
        &self,
        new: Profile,
        unverified: Option<&Identity>,
    ) -> Result<Option<Profile>> {
        let Some(unverified) = unverified else { return Ok(Some(new)) };
        let Some(there) = self.store.profile(unverified.user).await? else { return Ok(None) };
        let bound = there.exclusive_to.filter(|_| there.company == new.company);
        Ok(Some(Profile {
            id: there.id,
            number: there.number,
            exclusive_to: new.exclusive_to.or(bound),
            current_workspace: there.current_workspace,
            created_at: there.created_at,
            epoch: there.epoch + 1,
            ..new
        }))
    }

    /// The id that was given with the invitation is kept.
    fn invited_profile(
        &self,
        join: &SignUpByInvitation,
        open: &OpenInvitation,
        password: PasswordHash,
    ) -> Result<Profile> {
        let first_name = match join.first_name.clone().or_else(|| open.person.first_name.clone()) {
            Some(name) => name,
            None => local_part(&join.address)?,
        };
        let workspace = open.workspace.as_ref().map(|workspace| workspace.id);
        Ok(Profile {
            id: open.person.user,
            number: open.person.number,
            address: join.address.clone(),
            user_code: open.person.user_code.clone(),
            first_name,
            last_name: join.last_name.clone().or_else(|| open.person.last_name.clone()),
            company: open.company,
            password: Some(password),
            kind: ProfileKind::Person,
            status: ProfileStatus::Active,
            unverified: false,
            temporary_password: false,
            exclusive_to: workspace.filter(|_| open.person.exclusive),
            epoch: 0,
            current_workspace: None,
            created_at: self.now(),
        })
    }

    /// Whoever had a temporary password is a member elsewhere too. That their address is verified is shown there, and
    /// decides nothing: a failure is told to the log only.
    pub(in crate::operations) async fn mark_memberships_verified(&self, profile: &Profile) {
        if profile.epoch == 0 {
            return;
        }
        let told = async {
            for membership in self.store.memberships(profile.id).await? {
                let Some(workspace) = membership.workspace else { continue };
                self.store.mark_verified(Scope::Workspace(workspace), profile).await?;
            }
            Result::Ok(())
        };
        if let Err(error) = told.await {
            tracing::warn!(?error, "an address is still shown as not verified");
        }
    }
}

fn has_account() -> Error {
    Error::conflict("has_account", "This e-mail address has an account already. Accept the invitation with it.")
}
