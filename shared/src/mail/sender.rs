//! SES, at the pace that the account may send.

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
use tokio::{
    sync::Mutex,
    time::{Duration, Instant, sleep_until},
};

use crate::{
    domain::{EmailAddress, MailSender},
    mail::Letter,
};

/// SES takes this many destinations in one bulk call.
const MAX_RECIPIENTS: usize = 50;

/// A bulk call stays below a megabyte: its templates' values, with room for the rest.
const MAX_BYTES: usize = 900_000;

/// The part of the account's rate that is used, so that other senders have room.
const SHARE: f64 = 0.8;

/// The account's rate is asked for again after this long.
const QUOTA_KEPT: SignedDuration = SignedDuration::from_mins(5);

/// Whether an identity is verified is asked again after this long, and no more than this many are remembered.
const IDENTITY_KEPT: SignedDuration = SignedDuration::from_mins(5);
const MAX_IDENTITIES: usize = 1_000;

/// A mail to one recipient.
#[derive(Debug)]
pub struct Envelope<'a> {
    /// To whom.
    pub to: &'a EmailAddress,
    /// From whom, if not from the deployment's own address.
    pub from: Option<&'a MailSender>,
    /// What.
    pub letter: Letter,
    /// By which SES's events find the record: names and values of ASCII letters, digits, `_`, `-`, `.` and `@`.
    pub tags: Vec<(&'static str, String)>,
}

/// What SES said of one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SentStatus {
    /// Taken.
    Sent,
    /// Will never be taken, for this reason.
    Permanent(String),
    /// Not now: pace or pause.
    Paused,
    /// Not this time.
    Passing(String),
}

/// Why SES took nothing of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Pace or pause: nothing was sent, and the attempt doesn't count.
    Paused,
    /// Nothing was sent, for this reason.
    Rejected(String),
    /// Nobody knows whether something was sent.
    Unknown,
}

/// Sends mail.
#[derive(Debug)]
pub struct Sender {
    client: Client,
    from: String,
    configuration_set: Option<String>,
    quota: Mutex<Option<(Timestamp, f64)>>,
    identities: Mutex<HashMap<String, (Timestamp, bool)>>,
    ready_at: Mutex<Option<Instant>>,
}

impl Sender {
    /// A sender of mails from this address. The client must not retry by itself: what is tried again is decided here.
    pub fn new(client: Client, from: &EmailAddress, configuration_set: Option<String>) -> Self {
        Self {
            client,
            from: from.mailbox(),
            configuration_set,
            quota: Mutex::default(),
            identities: Mutex::default(),
            ready_at: Mutex::default(),
        }
    }

    /// How many recipients the next bulk call takes. Waits for as long as the last one keeps the account busy.
    ///
    /// # Errors
    /// [`Refused::Paused`] too if that is after `until`.
    pub async fn pace(&self, now: Timestamp, until: Instant) -> Result<usize, Refused> {
        let rate = self.rate(now).await?;
        if let Some(ready_at) = *self.ready_at.lock().await {
            if ready_at > until {
                return Err(Refused::Paused);
            }
            sleep_until(ready_at).await;
        }
        Ok(recipients(rate))
    }

    /// Recipients a second that are ours to use.
    async fn rate(&self, now: Timestamp) -> Result<f64, Refused> {
        let mut quota = self.quota.lock().await;
        let rate = match *quota {
            Some((asked_at, rate)) if now.duration_since(asked_at) < QUOTA_KEPT => rate,
            _ => {
                let account = self.client.get_account().customize().config_override(retried()).send().await;
                let account = account.map_err(|error| refused(&error))?;
                if !account.sending_enabled() {
                    return Err(Refused::Paused);
                }
                let rate = account.send_quota().map_or(1.0, SendQuota::max_send_rate).max(1.0);
                *quota = Some((now, rate));
                rate
            }
        };
        Ok(rate * SHARE)
    }

    async fn rest(&self, recipients: usize) {
        let rate = self.quota.lock().await.map_or(1.0, |(_, rate)| rate * SHARE);
        #[expect(clippy::cast_precision_loss, reason = "at most 50")]
        let rest = Duration::from_secs_f64(recipients as f64 / rate);
        *self.ready_at.lock().await = Some(Instant::now() + rest);
    }

