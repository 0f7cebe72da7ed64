//! SES v2, for the calls that Usher makes of it, with SES's limits, statuses and errors
//! (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/>).

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::BytesRejection},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use shared::domain::{Clock, EmailAddress, Random};

use functions::Operation;

use crate::{
    faults::{Action, Faults, RecipientStatus},
    lambda::Functions,
    mail_events::TakenMail,
    mailbox::{Letter, Mailbox},
    template::{self, Template},
};

/// The most that a message, and with it a request, may be, in bytes.
pub(crate) const MESSAGE_LIMIT: usize = 40 * 1024 * 1024;

/// The most destinations of one call.
const DESTINATIONS_LIMIT: usize = 50;

/// The mails of a day that `GetAccount` tells.
const DAILY_QUOTA: u32 = 1_000_000;

#[derive(Debug)]
pub(crate) struct Ses {
    /// The sender: its address and its domain are the verified identities.
    pub(crate) sender: String,
    pub(crate) pace: Pace,
    pub(crate) mailbox: Arc<Mailbox>,
    /// Whom EventBridge tells what becomes of the mails.
    pub(crate) functions: Option<Arc<Functions>>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
}

/// An error as SES v2 answers it.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    name: &'static str,
    message: String,
}

impl Refusal {
    fn bad_request(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, name: "BadRequestException", message: message.into() }
    }

    fn rejected(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, name: "MessageRejected", message: message.into() }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, [("x-amzn-errortype", self.name)], Json(json!({"message": self.message}))).into_response()
    }
}

/// How many recipients a second SES takes: a bucket that holds one second's worth.
#[derive(Debug)]
pub(crate) struct Pace {
    rate: f64,
    bucket: Mutex<(f64, Instant)>,
}

impl Pace {
    pub(crate) fn new(rate: u32) -> Self {
        let rate = f64::from(rate);
        Self { rate, bucket: Mutex::new((rate, Instant::now())) }
    }

