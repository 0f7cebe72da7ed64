//! Mail tags: names and values that the service adds to a mail. SES's events about the mail repeat the tags, and the
//! tags name the person's record that the mail was about. The tags of a mail contain no address, because SES's event
//! about the mail names the recipient.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::domain::{EmailAddress, Identifier, MailedRecord, Scope, UserCode};

const SCOPE: &str = "scope";
const RECORD: &str = "record";
const VERSION: &str = "version";
const CODE: &str = "code";

/// The tags of a mail about this person's record. The tags' names and values have at most 256 ASCII letters, digits,
/// `_` and `-`.
pub fn mail_tags(record: &MailedRecord) -> Vec<(&'static str, String)> {
    let scope = match record.scope {
        Scope::Workspace(id) => format!("W-{id}"),
        Scope::Company(id) => format!("C-{id}"),
    };
    let mut tags = vec![(SCOPE, scope), (RECORD, record.person_id.to_string()), (VERSION, record.version.to_string())];
    let code = record.identifier.code.as_ref();
    tags.extend(code.map(|code| (CODE, URL_SAFE_NO_PAD.encode(code.as_ref()))));
    tags
}

/// The person's record that a mail to `address` with these tags was about. `get` returns the value of the tag with a
/// given name. The result is `None` if [`mail_tags`] didn't make the tags.
pub fn mailed_record<'a>(address: EmailAddress, get: impl Fn(&str) -> Option<&'a str>) -> Option<MailedRecord> {
    let scope = match get(SCOPE)?.split_once('-')? {
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
    let (person_id, version) = (get(RECORD)?.parse().ok()?, get(VERSION)?.parse().ok()?);
    Some(MailedRecord { scope, identifier: Identifier { address, code }, person_id, version })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{CompanyId, PersonId, WorkspaceId};

    const ID: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";

    fn record(company: bool, digest: [u8; 16], version: u32, code: Option<&str>) -> MailedRecord {
        let scope = if company {
            Scope::Company(ID.parse::<CompanyId>().unwrap())
        } else {
            Scope::Workspace(ID.parse::<WorkspaceId>().unwrap())
        };
        let address = "bob@example.com".parse().unwrap();
        let code = code.map(|code| code.parse().unwrap());
        let identifier = Identifier { address, code };
        MailedRecord { scope, identifier, person_id: PersonId::from_digest(digest), version }
    }

    proptest! {
        #[test]
        fn tags_are_valid_for_ses_and_name_their_record(
            company: bool, digest: [u8; 16], version: u32, code in "[!-~]{1,64}", has_code: bool,
        ) {
            let record = record(company, digest, version, has_code.then_some(code.as_str()));
            let tags = mail_tags(&record);
            for (_, value) in &tags {
                prop_assert!(value.len() <= 256);
                prop_assert!(value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)));
            }
            let get = |name: &str| tags.iter().find(|(tag, _)| *tag == name).map(|(_, value)| value.as_str());
            prop_assert_eq!(mailed_record(record.identifier.address.clone(), get), Some(record));
        }

        #[test]
        fn no_tags_cause_a_panic(scope: String, record: String, version: String, code: String) {
            let values = [(SCOPE, &scope), (RECORD, &record), (VERSION, &version), (CODE, &code)];
            let get = |name: &str| values.iter().find(|(tag, _)| *tag == name).map(|(_, value)| value.as_str());
            let _ = mailed_record("bob@example.com".parse().unwrap(), get);
        }
    }
}
