//! Signing up without an invitation: nothing exists until the address is verified by a mailed one-time password.

use crate::{
    Error, Public, Result, Usher,
    domain::{EmailAddress, MAX_TRIES, Password, PersonName, SignUp, Title},
    store::{QueuedLetter, RateLimit},
};

/// Letters about sign-ups that one address gets within a window.
const MAX_LETTERS: u32 = 5;

/// What signing up takes.
#[derive(Debug)]
pub struct BeginSignUp {
    /// The address, to be verified.
    pub address: EmailAddress,
    /// The password.
    pub password: Password,
    /// First name.
    pub first_name: PersonName,
    /// Last name.
    pub last_name: PersonName,
    /// The company to be founded; named by the address's domain if `None`.
    pub company_name: Option<Title>,
}

impl Usher {
    /// Begins a sign-up and has a one-time password mailed. An address that has an account gets a mail that says so;
    /// the answer, and the time it takes, are alike.
    ///
    /// # Errors
    /// [`Error::TooMany`] if the address, known or not, was written to too often.
    pub async fn begin_sign_up(&self, begin: BeginSignUp) -> Result<()> {
        let now = self.now();
        if begin.address.is_service_account() {
            return Err(Error::invalid("invalid_email", "This address belongs to a service account."));
        }
        self.count_letter(&begin.address).await?;
        let password = self.hash_password(begin.password).await?;
        let known = self.store.identity(&begin.address.clone().into()).await?.is_some();
        let company_name = match begin.company_name {
            Some(name) => name,
            None => domain_title(&begin.address)?,
        };
        let sign_up = SignUp {
            id: self.random().uuid(),
            address: begin.address.clone(),
            first_name: begin.first_name,
            last_name: begin.last_name,
            company_name,
            password,
            begun_at: now,
            expires_at: now + self.parameters.otp_ttl,
            live: !known,
            tries: 0,
        };
        let letter = if known {
            QueuedLetter::AlreadyRegistered { email: begin.address }
        } else {
            QueuedLetter::OneTimePassword { email: begin.address, sign_up: sign_up.id }
        };
        self.store.begin_sign_up(&sign_up, &letter, self.random()).await
    }

    /// Mails the one-time password of an address's newest sign-up again, or another one if that had its tries. Nothing tells
    /// whether there is a sign-up.
    ///
    /// # Errors
    /// [`Error::TooMany`] if the address, known or not, was written to too often.
    pub async fn resend_otp(&self, address: EmailAddress) -> Result<()> {
        self.count_letter(&address).await?;
        let now = self.now();
        let newest = self.store.sign_ups(&address, now).await?.pop().filter(|sign_up| sign_up.live);
        let letter = match newest {
            Some(tried) if tried.tries >= MAX_TRIES => {
                let (id, expires_at) = (self.random().uuid(), now + self.parameters.otp_ttl);
                let sign_up = SignUp { id, begun_at: now, expires_at, ..tried };
                let letter = QueuedLetter::OneTimePassword { email: address, sign_up: id };
                return self.store.begin_sign_up(&sign_up, &letter, self.random()).await;
            }
            Some(sign_up) => QueuedLetter::OneTimePassword { email: address, sign_up: sign_up.id },
            None => QueuedLetter::Nothing,
        };
        self.store.queue_letter(letter, now, self.random()).await
    }

    async fn count_letter(&self, address: &EmailAddress) -> Result<()> {
        let message = "Too many codes were asked for. Wait, then try again.";
        self.brake("otp-letters", address.canonical(), MAX_LETTERS, message).await
    }

    /// Counts one use by somebody before it is made: at most `most` in as long as a one-time password lives.
    pub(in crate::operations) async fn brake(
        &self,
        kind: &'static str,
        subject: &str,
        most: u32,
        message: &'static str,
    ) -> Result<()> {
        let brake = self.tries(kind, subject, most);
        let now = self.now();
        if self.store.reserve(&brake, 1, now).await? == 1 {
            return Ok(());
        }
        let public = Public::new("too_many_attempts", message);
        Err(Error::TooMany { public, retry_after: brake.left(now) })
    }

    /// Gives back a use that turned out not to count.
    pub(in crate::operations) async fn release_brake(
        &self,
        kind: &'static str,
        subject: &str,
        most: u32,
    ) -> Result<()> {
        self.store.give_back(&self.tries(kind, subject, most), 1, self.now()).await
    }

    fn tries<'a>(&self, kind: &'static str, subject: &'a str, most: u32) -> RateLimit<'a> {
        RateLimit { kind, subject, window: self.parameters.otp_ttl, most }
    }
}

/// A company is named by its founder's domain if by nothing else; a domain can be longer than a title.
fn domain_title(address: &EmailAddress) -> Result<Title> {
    let name: String = address.domain().chars().take(Title::MAX).collect();
    Title::parse(&name).map_err(|_| Error::internal("sign up: a domain is no title"))
}
