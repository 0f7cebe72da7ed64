//! Proving an address founds a company.

use crate::{
    Error, Result, Usher,
    domain::{
        BatchId, Company, CompanyId, EmailAddress, MAX_TRIES, Person, Profile, ProfileKind, ProfileStatus, Role,
        SignUp, Status, UserId, person_id,
    },
    operations::log,
    store::Numbers,
};

/// How often a company is founded while somebody else makes an account of the address with a temporary password.
const TRIES: u32 = 2;

fn wrong_code() -> Error {
    Error::invalid("invalid_otp", "The code is wrong or has expired.")
}

impl Usher {
    /// Activates the sign-up that this one-time password was mailed for, and founds its company.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a code that isn't good, [`Error::TooMany`] after five tries.
    pub async fn verify_otp(&self, address: &EmailAddress, code: &str) -> Result<()> {
        let message = "Too many wrong codes. Wait, then sign up again.";
        self.brake("otp-tries", address.canonical(), MAX_TRIES, message).await?;
        let now = self.now();
        let mut verified = None;
        for sign_up in self.store.sign_ups(address, now).await? {
            // Each code has its own tries too: a window of the brake may end within its life.
            let counted = self.store.count_try(&sign_up).await?;
            let matches = self.secrets.is_one_time_password(code, &sign_up.id.to_string(), now).await?;
            if counted && matches && sign_up.live {
                verified = Some(sign_up);
            }
        }
        if let Some(sign_up) = verified {
            return self.found(sign_up).await;
        }
        self.note_wrong_code(address).await?;
        Err(wrong_code())
    }

    async fn found(&self, sign_up: SignUp) -> Result<()> {
        let now = self.now();
        let numbers = self.store.take_numbers(Numbers { users: 1, companies: 1, ..Numbers::default() }).await?;
        let company = Company {
            id: CompanyId::random(self.random()),
            number: numbers.companies,
            name: sign_up.company_name.clone(),
            salt: self.random().uuid().to_string(),
            created_at: now,
        };
        let new = Profile {
            id: UserId::random(self.random()),
            number: numbers.users,
            address: sign_up.address.clone(),
            user_code: None,
            first_name: sign_up.first_name.clone(),
            last_name: Some(sign_up.last_name.clone()),
            company: company.id,
            password: Some(sign_up.password.clone()),
            kind: ProfileKind::Person,
            status: ProfileStatus::Active,
            unverified: false,
            temporary_password: false,
            exclusive_to: None,
            epoch: 0,
            current_workspace: None,
            created_at: now,
        };
        let profile = self.founder(&sign_up, &company, new).await?.ok_or_else(wrong_code)?;
        log::company(company.id);
        self.mark_memberships_verified(&profile).await;
        self.join_by_domain(&profile).await;
        Ok(())
    }

    /// Makes a company's first user. `None` if the sign-up was used, or the address got an account.
    async fn founder(&self, sign_up: &SignUp, company: &Company, new: Profile) -> Result<Option<Profile>> {
        for _ in 0..TRIES {
            let unverified = self.store.accounts(&new.identifier()).await?.unverified;
            let Some(profile) = self.verified_profile(new.clone(), unverified.as_ref()).await? else { continue };
            let record = self.member_record(&profile, Role::Admin, &company.salt);
            if self.store.found(sign_up, company, &record, &profile, unverified.as_ref(), self.random()).await? {
                return Ok(Some(profile));
            }
        }
        // Its own write, of which only the reply was lost, or else somebody was quicker.
        let identity = self.store.identity(&new.identifier()).await?;
        match identity.filter(|identity| identity.company == company.id) {
            Some(identity) => self.store.profile(identity.user).await,
            None => Ok(None),
        }
    }

    /// The record of somebody who is a member without having been invited.
    pub(in crate::operations) fn member_record(&self, profile: &Profile, role: Role, salt: &str) -> Person {
        let now = self.now();
        Person {
            address: profile.address.clone(),
            user_code: profile.user_code.clone(),
            unverified: profile.unverified,
            exclusive: false,
            welcomed: false,
            person_id: person_id(salt, &profile.identifier()),
            user: profile.id,
            number: profile.number,
            role,
            status: Status::Accepted,
            revision: 1,
            version: 0,
            groups: Vec::new(),
            created_at: now,
            updated_at: now,
            invited_at: now,
            expires_at: now,
            inviter: profile.id,
            batch: BatchId::random(self.random()),
            delivery: None,
            delivery_at: None,
            delivery_detail: None,
            delivery_step: None,
            queued_by: None,
            first_name: Some(profile.first_name.clone()),
            last_name: profile.last_name.clone(),
            answered_by: None,
            metadata: None,
            accepted_at: Some(now),
        }
    }
}