    /// How many of these mails one bulk call takes, which has one sender: in bytes.
    pub fn fitting(envelopes: &[Envelope<'_>]) -> usize {
        let mut bytes = 0;
        let same = envelopes.iter().take_while(|envelope| envelope.from == envelopes[0].from);
        let fits = same.take_while(|envelope| {
            let Letter { subject, text, html } = &envelope.letter;
            // The values are JSON within JSON; letters hold few quotes, and the limit leaves room for them.
            bytes += 2 * (subject.len() + text.len() + html.len());
            bytes < MAX_BYTES
        });
        fits.count().max(1)
    }

    /// Sends up to 50 mails from one sender in one call. Answers for each, in order.
    ///
    /// Subject, text and HTML are finished: the inline template only passes them on, because SES doesn't escape.
    pub async fn send_bulk(&self, envelopes: &[Envelope<'_>]) -> Result<Vec<SentStatus>, Refused> {
        let template = EmailTemplateContent::builder().subject("{{subject}}").text("{{text}}").html("{{html}}").build();
        let empty = json!({"subject": "", "text": "", "html": ""});
        let template = Template::builder().template_content(template).template_data(empty.to_string()).build();
        let from = envelopes.first().and_then(|envelope| envelope.from);
        let address = from.and_then(|from| from.address.as_ref());
        let mailbox = address.map_or_else(|| self.from.clone(), EmailAddress::mailbox);
        let mut request = self
            .client
            .send_bulk_email()
            .from_email_address(self.header(from))
            .set_configuration_set_name(self.configuration_set.clone())
            .default_content(BulkEmailContent::builder().template(template).build());
        for envelope in envelopes {
            request = request.bulk_email_entries(entry(envelope));
        }
        self.rest(envelopes.len()).await;
        let output = request.send().await.map_err(|error| refused(&error))?;
        let results = output.bulk_email_entry_results();
        Ok((0..envelopes.len())
            .map(|index| {
                let result = results.get(index);
                let error = result.and_then(|result| result.error()).unwrap_or_default();
                match result.and_then(|result| result.status()) {
                    Some(status) => sent_status(status, error, &mailbox),
                    None => SentStatus::Passing("SES said nothing of it".to_owned()),
                }
            })
            .collect())
    }

    fn header(&self, from: Option<&MailSender>) -> String {
        from.map_or_else(|| self.from.clone(), |from| from.header(&self.from))
    }

    /// Whether SES has verified this address, or its domain, for the account. The domain is asked for first: most often
    /// it is what was verified, and SES answers about one such question a second.
    ///
    /// # Errors
    /// If SES can't tell now.
    pub async fn may_send_from(&self, address: &EmailAddress, now: Timestamp) -> Result<bool, Refused> {
        Ok(self.is_verified(address.domain(), now).await? || self.is_verified(&address.mailbox(), now).await?)
    }

    async fn is_verified(&self, identity: &str, now: Timestamp) -> Result<bool, Refused> {
        if let Some((asked_at, verified)) = self.identities.lock().await.get(identity)
            && now.duration_since(*asked_at) < IDENTITY_KEPT
        {
            return Ok(*verified);
        }
        let request = self.client.get_email_identity().email_identity(identity);
        let verified = match request.customize().config_override(retried()).send().await {
            Ok(identity) => identity.verified_for_sending_status(),
            Err(error) if error.as_service_error().is_some_and(GetEmailIdentityError::is_not_found_exception) => false,
            Err(error) => return Err(refused(&error)),
        };
        let mut known = self.identities.lock().await;
        if known.len() >= MAX_IDENTITIES {
            known.clear();
        }
        known.insert(identity.to_owned(), (now, verified));
        Ok(verified)
    }

    /// Sends one mail.
    pub async fn send(&self, to: &EmailAddress, letter: &Letter) -> Result<(), Refused> {
        let content = |text: &str| Content::builder().data(text).charset("UTF-8").build();
        let message = content(&letter.subject).and_then(|subject| {
            let body = Body::builder().text(content(&letter.text)?).html(content(&letter.html)?).build();
            Ok(Message::builder().subject(subject).body(body).build())
        });
        let message = message.map_err(|_| Refused::Rejected("the letter is incomplete".to_owned()))?;
        self.client
            .send_email()
            .from_email_address(&self.from)
            .set_configuration_set_name(self.configuration_set.clone())
            .destination(Destination::builder().to_addresses(to.mailbox()).build())
            .content(EmailContent::builder().simple(message).build())
            .send()
            .await
            .map(|_| ())
            .map_err(|error| refused(&error))
    }
}

/// The configuration of a call that mails nothing, and so may be made again by the SDK itself.
fn retried() -> config::Builder {
    config::Builder::default().retry_config(RetryConfig::standard())
}

/// How many recipients a bulk call may have at this rate: at least one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "between 1 and 50"
)]
fn recipients(per_second: f64) -> usize {
    per_second.clamp(1.0, MAX_RECIPIENTS as f64) as usize
}

