//! Signing up by an invitation: the account and the membership come into being with one transaction.

use crate::{
    Error, Public, Result, Usher,
    domain::{EmailAddress, InvitationHash, Password, PasswordHash, PersonName, Role, Scope, Standing},
    store::{Acceptance, Accepted, Company, NewAccount, Profile, ProfileKind, ProfileStatus},
};

use super::{log, view_invitation::OpenInvitation};

/// How often an invitation that changed under an acceptance is read and judged again.
const TRIES: u32 = 3;

/// What signing up by an invitation takes.
#[derive(Debug)]
pub struct Join {
    /// The hash out of the mail.
    pub hash: InvitationHash,
    /// The address, which must be the invited one.
    pub address: EmailAddress,
    /// The password.
    pub password: Password,
    /// First name.
    pub first_name: PersonName,
    /// Last name.
    pub last_name: PersonName,
}

/// Somebody who signed up by an invitation.
#[derive(Debug)]
pub struct JoinedCompany {
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
    /// [`Error::Conflict`] if the address has an account. Nothing is changed then.
    pub async fn join(&self, join: Join) -> Result<JoinedCompany> {
        let attempt = self.random().uuid().to_string();
        let mut open = self.open_for(&join).await?;
        log::company(open.company.id);
        let password = self.hash_password(join.password.clone()).await?;
        for _ in 0..TRIES {
            self.inviter_may_still(&open).await?;
            let profile = self.new_profile(&join, &open, password.clone());
            let new_account = match open.of {
                Scope::Company(_) => NewAccount { colleague: None, replaced: None },
                Scope::Workspace(_) => self.new_colleague(&profile, &open).await?,
            };
            let role = new_account.colleague.as_ref().map_or(open.person.role, |colleague| colleague.role);
            let acceptance = Acceptance {
                of: open.of,
                person: &open.person,
                profile: &profile,
                new_account: Some(new_account),
                now: self.now(),
                attempt: &attempt,
            };
            match self.store.accept(&acceptance, self.random()).await? {
                Accepted::Done => return Ok(JoinedCompany { profile, company: open.company, role }),
                Accepted::AddressTaken => return Err(has_account()),
                Accepted::Changed => open = self.open_for(&join).await?,
            }
        }
        Err(Error::Gone)
    }

    /// The invitation, if it is open and this person's, and the address has no account.
    async fn open_for(&self, join: &Join) -> Result<OpenInvitation> {
        let open = self.open_invitation(&join.hash).await?;
        if open.person.address != join.address {
            return Err(other_address());
        }
        if open.identity.is_some() { Err(has_account()) } else { Ok(open) }
    }

    /// The company's record of somebody who joins one of its workspaces. An invitation to the company that waits for them
    /// is fulfilled with it, if its inviter may still let them in.
    async fn new_colleague(&self, profile: &Profile, open: &OpenInvitation) -> Result<NewAccount> {
        let company = open.company.id;
        let mut colleague = self.member_record(profile, Role::Viewer, &open.company.salt);
        let replaced = self.store.person(Scope::Company(company), &profile.identifier()).await?;
        if let Some(there) = &replaced {
            (colleague.version, colleague.created_at) = (there.version, there.created_at);
            if there.standing(self.now()) == Standing::Pending && self.may_let_in(there, company, None).await? {
                colleague.role = there.role;
            }
        }
        Ok(NewAccount { colleague: Some(colleague), replaced })
    }

    /// The id that was given with the invitation is kept.
    fn new_profile(&self, join: &Join, open: &OpenInvitation, password: PasswordHash) -> Profile {
        Profile {
            id: open.person.user,
            number: open.person.number,
            address: join.address.clone(),
            user_code: open.person.user_code.clone(),
            first_name: join.first_name.clone(),
            last_name: Some(join.last_name.clone()),
            company: open.company.id,
            password: Some(password),
            kind: ProfileKind::Person,
            status: ProfileStatus::Active,
            current_workspace: None,
            created_at: self.now(),
        }
    }
}

/// The hash is somebody else's.
pub(super) fn other_address() -> Error {
    Error::WrongAddress(Public::new("other_address", "This invitation is for another e-mail address."))
}

fn has_account() -> Error {
    Error::conflict("has_account", "This e-mail address has an account already. Accept the invitation with it.")
}
