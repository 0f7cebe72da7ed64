//! The tags of a mail, by which SES's events find its record. They hold no address: the event itself names that.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::domain::{EmailAddress, Identifier, MailedTo, Scope, UserCode};

const SCOPE: &str = "scope";
const RECORD: &str = "record";
const VERSION: &str = "version";
const CODE: &str = "code";

/// The tags of a mail: names and values of ASCII letters, digits, `_` and `-`, of at most 256.
pub fn tags(mail: &MailedTo) -> Vec<(&'static str, String)> {
    let scope = match mail.of {
        Scope::Workspace(id) => format!("W-{id}"),
        Scope::Company(id) => format!("C-{id}"),
    };
    let mut tags = vec![(SCOPE, scope), (RECORD, mail.person.to_string()), (VERSION, mail.version.to_string())];
    let code = mail.identifier.code.as_ref();
    tags.extend(code.map(|code| (CODE, URL_SAFE_NO_PAD.encode(code.as_ref()))));
    tags
}

/// The mail to an address that has these tags: `get` knows a name's value. `None` if they aren't ours.
pub fn mailed_to<'a>(address: EmailAddress, get: impl Fn(&str) -> Option<&'a str>) -> Option<MailedTo> {
    let of = match get(SCOPE)?.split_once('-')? {
        ("W", id) => Scope::Workspace(id.parse().ok()?),
        ("C", id) => Scope::Company(id.parse().ok()?),
        _ => return None,
    };
    let code = match get(CODE) {
        None => None,
        Some(code) => {
            let code = String::from_utf8(URL_SAFE_NO_PAD.decode(code).ok()?).ok()?;
            Some(UserCode::parse(&code).ok()?)
        }
    };
    let (person, version) = (get(RECORD)?.parse().ok()?, get(VERSION)?.parse().ok()?);
    Some(MailedTo { of, identifier: Identifier { address, code }, person, version })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{CompanyId, PersonId, WorkspaceId};

    const ID: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";

    fn mail(company: bool, digest: [u8; 16], version: u32, code: Option<&str>) -> MailedTo {
        let of = if company {
            Scope::Company(ID.parse::<CompanyId>().unwrap())
        } else {
            Scope::Workspace(ID.parse::<WorkspaceId>().unwrap())
        };
        let address = "bob@example.com".parse().unwrap();
        let code = code.map(|code| code.parse().unwrap());
        MailedTo { of, identifier: Identifier { address, code }, person: PersonId::from_digest(digest), version }
    }

    proptest! {
        #[test]
        fn tags_read_back_and_are_what_ses_takes(company: bool, digest: [u8; 16], version: u32, code in "[!-~]{1,64}", coded: bool) {
            let mail = mail(company, digest, version, coded.then_some(code.as_str()));
            let tags = tags(&mail);
            for (_, value) in &tags {
                prop_assert!(value.len() <= 256);
                prop_assert!(value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)));
            }
            let get = |name: &str| tags.iter().find(|(tag, _)| *tag == name).map(|(_, value)| value.as_str());
            prop_assert_eq!(mailed_to(mail.identifier.address.clone(), get), Some(mail));
        }

        #[test]
        fn any_tags_are_ours_or_none(scope: String, record: String, version: String, code: String) {
            let values = [(SCOPE, &scope), (RECORD, &record), (VERSION, &version), (CODE, &code)];
            let get = |name: &str| values.iter().find(|(tag, _)| *tag == name).map(|(_, value)| value.as_str());
            let _ = mailed_to("bob@example.com".parse().unwrap(), get);
        }
    }
}
