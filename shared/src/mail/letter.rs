//! The letters: subject, text and HTML, finished and escaped. SES is handed these values and does nothing to them.
//!
//! Names and messages come from callers. They pass through [`Words`], which no template can go around: they hold no
//! control characters and nothing that a mail client would make into a link. A telephone number may still become one.
//! The templates are in `shared/templates/letters`.

mod custom;
mod parts;
mod words;

use jiff::Timestamp;

pub use crate::mail::letter::custom::Recipient;
use crate::mail::letter::{
    parts::{Html, Text},
    words::Words,
};

/// A mail's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// One line, at most 150 characters, without control characters.
    pub subject: String,
    /// All there is to say, as plain text: lines end in LF and are not wrapped.
    pub text: String,
    /// All there is to say, as HTML.
    pub html: String,
}

/// Somebody is asked into a workspace or company.
#[derive(Debug, Clone, Copy)]
pub struct Invitation<'a> {
    /// The workspace, or the company if the invitation is to the whole of it.
    pub scope_name: &'a str,
    /// The company; the same as `scope_name` if the invitation is to the whole of it.
    pub company_name: &'a str,
    /// Who invites.
    pub inviter_name: &'a str,
    /// The role in a word for people, such as "Editor".
    pub role: &'a str,
    /// What the inviter wrote.
    pub message: Option<&'a str>,
    /// Where to accept. It holds the hash.
    pub link: &'a str,
    /// When the link dies.
    pub expires_at: Timestamp,
    /// Whether the address has an account, so that there is nothing to sign up for.
    pub has_account: bool,
}

/// Somebody became a member without being asked.
#[derive(Debug, Clone, Copy)]
pub struct Added<'a> {
    /// The workspace, or the company if the membership is in the whole of it.
    pub scope_name: &'a str,
    /// The company; the same as `scope_name` if the membership is in the whole of it.
    pub company_name: &'a str,
    /// Who added them.
    pub inviter_name: &'a str,
    /// The role in a word for people, such as "Editor".
    pub role: &'a str,
    /// What the inviter wrote.
    pub message: Option<&'a str>,
    /// Where to go now.
    pub app_url: &'a str,
}

/// The code that proves an address at sign-up.
#[derive(Debug, Clone, Copy)]
pub struct OneTimePassword<'a> {
    /// Six digits.
    pub code: &'a str,
    /// How long the code works, in minutes.
    pub valid_minutes: i64,
    /// The first name the sign-up was begun with, by whomever.
    pub first_name: &'a str,
    /// The company that the sign-up is to found.
    pub company_name: &'a str,
}

/// Somebody has signed up by an invitation.
#[derive(Debug, Clone, Copy)]
pub struct Welcome<'a> {
    /// The workspace or company that they joined.
    pub scope_name: &'a str,
    /// Where to go now.
    pub app_url: &'a str,
}

/// Somebody tried to sign up with an address that has an account.
#[derive(Debug, Clone, Copy)]
pub struct AlreadyRegistered<'a> {
    /// Where to sign in.
    pub app_url: &'a str,
}

/// Somebody's invitation has expired, and they ask for a new one.
#[derive(Debug, Clone, Copy)]
pub struct Renewal<'a> {
    /// The workspace, or the company if the invitation was to the whole of it.
    pub scope_name: &'a str,
    /// The company; the same as `scope_name` if the invitation was to the whole of it.
    pub company_name: &'a str,
    /// The address that was invited.
    pub invited: &'a str,
    /// The role in a word for people, such as "Editor".
    pub role: &'a str,
    /// Where to go to invite again.
    pub app_url: &'a str,
}

impl Letter {
    /// "Ada invites you to Design."
    pub fn invitation(invitation: &Invitation<'_>) -> Self {
        let offer = &Offer::new(
            invitation.scope_name,
            invitation.company_name,
            invitation.inviter_name,
            invitation.role,
            invitation.message,
        );
        let (link, has_account) = (invitation.link, invitation.has_account);
        let expires = &moment(invitation.expires_at);
        let subject = format!("{} invites you to {}", offer.inviter.short(), offer.scope.short());
        Self {
            text: Text::Invitation { offer, link, expires, has_account }.to_string(),
            html: Html::Invitation { subject: &subject, offer, link, expires, has_account }.to_string(),
            subject,
        }
    }

