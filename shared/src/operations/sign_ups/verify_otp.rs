//! Completing a sign-up: the one-time password verifies the address, and the sign-up's company is created.

use crate::{
    Error, Result, Usher,
    domain::{Company, CompanyId, EmailAddress, Profile, Role, SignUp, UserId, UserIds},
    operations::{limits::attempts::AttemptLimit, log},
    store::{Founding, IntegerIds},
};

/// How often writing the sign-up's company is tried. Writing the company of a sign-up fails if an inviter created a
/// guest account for the address after the address's accounts were read.
const WRITE_ATTEMPTS: u32 = 2;

fn wrong_code() -> Error {
    Error::invalid("invalid_otp", "The code is wrong or has expired.")
}

impl Usher {
    /// Completes the sign-up for which the one-time password `code` was mailed: creates the sign-up's company, with the
    /// user as an admin of the company.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a wrong or expired one-time password; [`Error::TooMany`] after five tries.
    pub async fn verify_otp(&self, address: &EmailAddress, code: &str) -> Result<()> {
        let message = "Too many wrong codes. Wait, then sign up again.";
        let (subject, max) = (address.canonical(), SignUp::MAX_TRIES);
        self.count_attempt(&AttemptLimit { kind: "otp-tries", subject, max, message }).await?;
        let now = self.now();
        let mut verified = None;
        for sign_up in self.store.sign_ups(address, now).await? {
            // The record of each sign-up counts the tries at its one-time password too, because the window of the limit
            // on attempts can end while the one-time password is still valid.
            let counted = self.store.count_try(&sign_up).await?;
            let matches = self.secrets.matches_one_time_password(code, &sign_up.id.to_string(), now).await?;
            if counted && matches && sign_up.live {
                verified = Some(sign_up);
            }
        }
        if let Some(sign_up) = verified {
            return self.create_company(sign_up).await;
        }
        self.count_wrong_code(address).await?;
        Err(wrong_code())
    }

    async fn create_company(&self, sign_up: SignUp) -> Result<()> {
        let now = self.now();
        let numbers =
            self.store.take_integer_ids(IntegerIds { users: 1, companies: 1, ..IntegerIds::default() }).await?;
        let company = Company {
            id: CompanyId::random(self.random()),
            number: numbers.companies,
            name: sign_up.company_name.clone(),
            salt: self.random().uuid().to_string(),
            created_at: now,
        };
        let ids = UserIds { id: UserId::random(self.random()), number: numbers.users };
        let (identifier, first_name) = (sign_up.address.clone().into(), sign_up.first_name.clone());
        let new = Profile {
            last_name: Some(sign_up.last_name.clone()),
            password: Some(sign_up.password.clone()),
            ..Profile::new(ids, identifier, first_name, company.id, now)
        };
        let profile = self.create_founder(&sign_up, &company, new).await?.ok_or_else(wrong_code)?;
        log::company(company.id);
        self.mark_memberships_verified(&profile).await;
        self.join_by_domain(&profile).await;
        Ok(())
    }

    /// Writes the company of a sign-up together with the company's first user. Returns `None` if the sign-up was
    /// already used, or if the address meanwhile has an account.
    async fn create_founder(&self, sign_up: &SignUp, company: &Company, new: Profile) -> Result<Option<Profile>> {
        for _ in 0..WRITE_ATTEMPTS {
            let unverified = self.store.accounts(&new.identifier()).await?.unverified;
            let Some(profile) = self.verified_profile(new.clone(), unverified.as_ref()).await? else { continue };
            let record = self.member_record(&profile, Role::Admin, &company.salt);
            let guest = unverified.as_ref();
            let founding = Founding { sign_up, company, founder: &record, profile: &profile, guest };
            if self.store.found_company(&founding).await? {
                return Ok(Some(profile));
            }
        }
        // The write of the company may have succeeded although the store's response was lost. If the write succeeded,
        // the identity of the address belongs to the sign-up's company. If the identity doesn't, another request was
        // faster.
        let identity = self.store.identity(&new.identifier()).await?;
        match identity.filter(|identity| identity.company == company.id) {
            Some(identity) => self.store.profile(identity.user).await,
            None => Ok(None),
        }
    }
}
