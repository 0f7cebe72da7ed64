//! The templates of the letters' text and HTML bodies. The library Askama compiles the templates of letters.

#![expect(
    clippy::ref_binding_to_reference,
    reason = "the code that askama derives for an enum binds its fields as references"
)]

use askama::Template;

use crate::mail::letter::{membership_offer::SafeOffer, safe_line::SafeLine};

/// The text body of each letter.
#[derive(Template)]
pub(super) enum TextBody<'a> {
    #[template(path = "letters/invitation.txt")]
    Invitation { offer: &'a SafeOffer, link: &'a str, expires: &'a str, has_account: bool },
    #[template(path = "letters/account_ready.txt")]
    AccountReady { offer: &'a SafeOffer, link: &'a str, expires: &'a str },
    #[template(path = "letters/welcome.txt")]
    Welcome { scope: &'a SafeLine, sign_in_url: &'a str },
    #[template(path = "letters/added.txt")]
    Added { offer: &'a SafeOffer, sign_in_url: &'a str },
    #[template(path = "letters/renewal.txt")]
    Renewal { offer: &'a SafeOffer, sign_in_url: &'a str },
    #[template(path = "letters/one_time_password.txt")]
    OneTimePassword { code: &'a str, valid_minutes: i64, first_name: &'a SafeLine, company: &'a SafeLine },
    #[template(path = "letters/already_registered.txt")]
    AlreadyRegistered { sign_in_url: &'a str },
}

/// The HTML body of each letter. Askama escapes every value that the template inserts.
#[derive(Template)]
pub(super) enum HtmlBody<'a> {
    #[template(path = "letters/invitation.html")]
    Invitation { subject: &'a str, offer: &'a SafeOffer, link: &'a str, expires: &'a str, has_account: bool },
    #[template(path = "letters/account_ready.html")]
    AccountReady { subject: &'a str, offer: &'a SafeOffer, link: &'a str, expires: &'a str },
    #[template(path = "letters/welcome.html")]
    Welcome { subject: &'a str, scope: &'a SafeLine, sign_in_url: &'a str },
    #[template(path = "letters/added.html")]
    Added { subject: &'a str, offer: &'a SafeOffer, sign_in_url: &'a str },
    #[template(path = "letters/renewal.html")]
    Renewal { subject: &'a str, offer: &'a SafeOffer, sign_in_url: &'a str },
    #[template(path = "letters/one_time_password.html")]
    OneTimePassword {
        subject: &'a str,
        code: &'a str,
        valid_minutes: i64,
        first_name: &'a SafeLine,
        company: &'a SafeLine,
    },
    #[template(path = "letters/already_registered.html")]
    AlreadyRegistered { subject: &'a str, sign_in_url: &'a str },
}