    /// "Your account for Design is ready." Of an invitation, to whoever has no account yet.
    pub fn registered(invitation: &Invitation<'_>) -> Self {
        let Invitation { scope_name, company_name, inviter_name, role, message, link, expires_at, .. } = *invitation;
        let offer = &Offer::new(scope_name, company_name, inviter_name, role, message);
        let expires = &moment(expires_at);
        let subject = format!("Your account for {} is ready", offer.scope.short());
        Self {
            text: Text::Registered { offer, link, expires }.to_string(),
            html: Html::Registered { subject: &subject, offer, link, expires }.to_string(),
            subject,
        }
    }

    /// "You are registered."
    pub fn welcome(&Welcome { scope_name, app_url }: &Welcome<'_>) -> Self {
        let scope = &Words::line(scope_name);
        let subject = "Your registration is complete".to_owned();
        Self {
            text: Text::Welcome { scope, app_url }.to_string(),
            html: Html::Welcome { subject: &subject, scope, app_url }.to_string(),
            subject,
        }
    }

    /// "Ada added you to Design."
    pub fn added(added: &Added<'_>) -> Self {
        let offer = &Offer::new(added.scope_name, added.company_name, added.inviter_name, added.role, added.message);
        let app_url = added.app_url;
        let subject = format!("{} added you to {}", offer.inviter.short(), offer.scope.short());
        Self {
            text: Text::Added { offer, app_url }.to_string(),
            html: Html::Added { subject: &subject, offer, app_url }.to_string(),
            subject,
        }
    }

    /// The code to finish signing up. It isn't in the subject, which a locked telephone shows to anyone.
    pub fn one_time_password(password: &OneTimePassword<'_>) -> Self {
        let (code, valid_minutes) = (password.code, password.valid_minutes);
        let (first_name, company) = (&Words::line(password.first_name), &Words::line(password.company_name));
        let subject = "Your code to finish signing up".to_owned();
        Self {
            text: Text::OneTimePassword { code, valid_minutes, first_name, company }.to_string(),
            html: Html::OneTimePassword { subject: &subject, code, valid_minutes, first_name, company }.to_string(),
            subject,
        }
    }

    /// "grace@example.com asks for a new invitation to Design."
    pub fn renewal(renewal: &Renewal<'_>) -> Self {
        let offer = &Offer::new(renewal.scope_name, renewal.company_name, renewal.invited, renewal.role, None);
        let app_url = renewal.app_url;
        let subject = format!("{} asks for a new invitation to {}", offer.inviter.short(), offer.scope.short());
        Self {
            text: Text::Renewal { offer, app_url }.to_string(),
            html: Html::Renewal { subject: &subject, offer, app_url }.to_string(),
            subject,
        }
    }

    /// "You already have an account."
    pub fn already_registered(&AlreadyRegistered { app_url }: &AlreadyRegistered<'_>) -> Self {
        let subject = "You already have an account".to_owned();
        Self {
            text: Text::AlreadyRegistered { app_url }.to_string(),
            html: Html::AlreadyRegistered { subject: &subject, app_url }.to_string(),
            subject,
        }
    }
}

/// A moment as people read it: "29 November 2026, 14:05 UTC".
pub fn moment(at: Timestamp) -> String {
    at.strftime("%-d %B %Y, %H:%M UTC").to_string()
}

/// Who brings somebody into what, as what, with which words.
struct Offer {
    scope: Words,
    /// `None` if it is the scope itself.
    company: Option<Words>,
    inviter: Words,
    role: Words,
    message: Vec<Words>,
}

impl Offer {
    fn new(scope: &str, company: &str, inviter: &str, role: &str, message: Option<&str>) -> Self {
        Self {
            scope: Words::line(scope),
            company: (company != scope).then(|| Words::line(company)),
            inviter: Words::line(inviter),
            role: Words::line(role),
            message: Words::lines(message),
        }
    }
}

#[cfg(test)]
mod tests;
