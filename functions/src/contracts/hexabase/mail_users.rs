//! POST /api/v0/userinvite: sends mails to people who are in the current workspace already.

use schemars::JsonSchema;
use serde::Serialize;
use shared::{
    Usher,
    domain::{EmailAddress, PersonName, TemplateId, WorkspaceId},
    operations::{LetterOptions, MailRecipient, MailUsers},
};

use super::{
    add_users::not_admin,
    user_fields::{GivenCode, exclusive_to, identifier, sender, sender_address, sender_name, template, user_code},
};
use crate::vocabulary::{
    HandlerResult, Incoming, MAX_ECHOED_ADDRESS, PartlyReadable, address_text, echo, fields, flag, list, object, ok,
    or_default, required,
};

fields! {
    /// The users to be mailed, and the options of the letter that the users get.
    struct MailUsersBody {
        users: Vec<RecipientEntry> = required("users", list("At least one.", object::<RecipientEntry>())),
        sender_address: Option<EmailAddress> = sender_address(),
        sender_name: Option<PersonName> = sender_name(),
        template: Option<TemplateId> = template("email_templates_id"),
        unmailed: bool = or_default("no_confirm_email",
            flag("Whether nobody is mailed: the response only says who is in the workspace.")),
    }
}

/// An entry of a request to mail users: one user to be mailed. An entry without an address fails the whole request. An
/// entry with any other problem counts as a person who isn't in the workspace.
type RecipientEntry = PartlyReadable<RecipientKey, RecipientOptions>;

fields! {
    /// The e-mail address and the code of the user to be mailed.
    struct RecipientKey {
        email: String = required("email", address_text("The user's address.")),
        code: Option<GivenCode> = user_code(),
    }
}

fields! {
    /// The fields of an entry of a request to mail users, besides the user's address and code.
    struct RecipientOptions {
        exclusive_to: Option<WorkspaceId> = exclusive_to(),
    }
}

fn recipient(entry: &RecipientEntry) -> Option<MailRecipient> {
    let exclusive_to = entry.rest.as_ref().ok()?.exclusive_to;
    let identifier = identifier(&entry.key.email, entry.key.code.as_ref()).ok()?;
    Some(MailRecipient { identifier, exclusive_to })
}

/// The result for one user to be mailed: 200 if the user is in the workspace and so can be mailed, or else 400.
#[derive(Serialize, JsonSchema)]
struct MailedUser<'a> {
    email: &'a str,
    stats: u16,
}

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let caller = incoming.caller(usher).await?;
    let MailUsersBody { users, sender_address, sender_name, template, unmailed } = incoming.body()?;
    let letter =
        LetterOptions { sender: sender(sender_address, sender_name), template, on_behalf_of: None, registered: false };
    let recipients = users.iter().map(recipient).collect();
    let mailed =
        usher.mail_users_of_current_workspace(&caller, MailUsers { recipients, letter, mail: !unmailed }).await;
    let emails: Vec<_> = users.iter().map(|entry| echo(&entry.key.email, MAX_ECHOED_ADDRESS)).collect();
    let stats = emails.iter().zip(mailed.map_err(not_admin)?);
    let stats = stats.map(|(email, present)| MailedUser { email, stats: if present { 200 } else { 400 } });
    Ok(ok(&stats.collect::<Vec<_>>()))
}

pub(crate) mod describe {
    use super::{MailUsersBody, MailedUser};
    use crate::vocabulary::{Description, Refusal, describe};

    pub(crate) fn handle() -> Description {
        describe("Mails users of the current workspace.")
            .body::<MailUsersBody>()
            .answers::<Vec<MailedUser<'_>>>()
            .refuses([Refusal::Missing, Refusal::Forbidden])
    }
}
