//! The letters that people receive: the subject, text and HTML of a mail, rendered and escaped. SES inserts the
//! subject, text and HTML of a letter into a mail unchanged.
//!
//! Names and messages in letters come from callers. Each name and each line of a message becomes a [`SafeLine`], and
//! the letters' templates accept no other type for names and messages. A [`SafeLine`] contains no control characters,
//! and nothing that a mail client would turn into a link. A mail client may still turn a telephone number into a link.
//! The templates of the letters are in `shared/templates/letters`.

mod bodies;
mod from_template;
mod membership_offer;
mod safe_line;

use jiff::Timestamp;

use crate::mail::letter::{
    bodies::{HtmlBody, TextBody},
    membership_offer::SafeOffer,
    safe_line::SafeLine,
};
pub use crate::mail::letter::{from_template::LetterRecipient, membership_offer::MembershipOffer};

/// A letter: the content of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The letter's subject: one line of at most 150 characters, without control characters.
    pub subject: String,
    /// The letter's whole content as plain text. The lines of a letter's text end in LF and are not wrapped.
    pub text: String,
    /// The letter's whole content as HTML.
    pub html: String,
}

/// An invitation to a workspace or company.
#[derive(Debug, Clone, Copy)]
pub struct InvitationLetter<'a> {
    /// The membership that the inviter offers.
    pub offer: MembershipOffer<'a>,
    /// The link by which the recipient accepts the invitation. The link of an invitation contains the invitation's
    /// hash.
    pub link: &'a str,
    /// When the link of the invitation expires.
    pub expires_at: Timestamp,
    /// Whether the invited address has an account, so that the address's owner need not sign up.
    pub has_account: bool,
}

/// The letter that tells the recipient that an inviter has made the recipient a member. The recipient need not accept
/// an invitation.
#[derive(Debug, Clone, Copy)]
pub struct AddedLetter<'a> {
    /// The membership that the recipient has got.
    pub offer: MembershipOffer<'a>,
    /// The URL at which the recipient signs in.
    pub sign_in_url: &'a str,
}

/// The letter with the one-time password that verifies the address of a sign-up.
#[derive(Debug, Clone, Copy)]
pub struct OneTimePasswordLetter<'a> {
    /// The one-time password: six digits.
    pub code: &'a str,
    /// How many minutes the one-time password is valid.
    pub valid_minutes: i64,
    /// The first name that the sign-up gives. Anybody can have started the sign-up with the recipient's address.
    pub first_name: &'a str,
    /// The name of the company that the sign-up creates.
    pub company_name: &'a str,
}

/// The letter that confirms that the recipient's sign-up by invitation is complete.
#[derive(Debug, Clone, Copy)]
pub struct WelcomeLetter<'a> {
    /// The name of the workspace or company that the recipient joined.
    pub scope_name: &'a str,
    /// The URL at which the recipient signs in.
    pub sign_in_url: &'a str,
}

/// The letter that answers a sign-up with an address that already has an account.
#[derive(Debug, Clone, Copy)]
pub struct AlreadyRegisteredLetter<'a> {
    /// The URL at which the recipient signs in.
    pub sign_in_url: &'a str,
}

/// The letter in which an invited person asks for a new invitation in place of an expired invitation. The inviter or an
/// administrator receives the letter.
#[derive(Debug, Clone, Copy)]
pub struct RenewalLetter<'a> {
    /// The membership of the expired invitation, which the invited person asks for.
    pub offer: MembershipOffer<'a>,
    /// The URL at which the recipient can invite the person again.
    pub sign_in_url: &'a str,
}

impl Letter {
    /// Renders an invitation, whose subject is of the form "Ada invites you to Design".
    pub fn invitation(invitation: &InvitationLetter<'_>) -> Self {
        let offer = &SafeOffer::new(&invitation.offer);
        let (link, has_account) = (invitation.link, invitation.has_account);
        let expires = &format_time(invitation.expires_at);
        let subject = format!("{} invites you to {}", offer.actor.shortened(), offer.scope.shortened());
        Self {
            text: TextBody::Invitation { offer, link, expires, has_account }.to_string(),
            html: HtmlBody::Invitation { subject: &subject, offer, link, expires, has_account }.to_string(),
            subject,
        }
    }

