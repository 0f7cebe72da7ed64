//! [`Mailer`]: sends mails through SES, and knows the pace that the account allows.

use std::collections::HashMap;

use aws_sdk_sesv2::{
    Client, config,
    error::SdkError,
    operation::get_email_identity::GetEmailIdentityError,
    types::{
        Body, BulkEmailContent, BulkEmailEntry, BulkEmailStatus, Content, Destination, EmailContent,
        EmailTemplateContent, Message, MessageTag, ReplacementEmailContent, ReplacementTemplate, SendQuota, Template,
    },
};
use aws_smithy_types::{error::metadata::ProvideErrorMetadata, retry::RetryConfig};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::sync::Mutex;

use crate::{
    domain::{EmailAddress, MailSender},
    mail::Letter,
};

/// The largest number of recipients that SES accepts in one bulk call.
const MAX_RECIPIENTS: usize = 50;

/// The largest size of the template values in one bulk call. SES accepts 1 MB in a bulk call. The difference between 1
/// MB and this size is room for addresses and tags.
const MAX_BYTES: usize = 900_000;

/// The share of the account's sending rate that this service uses. The share of the sending rate that Usher leaves
/// unused is for other senders in the AWS account.
const RATE_SHARE: f64 = 0.8;

/// How long the mailer caches the AWS account's sending rate.
const RATE_CACHE_TIME: SignedDuration = SignedDuration::from_mins(5);

/// How long the mailer caches whether SES has verified an identity: a sender's address or domain.
const IDENTITY_CACHE_TIME: SignedDuration = SignedDuration::from_mins(5);

/// The largest number of sender identities in the mailer's cache. When the mailer's cache of sender identities is full,
/// the mailer empties the cache.
const MAX_CACHED_IDENTITIES: usize = 1_000;

/// A mail to one recipient.
#[derive(Debug)]
pub struct OutgoingMail<'a> {
    /// The recipient's address.
    pub to: &'a EmailAddress,
    /// The sender of the mail, if the inviter chose another sender than the deployment's own address.
    pub from: Option<&'a MailSender>,
    /// The content of the mail.
    pub letter: Letter,
    /// The tags of the mail, which SES's events about the mail repeat. The tags' names and values consist of ASCII
    /// letters, digits, `_`, `-`, `.` and `@`.
    pub tags: Vec<(&'static str, String)>,
}

/// SES's answer for one recipient of a bulk call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecipientStatus {
    /// SES accepted the mail.
    Accepted,
    /// SES will never accept this mail. The text of this result is SES's reason.
    Rejected(String),
    /// SES accepts no mail now, because the account is throttled, over its quota or paused.
    Paused,
    /// SES did not accept the mail in this call. The text of this result is SES's reason. A later attempt to send the
    /// mail may succeed.
    Retryable(String),
}

/// The reason why SES accepted no mail of a whole call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendError {
    /// SES sent nothing, because the account is throttled or paused. A call that SES refuses because of throttling or a
    /// pause doesn't count as a failed attempt to send the mails.
    Paused,
    /// SES sent no mail of the call. The text of this error is SES's reason.
    Rejected(String),
    /// SES did not answer, so the mails may have been sent.
    Unknown,
}

/// Sends mails through SES.
#[derive(Debug)]
pub struct Mailer {
    client: Client,
    from: String,
    configuration_set: Option<String>,
    /// When SES last reported the AWS account's sending rate, and the sending rate in mails per second.
    rate: Mutex<Option<(Timestamp, f64)>>,
    /// For each sender identity, when SES reported whether the identity is verified, and what SES reported.
    identities: Mutex<HashMap<String, (Timestamp, bool)>>,
}

impl Mailer {
    /// A mailer that sends mails from the address `from`. The SES client must not retry a call by itself, because a
    /// repeated call can send its mails twice.
    pub fn new(client: Client, from: &EmailAddress, configuration_set: Option<String>) -> Self {
        Self { client, from: from.mailbox(), configuration_set, rate: Mutex::default(), identities: Mutex::default() }
    }

    /// The sending rate that this service may use, in mails per second.
    ///
    /// # Errors
    /// [`SendError::Paused`] if the account may not send now; every other [`SendError`] if SES doesn't report the sending
    /// rate.
    pub(crate) async fn usable_rate(&self, now: Timestamp) -> Result<f64, SendError> {
        let mut cached = self.rate.lock().await;
        let rate = match *cached {
            Some((reported_at, rate)) if now.duration_since(reported_at) < RATE_CACHE_TIME => rate,
            _ => {
                let account = self.client.get_account().customize().config_override(with_retries()).send().await;
                let account = account.map_err(|error| send_error(&error))?;
                if !account.sending_enabled() {
                    return Err(SendError::Paused);
                }
                let rate = account.send_quota().map_or(1.0, SendQuota::max_send_rate).max(1.0);
                *cached = Some((now, rate));
                rate
            }
        };
        Ok(rate * RATE_SHARE)
    }

