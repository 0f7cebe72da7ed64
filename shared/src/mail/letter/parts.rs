//! The templates of the letters' parts.

#![expect(clippy::ref_binding_to_reference, reason = "what askama derives for an enum binds its fields that way")]

use askama::Template;

use crate::mail::letter::{Offer, words::Words};

/// The text parts.
#[derive(Template)]
pub(super) enum Text<'a> {
    #[template(path = "letters/invitation.txt")]
    Invitation { offer: &'a Offer, link: &'a str, expires: &'a str, has_account: bool },
    #[template(path = "letters/registered.txt")]
    Registered { offer: &'a Offer, link: &'a str, expires: &'a str },
    #[template(path = "letters/welcome.txt")]
    Welcome { scope: &'a Words, app_url: &'a str },
    #[template(path = "letters/added.txt")]
    Added { offer: &'a Offer, app_url: &'a str },
    #[template(path = "letters/renewal.txt")]
    Renewal { offer: &'a Offer, app_url: &'a str },
    #[template(path = "letters/one_time_password.txt")]
    OneTimePassword { code: &'a str, valid_minutes: i64, first_name: &'a Words, company: &'a Words },
    #[template(path = "letters/already_registered.txt")]
    AlreadyRegistered { app_url: &'a str },
}

/// The HTML parts. Askama escapes whatever they print.
#[derive(Template)]
pub(super) enum Html<'a> {
    #[template(path = "letters/invitation.html")]
    Invitation { subject: &'a str, offer: &'a Offer, link: &'a str, expires: &'a str, has_account: bool },
    #[template(path = "letters/registered.html")]
    Registered { subject: &'a str, offer: &'a Offer, link: &'a str, expires: &'a str },
    #[template(path = "letters/welcome.html")]
    Welcome { subject: &'a str, scope: &'a Words, app_url: &'a str },
    #[template(path = "letters/added.html")]
    Added { subject: &'a str, offer: &'a Offer, app_url: &'a str },
    #[template(path = "letters/renewal.html")]
    Renewal { subject: &'a str, offer: &'a Offer, app_url: &'a str },
    #[template(path = "letters/one_time_password.html")]
    OneTimePassword { subject: &'a str, code: &'a str, valid_minutes: i64, first_name: &'a Words, company: &'a Words },
    #[template(path = "letters/already_registered.html")]
    AlreadyRegistered { subject: &'a str, app_url: &'a str },
}
