//! The calls of SES v2 that Usher makes, with SES's limits, statuses and errors
//! (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/>).

mod error;
mod requests;
mod sending_rate;

use std::{sync::Arc, time::Instant};

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::BytesRejection},
};
use functions::Operation;
use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shared::domain::{Clock, Random};

use self::{
    error::SesError,
    requests::{BulkEntry, EmailContent, SendBulkEmailRequest, SendEmailRequest, Tag, bare_address},
};
use crate::{
    faults::{Action, Faults, RecipientStatus},
    inline_template::{InlineTemplate, TemplateData, parse_data},
    lambda::Functions,
    mail_events::AcceptedMail,
    mailbox::{MailContent, MailHeader, Mailbox},
};

pub(crate) use self::sending_rate::SendingRate;

/// The largest message that SES accepts, and so the largest request, in bytes.
pub(crate) const MESSAGE_LIMIT: usize = 40 * 1024 * 1024;

/// How many recipients one call of SES may have.
const MAX_RECIPIENTS: usize = 50;

/// The `Max24HourSend` of `GetAccount`.
const DAILY_QUOTA: u32 = 1_000_000;

/// The simulated SES.
#[derive(Debug)]
pub(crate) struct Ses {
    /// The sender of all mails. The sender's address and the domain of the address are the verified identities of the
    /// simulated SES.
    pub(crate) sender: String,
    pub(crate) sending_rate: SendingRate,
    pub(crate) mailbox: Arc<Mailbox>,
    /// The functions that get the events about mails. The SES of a unit test has no functions, so SES sends no events
    /// in the test.
    pub(crate) functions: Option<Arc<Functions>>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
}

/// The parts that all mails of one `SendBulkEmail` call share.
struct BulkSend<'a> {
    from: &'a Arc<str>,
    template: &'a InlineTemplate,
    defaults: &'a TemplateData,
    publish_events: bool,
}

/// A mail that the simulated SES accepts.
struct OutgoingMail<'a> {
    from: &'a Arc<str>,
    addresses: &'a [&'a str],
    content: &'a MailContent,
    tags: Vec<Tag>,
    /// Whether SES publishes events about the mail.
    publish_events: bool,
}