    /// How many mails from the start of the list fit into one bulk call to SES. All mails of a call have the same
    /// sender, and the call has a limited size.
    pub fn count_for_one_call(mails: &[OutgoingMail<'_>]) -> usize {
        let mut bytes = 0;
        let same_sender = mails.iter().take_while(|mail| mail.from == mails[0].from);
        let fitting = same_sender.take_while(|mail| {
            let Letter { subject, text, html } = &mail.letter;
            // The template values of a mail are JSON text within JSON, so each quotation mark is escaped twice. Letters
            // contain few quotation marks, and twice the size of the letter leaves room for the escaped ones.
            bytes += 2 * (subject.len() + text.len() + html.len());
            bytes < MAX_BYTES
        });
        fitting.count().max(1)
    }

    /// Sends up to 50 mails that have the same sender in one call. The result has SES's answer for each mail, in the
    /// order of the mails.
    ///
    /// Each letter's subject, text and HTML are rendered and escaped already. SES doesn't escape template values, so
    /// the inline template inserts subject, text and HTML unchanged.
    ///
    /// # Errors
    /// [`SendError`] if SES accepted none of the mails.
    pub async fn send_bulk(&self, mails: &[OutgoingMail<'_>]) -> Result<Vec<RecipientStatus>, SendError> {
        let template = EmailTemplateContent::builder().subject("{{subject}}").text("{{text}}").html("{{html}}").build();
        let empty = json!({"subject": "", "text": "", "html": ""});
        let template = Template::builder().template_content(template).template_data(empty.to_string()).build();
        let from = mails.first().and_then(|mail| mail.from);
        let address = from.and_then(|from| from.address.as_ref());
        let mailbox = address.map_or_else(|| self.from.clone(), EmailAddress::mailbox);
        let mut request = self
            .client
            .send_bulk_email()
            .from_email_address(self.sender_header(from))
            .set_configuration_set_name(self.configuration_set.clone())
            .default_content(BulkEmailContent::builder().template(template).build());
        for mail in mails {
            request = request.bulk_email_entries(bulk_entry(mail));
        }
        let output = request.send().await.map_err(|error| send_error(&error))?;
        let results = output.bulk_email_entry_results();
        Ok((0..mails.len())
            .map(|index| {
                let result = results.get(index);
                let error = result.and_then(|result| result.error()).unwrap_or_default();
                match result.and_then(|result| result.status()) {
                    Some(status) => recipient_status(status, error, &mailbox),
                    None => RecipientStatus::Retryable("SES returned no result for this recipient".to_owned()),
                }
            })
            .collect())
    }

    fn sender_header(&self, from: Option<&MailSender>) -> String {
        from.map_or_else(|| self.from.clone(), |from| from.header(&self.from))
    }

    /// Whether SES has verified this address or its domain for the account, so that mails may be sent from this
    /// address. The mailer asks SES about the sender's domain first, because domains are verified more often than
    /// single addresses, and SES answers only about one such question per second.
    ///
    /// # Errors
    /// [`SendError`] if SES doesn't answer.
    pub async fn may_send_from(&self, address: &EmailAddress, now: Timestamp) -> Result<bool, SendError> {
        Ok(self.is_verified(address.domain(), now).await? || self.is_verified(&address.mailbox(), now).await?)
    }

    async fn is_verified(&self, identity: &str, now: Timestamp) -> Result<bool, SendError> {
        if let Some((reported_at, verified)) = self.identities.lock().await.get(identity)
            && now.duration_since(*reported_at) < IDENTITY_CACHE_TIME
        {
            return Ok(*verified);
        }
        let request = self.client.get_email_identity().email_identity(identity);
        let verified = match request.customize().config_override(with_retries()).send().await {
            Ok(identity) => identity.verified_for_sending_status(),
            Err(error) if error.as_service_error().is_some_and(GetEmailIdentityError::is_not_found_exception) => false,
            Err(error) => return Err(send_error(&error)),
        };
        let mut cached = self.identities.lock().await;
        if cached.len() >= MAX_CACHED_IDENTITIES {
            cached.clear();
        }
        cached.insert(identity.to_owned(), (now, verified));
        Ok(verified)
    }

    /// Sends one mail from the deployment's own address.
    ///
    /// # Errors
    /// [`SendError`] if SES didn't accept the mail.
    pub async fn send(&self, to: &EmailAddress, letter: &Letter) -> Result<(), SendError> {
        let content = |text: &str| Content::builder().data(text).charset("UTF-8").build();
        let message = content(&letter.subject).and_then(|subject| {
            let body = Body::builder().text(content(&letter.text)?).html(content(&letter.html)?).build();
            Ok(Message::builder().subject(subject).body(body).build())
        });
        let message = message.map_err(|_| SendError::Rejected("the letter is incomplete".to_owned()))?;
        self.client
            .send_email()
            .from_email_address(&self.from)
            .set_configuration_set_name(self.configuration_set.clone())
            .destination(Destination::builder().to_addresses(to.mailbox()).build())
            .content(EmailContent::builder().simple(message).build())
            .send()
            .await
            .map(|_| ())
            .map_err(|error| send_error(&error))
    }
}

/// The configuration of a call to SES that sends no mail. The SDK may repeat a call to SES that sends no mail.
fn with_retries() -> config::Builder {
    config::Builder::default().retry_config(RetryConfig::standard())
}

/// How many recipients a bulk call may have at this sending rate: as many as SES takes in one second, but between 1 and
/// 50.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "between 1 and 50"
)]
pub(crate) fn recipients_per_call(rate: f64) -> usize {
    rate.clamp(1.0, MAX_RECIPIENTS as f64) as usize
}

