//! Starting a sign-up without an invitation. Until a one-time password verifies the person's address, only the record
//! of the sign-up exists, and no account or company.

use crate::{
    Error, Result, Usher,
    domain::{EmailAddress, Password, PersonName, SignUp, Title},
    operations::limits::attempts::AttemptLimit,
    store::QueuedLetter,
};

/// The largest number of letters about sign-ups to one address within a window.
const MAX_LETTERS: u32 = 5;

/// A request to sign up.
#[derive(Debug)]
pub struct BeginSignUp {
    /// The person's address, which a one-time password will verify.
    pub address: EmailAddress,
    /// The password of the account that the sign-up creates.
    pub password: Password,
    /// The first name of the person who signs up.
    pub first_name: PersonName,
    /// The last name of the person who signs up.
    pub last_name: PersonName,
    /// The name of the company that the sign-up creates. `None` if the company is named after the domain of the
    /// address.
    pub company_name: Option<Title>,
}

impl Usher {
    /// Starts a sign-up and queues a one-time password for the address. If the address already has an account, the
    /// service queues a letter that says so. The response to a sign-up, and the time until the response, are the same
    /// whether the address has an account or not, so that nobody learns which addresses have accounts.
    ///
    /// # Errors
    /// [`Error::TooMany`] if the address received too many letters, whether the address has an account or not;
    /// [`Error::Invalid`] for the address of a service account.
    pub async fn begin_sign_up(&self, request: BeginSignUp) -> Result<()> {
        let now = self.now();
        if request.address.is_service_account() {
            return Err(Error::invalid("invalid_email", "This address belongs to a service account."));
        }
        self.count_sign_up_letter(&request.address).await?;
        let password = self.hash_password(request.password).await?;
        let has_account = self.store.identity(&request.address.clone().into()).await?.is_some();
        let company_name = match request.company_name {
            Some(name) => name,
            None => domain_title(&request.address)?,
        };
        let sign_up = SignUp {
            id: self.random().uuid(),
            address: request.address.clone(),
            first_name: request.first_name,
            last_name: request.last_name,
            company_name,
            password,
            begun_at: now,
            expires_at: now + self.parameters.otp_ttl,
            live: !has_account,
            tries: 0,
        };
        let letter = if has_account {
            QueuedLetter::AlreadyRegistered { email: request.address }
        } else {
            QueuedLetter::OneTimePassword { email: request.address, sign_up: sign_up.id }
        };
        self.store.begin_sign_up(&sign_up, &letter).await
    }

    /// Counts a letter about a sign-up to an address before the letter is queued.
    ///
    /// # Errors
    /// [`Error::TooMany`] if the address received too many letters.
    pub(in crate::operations) async fn count_sign_up_letter(&self, address: &EmailAddress) -> Result<()> {
        let message = "Too many codes were asked for. Wait, then try again.";
        let subject = address.canonical();
        self.count_attempt(&AttemptLimit { kind: "otp-letters", subject, max: MAX_LETTERS, message }).await
    }
}

/// The name of a company whose founder gave no name: the domain of the founder's address. A domain can be longer than a
/// title may be, so the domain is shortened.
fn domain_title(address: &EmailAddress) -> Result<Title> {
    let name: String = address.domain().chars().take(Title::MAX).collect();
    Title::parse(&name).map_err(|_| Error::internal("signing up: the domain is no valid title"))
}