    fn take(&self, recipients: usize, now: Instant) -> Result<(), Refusal> {
        let recipients = f64::from(u32::try_from(recipients).unwrap_or(u32::MAX));
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let since = now.saturating_duration_since(bucket.1).as_secs_f64();
        let held = self.rate.min(bucket.0 + since * self.rate);
        *bucket = (held, now);
        if recipients > held {
            let message = "Maximum sending rate exceeded.".to_owned();
            return Err(Refusal { status: StatusCode::TOO_MANY_REQUESTS, name: "TooManyRequestsException", message });
        }
        bucket.0 -= recipients;
        Ok(())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Destination {
    #[serde(rename = "ToAddresses")]
    to: Vec<String>,
    #[serde(rename = "CcAddresses")]
    cc: Vec<String>,
    #[serde(rename = "BccAddresses")]
    bcc: Vec<String>,
}

impl Destination {
    fn count(&self) -> usize {
        self.to.len() + self.cc.len() + self.bcc.len()
    }

    /// The bare addresses, or why there are none.
    fn addresses(&self) -> Result<Vec<&str>, String> {
        if self.count() == 0 {
            return Err("There are no recipients.".to_owned());
        }
        let all = self.to.iter().chain(&self.cc).chain(&self.bcc);
        all.map(|address| bare(address).ok_or_else(|| format!("Invalid address: {address}"))).collect()
    }
}

/// What a caller attaches to a mail, to find it by in the events.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    name: String,
    value: String,
}

impl From<Tag> for (String, String) {
    fn from(tag: Tag) -> Self {
        (tag.name, tag.value)
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TemplateContent {
    template_content: Option<Template>,
    template_data: Option<String>,
}

impl TemplateContent {
    fn inline(&self) -> Result<(&Template, template::Data), Refusal> {
        let template = self.template_content.as_ref();
        let template = template.ok_or_else(|| Refusal::bad_request("Only inline templates are known here."))?;
        let data = template::data(self.template_data.as_deref());
        Ok((template, data.ok_or_else(|| Refusal::bad_request("Invalid template data."))?))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendEmail {
    from_email_address: String,
    destination: Destination,
    content: EmailContent,
    #[serde(default)]
    email_tags: Vec<Tag>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
enum EmailContent {
    Simple(SimpleContent),
    Template(TemplateContent),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SimpleContent {
    subject: Text,
    body: SimpleBody,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SimpleBody {
    text: Option<Text>,
    html: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Text {
    data: String,
}

/// `POST /v2/email/outbound-emails`: `SendEmail`.
pub(crate) async fn send_email(
    State(ses): State<Arc<Ses>>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Refusal> {
    let request: SendEmail = parse(body)?;
    let from = ses.check_sender(Action::SEND_EMAIL, &request.from_email_address).map_err(Refusal::rejected)?;
    check_number(request.destination.count())?;
    let addresses = request.destination.addresses().map_err(Refusal::bad_request)?;
    let letter = match request.content {
        EmailContent::Simple(content) => Letter {
            subject: content.subject.data,
            text: content.body.text.map(|text| text.data),
            html: content.body.html.map(|html| html.data),
        },
        EmailContent::Template(content) => {
            let (template, data) = content.inline()?;
            template.render(&data, &template::Data::new()).map_err(Refusal::bad_request)?
        }
    };
    if addresses.iter().any(|address| ses.faults.on_recipient(Action::SEND_EMAIL, address).is_some()) {
        return Err(Refusal::rejected("The message can't be sent."));
    }
    ses.pace.take(addresses.len(), Instant::now())?;
    Ok(Json(json!({"MessageId": ses.post(&from, &addresses, &letter, request.email_tags, true)})))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendBulkEmail {
    from_email_address: String,
    default_content: BulkContent,
    bulk_email_entries: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BulkContent {
    template: TemplateContent,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    destination: Destination,
    #[serde(default)]
    replacement_email_content: ReplacementContent,
    #[serde(default)]
    replacement_tags: Vec<Tag>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ReplacementContent {
    replacement_template: ReplacementTemplate,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ReplacementTemplate {
    replacement_template_data: Option<String>,
}

/// `POST /v2/email/outbound-bulk-emails`: SendBulkEmail. Each entry has a status of its own, even if it is the
/// sender that isn't verified.
pub(crate) async fn send_bulk_email(
    State(ses): State<Arc<Ses>>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Refusal> {
    let request: SendBulkEmail = parse(body)?;
    let from = ses.check_sender(Action::SEND_BULK_EMAIL, &request.from_email_address);
    if request.bulk_email_entries.is_empty() {
        return Err(Refusal::bad_request("There are no entries."));
    }
    let recipients = request.bulk_email_entries.iter().map(|entry| entry.destination.count()).sum();
    check_number(recipients)?;
    let (template, defaults) = request.default_content.template.inline()?;
    ses.pace.take(recipients, Instant::now())?;
    let told = !ses.faults.on_events();
    let results = request.bulk_email_entries.into_iter().map(|entry| {
        let from = from.clone().map_err(|error| (RecipientStatus::MessageRejected, error));
        match from.and_then(|from| ses.send_entry(&from, entry, template, &defaults, told)) {
            Ok(id) => json!({"Status": "SUCCESS", "MessageId": id}),
            Err((status, error)) => json!({"Status": status, "Error": error}),
        }
    });
    Ok(Json(json!({"BulkEmailEntryResults": results.collect::<Vec<_>>()})))
}

/// `GET /v2/email/account`: `GetAccount`.
pub(crate) async fn get_account(State(ses): State<Arc<Ses>>) -> Json<Value> {
    Json(json!({
        "EnforcementStatus": "HEALTHY",
        "ProductionAccessEnabled": true,
        "SendingEnabled": true,
        "SendQuota": {
            "Max24HourSend": f64::from(DAILY_QUOTA),
            "MaxSendRate": ses.pace.rate,
            "SentLast24Hours": ses.mailbox.taken(),
        },
    }))
}

/// `GET /v2/email/identities/{identity}`: `GetEmailIdentity`.
pub(crate) async fn get_email_identity(
    State(ses): State<Arc<Ses>>,
    Path(identity): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let kind = if identity.contains('@') { "EMAIL_ADDRESS" } else { "DOMAIN" };
    let domain = domain(&ses.sender);
    if !identity.eq_ignore_ascii_case(&ses.sender)
        && !domain.is_some_and(|domain| identity.eq_ignore_ascii_case(domain))
    {
        let message = format!("Email identity {identity} does not exist.");
        return Err(Refusal { status: StatusCode::NOT_FOUND, name: "NotFoundException", message });
    }
    let verified = json!({"IdentityType": kind, "VerifiedForSendingStatus": true, "VerificationStatus": "SUCCESS"});
    Ok(Json(verified))
}

fn domain(address: &str) -> Option<&str> {
    address.rsplit_once('@').map(|(_, domain)| domain)
}

impl Ses {
    /// The sender, or what SES says of one that isn't verified.
    fn check_sender(&self, action: Action, from: &str) -> Result<Arc<str>, String> {
        let own = domain(&self.sender);
        let verified = |address: &str| {
            address.eq_ignore_ascii_case(&self.sender)
                || domain(address).zip(own).is_some_and(|(theirs, own)| theirs.eq_ignore_ascii_case(own))
        };
        if bare(from).is_some_and(verified) && !self.faults.on_sender(action) {
            return Ok(from.into());
        }
        Err(format!(
            "Email address is not verified. The following identities failed the check in region US-EAST-1: {from}"
        ))
    }

    /// SES itself says SUCCESS to what it later can't render, and tells of it in an event; a developer wants to hear
    /// of it at once, so it is FAILED here.
    fn send_entry(
        &self,
        from: &Arc<str>,
        entry: Entry,
        template: &Template,
        defaults: &template::Data,
        told: bool,
    ) -> Result<String, (RecipientStatus, String)> {
        let invalid = |error| (RecipientStatus::InvalidParameter, error);
        let addresses = entry.destination.addresses().map_err(invalid)?;
        if let Some(status) =
            addresses.iter().find_map(|address| self.faults.on_recipient(Action::SEND_BULK_EMAIL, address))
        {
            return Err((status, "A fault that was asked for.".to_owned()));
        }
        let data = entry.replacement_email_content.replacement_template.replacement_template_data.as_deref();
        let data = template::data(data).ok_or_else(|| invalid("Invalid template data.".to_owned()))?;
        let letter = template.render(&data, defaults).map_err(|error| (RecipientStatus::Failed, error))?;
        Ok(self.post(from, &addresses, &letter, entry.replacement_tags, told))
    }

    /// Puts a letter into the mailbox; what becomes of it may be told.
    fn post(&self, from: &Arc<str>, addresses: &[&str], letter: &Letter, tags: Vec<Tag>, told: bool) -> String {
        let now = self.clock.now();
        let id = format!("{:016x}-{}-000000", now.as_millisecond(), self.random.uuid());
        let tags: Arc<[(String, String)]> = tags.into_iter().map(Into::into).collect();
        for address in addresses {
            self.mailbox.put(&id, now, from, address, letter);
            let Some(functions) = self.functions.as_ref().filter(|_| told) else { continue };
            let mail = TakenMail {
                id: id.clone(),
                at: now,
                from: from.clone(),
                to: (*address).to_owned(),
                subject: letter.subject.clone(),
                tags: tags.clone(),
            };
            let random = self.random.clone();
            functions.tell(Operation::RecordMailEvents, move || mail.events(|| random.uuid()));
        }
        id
    }
}

fn parse<T: DeserializeOwned>(body: Result<Bytes, BytesRejection>) -> Result<T, Refusal> {
    let body =
        body.map_err(|_| Refusal::bad_request(format!("Message length is more than {MESSAGE_LIMIT} bytes long.")))?;
    serde_json::from_slice(&body).map_err(|error| Refusal::bad_request(error.to_string()))
}

fn check_number(destinations: usize) -> Result<(), Refusal> {
    if destinations > DESTINATIONS_LIMIT {
        return Err(Refusal::bad_request(format!("Recipient count exceeds {DESTINATIONS_LIMIT}.")));
    }
    Ok(())
}

/// The address in `address` or in `Name <address>`. SES takes only ASCII: domains in Punycode, no SMTPUTF8.
fn bare(address: &str) -> Option<&str> {
    let bare = match address.rsplit_once('<') {
        Some((_, rest)) => rest.strip_suffix('>')?,
        None => address,
    };
    (bare.is_ascii() && bare.parse::<EmailAddress>().is_ok()).then_some(bare)
}

#[cfg(test)]
mod tests;