fn bulk_entry(mail: &OutgoingMail<'_>) -> BulkEmailEntry {
    let Letter { subject, text, html } = &mail.letter;
    let data = json!({"subject": subject, "text": text, "html": html}).to_string();
    let content = ReplacementEmailContent::builder()
        .replacement_template(ReplacementTemplate::builder().replacement_template_data(data).build())
        .build();
    let tags = mail.tags.iter().filter_map(|(name, value)| MessageTag::builder().name(*name).value(value).build().ok());
    BulkEmailEntry::builder()
        .destination(Destination::builder().to_addresses(mail.to.mailbox()).build())
        .set_replacement_tags(Some(tags.collect()))
        .replacement_email_content(content)
        .build()
}

/// Translates the status and error of one entry of a bulk call. `mailbox` is the sender's address. SES rejects mails
/// whose sender is not verified. The service retries a mail with an unverified sender, because SES may verify the
/// sender later.
fn recipient_status(status: &BulkEmailStatus, error: &str, mailbox: &str) -> RecipientStatus {
    use BulkEmailStatus as Status;
    match status {
        Status::Success => RecipientStatus::Accepted,
        Status::MessageRejected if is_sender_unverified(mailbox, error) => {
            RecipientStatus::Retryable("SES: the sender is not verified".to_owned())
        }
        Status::MessageRejected | Status::InvalidParameter => {
            RecipientStatus::Rejected(format!("SES: {}", status.as_str()))
        }
        Status::AccountThrottled
        | Status::AccountDailyQuotaExceeded
        | Status::AccountSendingPaused
        | Status::AccountSuspended
        | Status::ConfigurationSetSendingPaused => RecipientStatus::Paused,
        other => RecipientStatus::Retryable(format!("SES: {}", other.as_str())),
    }
}

/// Whether this error message of SES lists the mailbox or its domain as not verified. SES's message has the form `Email
/// address is not verified. The following identities failed the check in region US-EAST-1: Usher <usher@example.com>,
/// guest@example.org`.
fn is_sender_unverified(mailbox: &str, error: &str) -> bool {
    let domain = mailbox.rsplit_once('@').map_or(mailbox, |(_, domain)| domain);
    let is_sender = |word: &str| word.eq_ignore_ascii_case(mailbox) || word.eq_ignore_ascii_case(domain);
    error.contains("not verified") && error.split([' ', ',', '<', '>']).any(is_sender)
}

fn send_error<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> SendError {
    match (error, error.as_service_error().and_then(|error| error.code())) {
        (SdkError::ConstructionFailure(_), _) => SendError::Rejected("the request couldn't be built".to_owned()),
        (_, Some(code)) => match code {
            "TooManyRequestsException"
            | "LimitExceededException"
            | "SendingPausedException"
            | "AccountSuspendedException"
            | "ThrottlingException" => SendError::Paused,
            "InternalServiceErrorException" | "InternalServerError" | "ServiceUnavailable" => SendError::Unknown,
            code => SendError::Rejected(format!("SES: {code}")),
        },
        (_, None) => SendError::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_retried_only_if_its_own_sender_is_not_verified() {
        let status = |error: &str| recipient_status(&BulkEmailStatus::MessageRejected, error, "Usher@example.com");
        let unverified = |identities: &str| {
            let check = "The following identities failed the check in region EU-WEST-1";
            status(&format!("Email address is not verified. {check}: {identities}"))
        };
        for identities in [
            "usher@Example.com",
            "\"A, B\" <Usher@example.com>",
            "example.com",
            "guest@example.org, Usher@example.com",
            "Usher@example.com, guest@example.org",
        ] {
            assert!(matches!(unverified(identities), RecipientStatus::Retryable(_)), "{identities}");
        }
        for identities in ["guest@example.org", "guest@example.com", "not-usher@example.com", "sub.example.com"] {
            assert!(matches!(unverified(identities), RecipientStatus::Rejected(_)), "{identities}");
        }
        for error in ["", "Usher@example.com sent a virus"] {
            assert!(matches!(status(error), RecipientStatus::Rejected(_)), "{error}");
        }
    }
}
