//! [`MailDomain`]: the part of a company's addresses after the `@`.

use serde::{Deserialize, Serialize};

use crate::domain::EmailAddress;

/// Well-known mail providers where anybody can get an address. The list of mail providers is sorted.
const PUBLIC_PROVIDERS: &[&str] = &[
    "126.com",
    "163.com",
    "aim.com",
    "aol.com",
    "att.net",
    "bellsouth.net",
    "btinternet.com",
    "comcast.net",
    "cox.net",
    "daum.net",
    "duck.com",
    "fastmail.com",
    "fastmail.fm",
    "foxmail.com",
    "free.fr",
    "freenet.de",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hanmail.net",
    "hey.com",
    "hotmail.co.uk",
    "hotmail.com",
    "hotmail.de",
    "hotmail.es",
    "hotmail.fr",
    "hotmail.it",
    "hushmail.com",
    "icloud.com",
    "inbox.com",
    "inbox.ru",
    "laposte.net",
    "libero.it",
    "list.ru",
    "live.co.uk",
    "live.com",
    "live.fr",
    "live.nl",
    "mac.com",
    "mail.com",
    "mail.ru",
    "mailbox.org",
    "mailinator.com",
    "me.com",
    "msn.com",
    "naver.com",
    "o2.pl",
    "orange.fr",
    "outlook.com",
    "outlook.de",
    "outlook.es",
    "outlook.fr",
    "outlook.it",
    "outlook.jp",
    "pm.me",
    "posteo.de",
    "proton.me",
    "protonmail.ch",
    "protonmail.com",
    "qq.com",
    "rambler.ru",
    "rediffmail.com",
    "rocketmail.com",
    "sbcglobal.net",
    "seznam.cz",
    "sina.com",
    "sky.com",
    "t-online.de",
    "terra.com.br",
    "tuta.io",
    "tutanota.com",
    "uol.com.br",
    "verizon.net",
    "virgilio.it",
    "wanadoo.fr",
    "web.de",
    "wp.pl",
    "yahoo.ca",
    "yahoo.co.in",
    "yahoo.co.jp",
    "yahoo.co.uk",
    "yahoo.com",
    "yahoo.com.au",
    "yahoo.com.br",
    "yahoo.de",
    "yahoo.es",
    "yahoo.fr",
    "yahoo.it",
    "yandex.com",
    "yandex.ru",
    "yeah.net",
    "ymail.com",
    "zoho.com",
    "zohomail.com",
];

/// The reason why a text is refused as a company's mail domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDomain {
    /// The text for a mail domain is no domain that can receive mail.
    #[error("must be a domain such as example.com")]
    Malformed,
    /// The domain belongs to a mail provider where anybody can get an address.
    #[error("must be a company's own domain, not that of a public mail provider")]
    Public,
}

/// A mail domain of a company, in lower case and Punycode. A mail domain never belongs to a public mail provider.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MailDomain(String);

impl MailDomain {
    /// Parses a mail domain. White space around the text is ignored.
    ///
    /// # Errors
    /// [`InvalidDomain`] if the text is no domain, or if the domain belongs to a public mail provider.
    pub fn parse(text: &str) -> Result<Self, InvalidDomain> {
        let address = EmailAddress::parse(&format!("a@{}", text.trim())).map_err(|_| InvalidDomain::Malformed)?;
        let domain = address.domain();
        if address.is_service_account() {
            return Err(InvalidDomain::Malformed);
        }
        if PUBLIC_PROVIDERS.binary_search(&domain).is_ok() {
            Err(InvalidDomain::Public)
        } else {
            Ok(Self(domain.to_owned()))
        }
    }
}

impl AsRef<str> for MailDomain {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_in_lower_case_and_punycode() {
        for (text, domain) in [(" Example.COM ", "example.com"), ("bücher.example", "xn--bcher-kva.example")] {
            assert_eq!(MailDomain::parse(text).map(|domain| domain.0), Ok(domain.to_owned()));
        }
        for text in ["", "localhost", "a@example.com", "exa mple.com", "192.0.2.1", "x.iam.serviceaccount.com"] {
            assert_eq!(MailDomain::parse(text), Err(InvalidDomain::Malformed), "{text:?}");
        }
    }

    #[test]
    fn a_public_mail_provider_is_refused_in_every_spelling() {
        assert!(PUBLIC_PROVIDERS.is_sorted());
        for text in ["gmail.com", "GMail.Com", " outlook.com", "zohomail.com", "126.com"] {
            assert_eq!(MailDomain::parse(text), Err(InvalidDomain::Public), "{text:?}");
        }
    }
}