fn entry(envelope: &Envelope<'_>) -> BulkEmailEntry {
    let Letter { subject, text, html } = &envelope.letter;
    let data = json!({"subject": subject, "text": text, "html": html}).to_string();
    let content = ReplacementEmailContent::builder()
        .replacement_template(ReplacementTemplate::builder().replacement_template_data(data).build())
        .build();
    let tags =
        envelope.tags.iter().filter_map(|(name, value)| MessageTag::builder().name(*name).value(value).build().ok());
    BulkEmailEntry::builder()
        .destination(Destination::builder().to_addresses(envelope.to.mailbox()).build())
        .set_replacement_tags(Some(tags.collect()))
        .replacement_email_content(content)
        .build()
}

/// What an entry's status and error say of a mail from this mailbox. One whose sender isn't verified is no lost mail:
/// the sender may be verified yet.
fn sent_status(status: &BulkEmailStatus, error: &str, mailbox: &str) -> SentStatus {
    use BulkEmailStatus as Status;
    match status {
        Status::Success => SentStatus::Sent,
        Status::MessageRejected if is_unverified(mailbox, error) => {
            SentStatus::Passing("SES: the sender is not verified".to_owned())
        }
        Status::MessageRejected | Status::InvalidParameter => {
            SentStatus::Permanent(format!("SES: {}", status.as_str()))
        }
        Status::AccountThrottled
        | Status::AccountDailyQuotaExceeded
        | Status::AccountSendingPaused
        | Status::AccountSuspended
        | Status::ConfigurationSetSendingPaused => SentStatus::Paused,
        other => SentStatus::Passing(format!("SES: {}", other.as_str())),
    }
}

/// Whether this error of SES names the mailbox or its domain among what isn't verified: `Email address is not verified.
/// The following identities failed the check in region US-EAST-1: Usher <usher@example.com>, guest@example.org`.
fn is_unverified(mailbox: &str, error: &str) -> bool {
    let domain = mailbox.rsplit_once('@').map_or(mailbox, |(_, domain)| domain);
    let is_sender = |word: &str| word.eq_ignore_ascii_case(mailbox) || word.eq_ignore_ascii_case(domain);
    error.contains("not verified") && error.split([' ', ',', '<', '>']).any(is_sender)
}

fn refused<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Refused {
    match (error, error.as_service_error().and_then(|error| error.code())) {
        (SdkError::ConstructionFailure(_), _) => Refused::Rejected("the request couldn't be made".to_owned()),
        (_, Some(code)) => match code {
            "TooManyRequestsException"
            | "LimitExceededException"
            | "SendingPausedException"
            | "AccountSuspendedException"
            | "ThrottlingException" => Refused::Paused,
            "InternalServiceErrorException" | "InternalServerError" | "ServiceUnavailable" => Refused::Unknown,
            code => Refused::Rejected(format!("SES: {code}")),
        },
        (_, None) => Refused::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_may_still_be_verified_and_whatever_else_is_rejected_is_final() {
        let status = |error: &str| sent_status(&BulkEmailStatus::MessageRejected, error, "Usher@example.com");
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
            assert!(matches!(unverified(identities), SentStatus::Passing(_)), "{identities}");
        }
        for identities in ["guest@example.org", "guest@example.com", "not-usher@example.com", "sub.example.com"] {
            assert!(matches!(unverified(identities), SentStatus::Permanent(_)), "{identities}");
        }
        for error in ["", "Usher@example.com sent a virus"] {
            assert!(matches!(status(error), SentStatus::Permanent(_)), "{error}");
        }
    }
}