/// `POST /v2/email/outbound-emails`, which is `SendEmail` of SES v2: sends one mail.
pub(crate) async fn send_email(
    State(ses): State<Arc<Ses>>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, SesError> {
    let request: SendEmailRequest = parse(body)?;
    let from = ses.check_sender(Action::SEND_EMAIL, &request.from_email_address).map_err(SesError::rejected)?;
    check_recipients(request.destination.count())?;
    let addresses = request.destination.addresses().map_err(SesError::bad_request)?;
    let content = match request.content {
        EmailContent::Simple(simple) => MailContent {
            subject: simple.subject.data,
            text: simple.body.text.map(|text| text.data),
            html: simple.body.html.map(|html| html.data),
        },
        EmailContent::Template(content) => {
            let (template, data) = content.inline()?;
            template.render(&data, &TemplateData::new()).map_err(SesError::bad_request)?
        }
    };
    if addresses.iter().any(|address| ses.faults.on_recipient(Action::SEND_EMAIL, address).is_some()) {
        return Err(SesError::rejected("The message can't be sent."));
    }
    ses.sending_rate.take(addresses.len(), Instant::now())?;
    let mail = OutgoingMail {
        from: &from,
        addresses: &addresses,
        content: &content,
        tags: request.email_tags,
        publish_events: true,
    };
    Ok(Json(json!({"MessageId": ses.accept(mail)})))
}

/// `POST /v2/email/outbound-bulk-emails`: `SendBulkEmail`. Each entry of a bulk call has a status of its own, even if
/// the call's sender is not verified.
pub(crate) async fn send_bulk_email(
    State(ses): State<Arc<Ses>>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, SesError> {
    let request: SendBulkEmailRequest = parse(body)?;
    let from = ses.check_sender(Action::SEND_BULK_EMAIL, &request.from_email_address);
    if request.bulk_email_entries.is_empty() {
        return Err(SesError::bad_request("There are no entries."));
    }
    let recipients = request.bulk_email_entries.iter().map(|entry| entry.destination.count()).sum();
    check_recipients(recipients)?;
    let (template, defaults) = request.default_content.template.inline()?;
    ses.sending_rate.take(recipients, Instant::now())?;
    let publish_events = !ses.faults.on_events();
    let results = request.bulk_email_entries.into_iter().map(|entry| {
        let from = from.clone().map_err(|error| (RecipientStatus::MessageRejected, error));
        let send = |from: &Arc<str>| {
            let bulk = BulkSend { from, template, defaults: &defaults, publish_events };
            ses.send_entry(&bulk, entry)
        };
        match from.and_then(|from| send(&from)) {
            Ok(id) => json!({"Status": "SUCCESS", "MessageId": id}),
            Err((status, error)) => json!({"Status": status, "Error": error}),
        }
    });
    Ok(Json(json!({"BulkEmailEntryResults": results.collect::<Vec<_>>()})))
}

/// `GET /_local/sending`: SES's sending rate, and how many recipients SES has accepted and refused because of this rate.
pub(crate) async fn sending(State(ses): State<Arc<Ses>>) -> Json<Value> {
    let counts = ses.sending_rate.counts();
    Json(json!({"maxSendRate": ses.sending_rate.per_second, "recipients": counts}))
}

/// `GET /v2/email/account`: `GetAccount`.
pub(crate) async fn get_account(State(ses): State<Arc<Ses>>) -> Json<Value> {
    Json(json!({
        "EnforcementStatus": "HEALTHY",
        "ProductionAccessEnabled": true,
        "SendingEnabled": true,
        "SendQuota": {
            "Max24HourSend": f64::from(DAILY_QUOTA),
            "MaxSendRate": ses.sending_rate.per_second,
            "SentLast24Hours": ses.mailbox.accepted(),
        },
    }))
}

/// `GET /v2/email/identities/{identity}`, which is `GetEmailIdentity` of SES v2: tells whether an identity is verified.
pub(crate) async fn get_email_identity(
    State(ses): State<Arc<Ses>>,
    Path(identity): Path<String>,
) -> Result<Json<Value>, SesError> {
    let kind = if identity.contains('@') { "EMAIL_ADDRESS" } else { "DOMAIN" };
    let domain = domain(&ses.sender);
    if !identity.eq_ignore_ascii_case(&ses.sender)
        && !domain.is_some_and(|domain| identity.eq_ignore_ascii_case(domain))
    {
        let message = format!("Email identity {identity} does not exist.");
        return Err(SesError { status: StatusCode::NOT_FOUND, name: "NotFoundException", message });
    }
    let verified = json!({"IdentityType": kind, "VerifiedForSendingStatus": true, "VerificationStatus": "SUCCESS"});
    Ok(Json(verified))
}

fn domain(address: &str) -> Option<&str> {
    address.rsplit_once('@').map(|(_, domain)| domain)
}

impl Ses {
    /// The sender, or SES's message for a sender that is not verified.
    fn check_sender(&self, action: Action, from: &str) -> Result<Arc<str>, String> {
        let own = domain(&self.sender);
        let verified = |address: &str| {
            address.eq_ignore_ascii_case(&self.sender)
                || domain(address).zip(own).is_some_and(|(theirs, own)| theirs.eq_ignore_ascii_case(own))
        };
        if bare_address(from).is_some_and(verified) && !self.faults.on_sender(action) {
            return Ok(from.into());
        }
        Err(format!(
            "Email address is not verified. The following identities failed the check in region US-EAST-1: {from}"
        ))
    }

    /// Sends one entry of a bulk call and returns the message id. If the template can't be rendered, the real SES
    /// answers SUCCESS and publishes an event later. The simulated SES gives the entry the status FAILED instead, so
    /// that a developer notices the mistake at once.
    fn send_entry(&self, bulk: &BulkSend<'_>, entry: BulkEntry) -> Result<String, (RecipientStatus, String)> {
        let invalid = |error| (RecipientStatus::InvalidParameter, error);
        let addresses = entry.destination.addresses().map_err(invalid)?;
        if let Some(status) =
            addresses.iter().find_map(|address| self.faults.on_recipient(Action::SEND_BULK_EMAIL, address))
        {
            return Err((status, "A queued fault refuses this recipient.".to_owned()));
        }
        let data = entry.replacement_email_content.replacement_template.replacement_template_data.as_deref();
        let data = parse_data(data).ok_or_else(|| invalid("Invalid template data.".to_owned()))?;
        let content = bulk.template.render(&data, bulk.defaults).map_err(|error| (RecipientStatus::Failed, error))?;
        Ok(self.accept(OutgoingMail {
            from: bulk.from,
            addresses: &addresses,
            content: &content,
            tags: entry.replacement_tags,
            publish_events: bulk.publish_events,
        }))
    }

    /// Puts a mail into the mailbox, queues the events about the mail, and returns the message id.
    fn accept(&self, mail: OutgoingMail<'_>) -> String {
        let OutgoingMail { from, addresses, content, tags, publish_events } = mail;
        let at = self.clock.now();
        let id = format!("{:016x}-{}-000000", at.as_millisecond(), self.random.uuid());
        let tags: Arc<[(String, String)]> = tags.into_iter().map(Into::into).collect();
        for address in addresses {
            self.mailbox.put(MailHeader { id: &id, at, from, to: address }, content);
            let Some(functions) = self.functions.as_ref().filter(|_| publish_events) else { continue };
            let accepted = AcceptedMail {
                id: id.clone(),
                at,
                from: from.clone(),
                to: (*address).to_owned(),
                subject: content.subject.clone(),
                tags: tags.clone(),
            };
            let random = self.random.clone();
            functions.queue_events(Operation::RecordMailEvents, move || accepted.events(|| random.uuid()));
        }
        id
    }
}

fn parse<T: DeserializeOwned>(body: Result<Bytes, BytesRejection>) -> Result<T, SesError> {
    let body =
        body.map_err(|_| SesError::bad_request(format!("Message length is more than {MESSAGE_LIMIT} bytes long.")))?;
    serde_json::from_slice(&body).map_err(|error| SesError::bad_request(error.to_string()))
}

fn check_recipients(count: usize) -> Result<(), SesError> {
    if count > MAX_RECIPIENTS {
        return Err(SesError::bad_request(format!("Recipient count exceeds {MAX_RECIPIENTS}.")));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
