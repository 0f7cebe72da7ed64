//! Records the events by which SES reports what became of a mail. EventBridge delivers the events
//! (<https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html>).

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::{
    Usher,
    domain::{DeliveryEvent, DeliveryStep, EmailAddress, MailedRecord, SuppressionReason},
    mail::mailed_record,
};

use super::response::failed;

#[derive(Deserialize)]
struct Event {
    detail: Detail,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    event_type: String,
    mail: Mail,
    bounce: Option<Bounce>,
    complaint: Option<Complaint>,
    delivery: Option<Moment>,
    delivery_delay: Option<Delay>,
}

#[derive(Deserialize)]
struct Mail {
    timestamp: Timestamp,
    destination: Vec<String>,
    #[serde(default)]
    tags: HashMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Moment {
    timestamp: Timestamp,
}

#[derive(Deserialize)]
struct Bounce {
    #[serde(rename = "bounceType")]
    kind: String,
    #[serde(rename = "bounceSubType", default)]
    sub_kind: String,
    #[serde(rename = "bouncedRecipients", default)]
    recipients: Vec<BouncedRecipient>,
    timestamp: Timestamp,
}

#[derive(Deserialize)]
struct BouncedRecipient {
    status: Option<String>,
}

#[derive(Deserialize)]
struct Complaint {
    #[serde(rename = "complaintSubType")]
    sub_kind: Option<String>,
    #[serde(rename = "complaintFeedbackType")]
    feedback: Option<String>,
    timestamp: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delay {
    delay_type: Option<String>,
    timestamp: Timestamp,
}

/// Records one event of SES. An SES event that can't be read is ignored, because a retry would not change the event.
/// The error of reading an SES event isn't logged, because serde may quote an e-mail address in the error.
pub(super) async fn handle(usher: &Usher, event: Value) -> Result<Value, lambda_runtime::Error> {
    let Ok(Event { detail }) = serde_json::from_value(event) else {
        tracing::warn!("an event of SES can't be read");
        return Ok(json!({ "recorded": false }));
    };
    let mail = mail(&detail.mail);
    let letter = recipient(&detail.mail).filter(|_| is_letter(&detail.mail));
    let recorded = match (mail, letter, delivery(detail)) {
        (Some(mail), _, Some(delivery)) => usher.record_mail_event(&mail, &delivery).await,
        (None, Some(to), Some(delivery)) => usher.record_letter_event(&to, &delivery).await,
        _ => Ok(false),
    };
    Ok(json!({ "recorded": recorded.map_err(failed)? }))
}

/// The mail's only recipient. Each mail that Usher sends has one recipient.
fn recipient(mail: &Mail) -> Option<EmailAddress> {
    let [address] = mail.destination.as_slice() else { return None };
    EmailAddress::parse(address).ok()
}

/// Whether the mail is a letter. A letter belongs to no person's record, so a letter has none of the tags that name a
/// record.
fn is_letter(mail: &Mail) -> bool {
    !["scope", "record", "version"].iter().any(|tag| mail.tags.contains_key(*tag))
}

/// The person's record that the mail's tags name, with the mail's recipient.
fn mail(mail: &Mail) -> Option<MailedRecord> {
    let tag = |name: &str| mail.tags.get(name)?.first().map(String::as_str);
    mailed_record(recipient(mail)?, tag)
}

/// The delivery step that the event of SES reports. The result is `None` for an event that the SES configuration set
/// doesn't publish.
fn delivery(detail: Detail) -> Option<DeliveryEvent> {
    let Detail { event_type, mail, bounce, complaint, delivery, delivery_delay } = detail;
    let (step, at, detail) = match event_type.as_str() {
        "Send" => (DeliveryStep::Sent, mail.timestamp, None),
        "Delivery" => (DeliveryStep::Delivered, delivery?.timestamp, None),
        "DeliveryDelay" => {
            let Delay { delay_type, timestamp } = delivery_delay?;
            (DeliveryStep::Delayed, timestamp, Some(reason("delayed", &[delay_type.as_deref()])))
        }
        "Bounce" => bounced(&bounce?),
        "Complaint" => complained(&complaint?)?,
        "Reject" => (DeliveryStep::Refused, mail.timestamp, Some("SES: rejected".to_owned())),
        "Rendering Failure" => (DeliveryStep::Refused, mail.timestamp, Some("SES: not rendered".to_owned())),
        _ => return None,
    };
    Some(DeliveryEvent { step, at, detail })
}

/// The delivery step of a bounce. Only a permanent bounce suppresses the recipient's address. If the address is on
/// SES's own suppression list, SES reports a bounce without having tried to send the mail.
fn bounced(bounce: &Bounce) -> (DeliveryStep, Timestamp, Option<String>) {
    let status = bounce.recipients.first().and_then(|recipient| recipient.status.as_deref());
    let why = [Some(bounce.sub_kind.as_str()), status];
    let (step, detail) = match (bounce.kind.as_str(), bounce.sub_kind.as_str()) {
        (_, "Suppressed" | "OnAccountSuppressionList") => {
            (DeliveryStep::Suppressed, SuppressionReason::Listed.description().to_owned())
        }
        ("Permanent", _) => (DeliveryStep::Bounced, reason("for good", &why)),
        _ => (DeliveryStep::BouncedForNow, reason("for now", &why)),
    };
    (step, bounce.timestamp, Some(detail))
}

/// The delivery step of a complaint. A complaint event can also say that the mail was no spam: in this case the result
/// is `None`.
fn complained(complaint: &Complaint) -> Option<(DeliveryStep, Timestamp, Option<String>)> {
    let kind = complaint.feedback.as_deref();
    if complaint.sub_kind.as_deref() == Some("OnAccountSuppressionList") {
        let detail = SuppressionReason::Listed.description().to_owned();
        return Some((DeliveryStep::Suppressed, complaint.timestamp, Some(detail)));
    }
    (kind != Some("not-spam")).then(|| {
        let detail = kind.map(|kind| reason("complaint", &[Some(kind)]));
        (DeliveryStep::Complained, complaint.timestamp, detail)
    })
}

/// A reason in SES's own words, such as `for good (General, 5.1.1)`. The reason keeps only short words of SES's report,
/// because the texts of other mail servers may contain e-mail addresses and anything else.
fn reason(what: &str, why: &[Option<&str>]) -> String {
    let is_word = |word: &&str| {
        (1..=40).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
    };
    let why: Vec<_> = why.iter().copied().flatten().filter(is_word).collect();
    if why.is_empty() { what.to_owned() } else { format!("{what} ({})", why.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(event_type: &str, more: &Value) -> Option<DeliveryEvent> {
        let mut detail = json!({
            "eventType": event_type,
            "mail": { "timestamp": "2025-01-01T00:00:00.000Z", "destination": ["bob@example.com"] },
        });
        detail.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        delivery(serde_json::from_value(detail).unwrap())
    }

    fn bounce(kind: &str, sub: &str) -> (DeliveryStep, String) {
        let recipient = json!({
            "emailAddress": "bob@example.com", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 <bob@example.com>",
        });
        let bounce = json!({
            "bounceType": kind, "bounceSubType": sub, "bouncedRecipients": [recipient],
            "timestamp": "2025-01-01T00:00:02.000Z",
        });
        let delivery = read("Bounce", &json!({ "bounce": bounce })).unwrap();
        (delivery.step, delivery.detail.unwrap())
    }

    #[test]
    fn a_bounce_is_for_good_for_now_or_no_try_at_all() {
        assert_eq!(bounce("Permanent", "General"), (DeliveryStep::Bounced, "for good (General, 5.1.1)".to_owned()));
        assert_eq!(
            bounce("Transient", "MailboxFull"),
            (DeliveryStep::BouncedForNow, "for now (MailboxFull, 5.1.1)".to_owned())
        );
        assert_eq!(bounce("Undetermined", "Undetermined").0, DeliveryStep::BouncedForNow);
        for sub in ["Suppressed", "OnAccountSuppressionList"] {
            let listed = (DeliveryStep::Suppressed, "on SES's suppression list".to_owned());
            assert_eq!(bounce("Permanent", sub), listed);
        }
    }

    #[test]
    fn a_complaint_counts_unless_it_says_that_it_was_no_spam() {
        let complaint = |kind: Value, sub: Value| {
            let complaint = json!({
                "complaintFeedbackType": kind, "complaintSubType": sub, "timestamp": "2025-01-01T00:00:02.000Z",
            });
            read("Complaint", &json!({ "complaint": complaint })).map(|delivery| (delivery.step, delivery.detail))
        };
        let abuse = (DeliveryStep::Complained, Some("complaint (abuse)".to_owned()));
        assert_eq!(complaint(json!("abuse"), Value::Null), Some(abuse));
        assert_eq!(complaint(Value::Null, Value::Null), Some((DeliveryStep::Complained, None)));
        assert_eq!(complaint(json!("not-spam"), Value::Null), None);
        let listed = complaint(Value::Null, json!("OnAccountSuppressionList")).unwrap();
        assert_eq!(listed.0, DeliveryStep::Suppressed);
    }

    #[test]
    fn the_other_events_are_read_and_those_not_asked_for_are_nothing() {
        let moment = json!({ "timestamp": "2025-01-01T00:00:02.000Z" });
        let step = |kind: &str, more: Value| read(kind, &more).map(|delivery| delivery.step);
        assert_eq!(step("Send", json!({ "send": {} })), Some(DeliveryStep::Sent));
        assert_eq!(step("Delivery", json!({ "delivery": moment })), Some(DeliveryStep::Delivered));
        assert_eq!(step("Reject", json!({ "reject": { "reason": "Bad content" } })), Some(DeliveryStep::Refused));
        assert_eq!(step("Rendering Failure", json!({ "failure": {} })), Some(DeliveryStep::Refused));
        let delay = json!({ "delayType": "SpamDetected", "timestamp": "2025-01-01T00:00:02.000Z" });
        let delayed = read("DeliveryDelay", &json!({ "deliveryDelay": delay })).unwrap();
        assert_eq!((delayed.step, delayed.detail.as_deref()), (DeliveryStep::Delayed, Some("delayed (SpamDetected)")));
        assert_eq!(step("Open", json!({ "open": {} })), None);
        assert_eq!(step("Bounce", json!({})), None);
    }

    #[test]
    fn what_is_no_word_is_left_out_of_a_reason() {
        assert_eq!(reason("for good", &[Some("bob@example.com"), None, Some("")]), "for good");
    }
}
