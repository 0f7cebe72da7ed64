//! The routes below /idp/api/v1/company/serviceAccount: create and list service accounts, reset a service account's
//! token, and delete a service account.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Missing, Usher,
    domain::{Message, ServiceAccount, UserId},
    operations::{IssuedToken, NewServiceAccount},
};

use crate::vocabulary::{
    HandlerResult, Incoming, PathParameter, bare_array, empty, fields, flag_word, message, ok, one_of, optional,
    or_default, required, text,
};

/// The id of the service account in a route's path.
const ACCOUNT_ID: PathParameter<UserId> = PathParameter::uuid("id", Missing::ServiceAccount);

fields! {
    /// A service account to be created.
    struct NewAccountBody {
        description: Option<Message> = or_default("description", message("")),
        account_admin: Option<bool> = optional("role", one_of(
            "ACCOUNT_ADMIN is ADMIN in every workspace.",
            ["USER", "ACCOUNT_ADMIN"],
            |word| match word {
                "USER" => Some(false),
                "ACCOUNT_ADMIN" => Some(true),
                _ => None,
            },
        )),
        name: String = required("name", text("Letters, digits, - and _; no other account of the company has it.")
            .pattern("^[A-Za-z0-9_-]{1,50}$")
            .example("build-robot")),
    }
}

fields! {
    /// Whether the new token of the service account expires.
    struct ResetQuery {
        never_expires: Option<bool> = optional("neverExpires", flag_word("")),
    }
}

/// A service account, as a response shows the account.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Account")]
struct AccountBody<'a> {
    id: String,
    name: &'a str,
    email: &'a str,
    description: Option<&'a str>,
    role: &'static str,
    expiry_date: Option<Timestamp>,
}

impl<'a> From<&'a ServiceAccount> for AccountBody<'a> {
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

/// A new service account with its token. The token of a service account is shown only in the response to the request
/// that created the token.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Created")]
struct CreatedAccount<'a> {
    #[serde(flatten)]
    account: AccountBody<'a>,
    token: &'a str,
    expiry_in_seconds: i64,
}

/// The new token of a service account, and the time when the token expires, if it expires.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "Reset")]
enum ResetToken<'a> {
    #[serde(rename_all = "camelCase")]
    Ending { token: &'a str, expiry_in_seconds: i64, expiry_date: Option<Timestamp> },
    #[serde(rename_all = "camelCase")]
    Endless { token: &'a str, never_expires: bool },
}

pub(crate) async fn create(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let NewAccountBody { description, account_admin, name } = incoming.body()?;
    let new = NewServiceAccount { name, description, account_admin: account_admin.unwrap_or(false) };
    let IssuedToken { account, token, lifetime } = &usher.create_service_account(&caller, new).await?;
    let expiry_in_seconds = lifetime.map_or(0, |lifetime| lifetime.as_secs());
    Ok(ok(&CreatedAccount { account: account.into(), token, expiry_in_seconds }))
}

pub(crate) async fn list(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let accounts = usher.list_service_accounts(&caller).await?;
    bare_array(&accounts.iter().map(AccountBody::from).collect::<Vec<_>>())
}

/// Gives a service account a new token. Two documents of DataGOL name different HTTP methods for resetting a token, so
/// there is a route for each method.
pub(crate) async fn reset(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let ResetQuery { never_expires } = incoming.query()?;
    let id = ACCOUNT_ID.read(incoming)?;
    let new = usher.reset_service_account_token(&caller, id, never_expires.unwrap_or(false)).await?;
    let token = &new.token;
    Ok(ok(&match new.lifetime {
        Some(lifetime) => {
            ResetToken::Ending { token, expiry_in_seconds: lifetime.as_secs(), expiry_date: new.account.expires_at }
        }
        None => ResetToken::Endless { token, never_expires: true },
    }))
}

pub(crate) async fn delete(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    usher.delete_service_account(&caller, ACCOUNT_ID.read(incoming)?).await?;
    Ok(empty())
}

pub(crate) mod describe {
    use super::{ACCOUNT_ID, AccountBody, CreatedAccount, NewAccountBody, ResetQuery, ResetToken};
    use crate::vocabulary::{Description, Refusal, describe};

    pub(crate) fn create() -> Description {
        describe("Creates a service account.")
            .body::<NewAccountBody>()
            .answers::<CreatedAccount>()
            .refuses([Refusal::Forbidden, Refusal::Conflict])
    }

    pub(crate) fn list() -> Description {
        describe("The company's service accounts.")
            .answers::<Vec<AccountBody>>()
            .refuses([Refusal::Forbidden, Refusal::ListTooLarge])
    }

    pub(crate) fn reset() -> Description {
        describe("Gives a service account a new token; the old one is dead at once.")
            .path(&ACCOUNT_ID)
            .query::<ResetQuery>()
            .answers::<ResetToken>()
            .refuses([Refusal::Forbidden])
    }

    pub(crate) fn delete() -> Description {
        describe("Removes a service account; its token and memberships are dead at once.")
            .path(&ACCOUNT_ID)
            .answers_nothing(200)
            .refuses([Refusal::Forbidden])
    }
}