    /// Renders an invitation whose subject is of the form "Your account for Design is ready". An invitation that says
    /// that the account is ready asks a person without an account only for a password.
    pub fn account_ready(invitation: &InvitationLetter<'_>) -> Self {
        let offer = &SafeOffer::new(&invitation.offer);
        let link = invitation.link;
        let expires = &format_time(invitation.expires_at);
        let subject = format!("Your account for {} is ready", offer.scope.shortened());
        Self {
            text: TextBody::AccountReady { offer, link, expires }.to_string(),
            html: HtmlBody::AccountReady { subject: &subject, offer, link, expires }.to_string(),
            subject,
        }
    }

    /// Renders a welcome letter, whose subject is "Your registration is complete".
    pub fn welcome(&WelcomeLetter { scope_name, sign_in_url }: &WelcomeLetter<'_>) -> Self {
        let scope = &SafeLine::new(scope_name);
        let subject = "Your registration is complete".to_owned();
        Self {
            text: TextBody::Welcome { scope, sign_in_url }.to_string(),
            html: HtmlBody::Welcome { subject: &subject, scope, sign_in_url }.to_string(),
            subject,
        }
    }

    /// Renders the letter to an added member, whose subject is of the form "Ada added you to Design".
    pub fn added(added: &AddedLetter<'_>) -> Self {
        let (offer, sign_in_url) = (&SafeOffer::new(&added.offer), added.sign_in_url);
        let subject = format!("{} added you to {}", offer.actor.shortened(), offer.scope.shortened());
        Self {
            text: TextBody::Added { offer, sign_in_url }.to_string(),
            html: HtmlBody::Added { subject: &subject, offer, sign_in_url }.to_string(),
            subject,
        }
    }

    /// Renders the letter with a one-time password, whose subject is "Your code to finish signing up". The subject
    /// doesn't contain the one-time password, because a locked telephone shows the subjects of mails to anybody.
    pub fn one_time_password(password: &OneTimePasswordLetter<'_>) -> Self {
        let (code, valid_minutes) = (password.code, password.valid_minutes);
        let (first_name, company) = (&SafeLine::new(password.first_name), &SafeLine::new(password.company_name));
        let subject = "Your code to finish signing up".to_owned();
        Self {
            text: TextBody::OneTimePassword { code, valid_minutes, first_name, company }.to_string(),
            html: HtmlBody::OneTimePassword { subject: &subject, code, valid_minutes, first_name, company }.to_string(),
            subject,
        }
    }

    /// Renders the request for a new invitation, whose subject is of the form "grace@example.com asks for a new
    /// invitation to Design".
    pub fn renewal(renewal: &RenewalLetter<'_>) -> Self {
        let (offer, sign_in_url) = (&SafeOffer::new(&renewal.offer), renewal.sign_in_url);
        let subject = format!("{} asks for a new invitation to {}", offer.actor.shortened(), offer.scope.shortened());
        Self {
            text: TextBody::Renewal { offer, sign_in_url }.to_string(),
            html: HtmlBody::Renewal { subject: &subject, offer, sign_in_url }.to_string(),
            subject,
        }
    }

    /// Renders the answer to a sign-up whose address has an account. The subject is "You already have an account".
    pub fn already_registered(&AlreadyRegisteredLetter { sign_in_url }: &AlreadyRegisteredLetter<'_>) -> Self {
        let subject = "You already have an account".to_owned();
        Self {
            text: TextBody::AlreadyRegistered { sign_in_url }.to_string(),
            html: HtmlBody::AlreadyRegistered { subject: &subject, sign_in_url }.to_string(),
            subject,
        }
    }
}

/// Writes a time in the form "29 November 2026, 14:05 UTC", as the letters show times.
pub fn format_time(at: Timestamp) -> String {
    at.strftime("%-d %B %Y, %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests;
