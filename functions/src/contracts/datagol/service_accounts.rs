//! /idp/api/v1/company/serviceAccount: create, list, reset the token, delete.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Error, Missing, Usher,
    domain::{Message, ServiceAccount, UserId},
    operations::{NewServiceAccount, NewToken},
};

use super::{bare_array, empty, ok, required};
use crate::{
    incoming::{Incoming, bad_field, parsed},
    routes::Answer,
};

/// A service account.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Account<'a> {
    id: String,
    name: &'a str,
    email: &'a str,
    description: Option<&'a str>,
    role: &'static str,
    expiry_date: Option<Timestamp>,
}

impl<'a> From<&'a ServiceAccount> for Account<'a> {
    fn from(account: &'a ServiceAccount) -> Self {
        Self {
            id: account.id.to_string(),
            name: &account.name,
            email: account.address.as_typed(),
            description: account.description.as_ref().map(AsRef::as_ref),
            role: if account.account_admin { "ACCOUNT_ADMIN" } else { "USER" },
            expiry_date: account.expires_at,
        }
    }
}

/// A new service account, with its token, which is shown this once.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Created<'a> {
    #[serde(flatten)]
    account: Account<'a>,
    token: &'a str,
    expiry_in_seconds: i64,
}

/// A service account's new token, with its end, if it has one.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Reset<'a> {
    #[serde(rename_all = "camelCase")]
    Ending { token: &'a str, expiry_in_seconds: i64, expiry_date: Option<Timestamp> },
    #[serde(rename_all = "camelCase")]
    Endless { token: &'a str, never_expires: bool },
}

pub(crate) async fn create(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let body = incoming.json()?;
    let description = match body.text("description").map_err(bad_field)? {
        Some(text) => parsed("description", Message::parse(text))?,
        None => None,
    };
    let account_admin = match body.text("role").map_err(bad_field)? {
        None | Some("USER") => false,
        Some("ACCOUNT_ADMIN") => true,
        Some(_) => return Err(bad_field("\"role\" must be USER or ACCOUNT_ADMIN.".to_owned()).into()),
    };
    let name = required(&body, "name")?.to_owned();
    let new = usher.create_service_account(&caller, NewServiceAccount { name, description, account_admin }).await?;
    let NewToken { account, token, lifetime } = &new;
    let expiry_in_seconds = lifetime.map_or(0, |lifetime| lifetime.as_secs());
    Ok(ok(&Created { account: account.into(), token, expiry_in_seconds }))
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let accounts = usher.list_service_accounts(&caller).await?;
    bare_array(&accounts.iter().map(Account::from).collect::<Vec<_>>())
}

/// The two documents of DataGOL differ in the verb, so both are answered.
pub(crate) async fn reset(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    let never_expires = match incoming.query("neverExpires").as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(bad_field("\"neverExpires\" must be true or false.".to_owned()).into()),
    };
    let new = usher.reset_service_account_token(&caller, account_id(incoming)?, never_expires).await?;
    let token = &new.token;
    Ok(ok(&match new.lifetime {
        Some(lifetime) => {
            Reset::Ending { token, expiry_in_seconds: lifetime.as_secs(), expiry_date: new.account.expires_at }
        }
        None => Reset::Endless { token, never_expires: true },
    }))
}

pub(crate) async fn delete(usher: &Usher, incoming: &Incoming) -> Answer {
    let caller = incoming.caller(usher).await?;
    usher.delete_service_account(&caller, account_id(incoming)?).await?;
    Ok(empty())
}

fn account_id(incoming: &Incoming) -> Result<UserId, Error> {
    incoming.parameter("id").parse().map_err(|_| Error::NotFound(Missing::ServiceAccount))
}

pub(crate) mod describe {
    use super::{Account, Created, Reset};
    use crate::openapi::{Description, Refusal, describe, object, optional, required, text, words};

    pub(crate) fn create() -> Description {
        let name = text("Letters, digits, - and _; no other account of the company has it.");
        describe("Makes a service account.")
            .takes(object([
                required("name", name.pattern("^[A-Za-z0-9_-]{1,50}$").example("build-robot")),
                optional("description", text("").length(0..=2000)),
                optional("role", words("ACCOUNT_ADMIN is ADMIN in every workspace.", ["USER", "ACCOUNT_ADMIN"])),
            ]))
            .answers::<Created>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }

    pub(crate) fn list() -> Description {
        describe("The company's service accounts.")
            .answers::<Vec<Account>>()
            .refuses([Refusal::Forbidden, Refusal::ListTooLarge])
    }

    pub(crate) fn reset() -> Description {
        describe("Gives a service account a new token; the old one is dead at once.")
            .query([optional("neverExpires", words("", ["true", "false"]))])
            .answers::<Reset>()
            .refuses([Refusal::Forbidden])
    }

    pub(crate) fn delete() -> Description {
        describe("Removes a service account; its token and memberships are dead at once.")
            .answers_nothing(200)
            .refuses([Refusal::Forbidden])
    }
}
