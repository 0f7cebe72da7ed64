//! The events that SES puts on EventBridge's default bus about each mail
//! (<https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html>). As in SES's mailbox
//! simulator, some recipient addresses bounce or complain
//! (<https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html>). A mail to an address that isn't one
//! of the simulator's addresses is delivered.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

/// A mail that SES accepted, for one recipient.
#[derive(Debug)]
pub(crate) struct AcceptedMail {
    pub(crate) id: String,
    pub(crate) at: Timestamp,
    pub(crate) from: Arc<str>,
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) tags: Arc<[(String, String)]>,
}

/// One event that SES reports about a mail, such as a delivery or a bounce.
struct Report {
    /// The `eventType` of SES's event about the mail.
    kind: &'static str,
    /// The `detail-type` of SES's event about the mail.
    title: &'static str,
    /// The field of the event's `detail` that has the particulars of the event, such as `bounce`.
    field: &'static str,
    details: Value,
}

impl Report {
    fn new(kind: &'static str, title: &'static str, field: &'static str, details: Value) -> Self {
        Self { kind, title, field, details }
    }
}

impl AcceptedMail {
    /// The events about the mail, in order. The argument `id` makes the id of an event. The configuration set in
    /// `template.yaml` doesn't publish that SES accepted a mail, because the deliverer itself records that SES accepted
    /// the mail.
    pub(crate) fn events(&self, id: impl Fn() -> Uuid) -> Vec<Value> {
        let events = match simulated(&self.to).as_deref() {
            Some("bounce") => vec![self.bounce("General", "smtp; 550 5.1.1 user unknown")],
            Some("suppressionlist") => {
                let listed = "Amazon SES has suppressed sending to this address because it has a recent history of \
                              bouncing as an invalid address.";
                vec![self.bounce("Suppressed", listed)]
            }
            Some("complaint") => vec![self.delivery(), self.complaint()],
            _ => vec![self.delivery()],
        };
        events.into_iter().map(|report| self.event(&id(), &report)).collect()
    }

    fn delivery(&self) -> Report {
        let details = json!({
            "timestamp": self.at, "processingTimeMillis": 0, "recipients": [self.to],
            "smtpResponse": "250 2.6.0 Message received", "reportingMTA": "mta.example.com",
        });
        Report::new("Delivery", "Email Delivered", "delivery", details)
    }

    fn bounce(&self, sub_type: &str, code: &str) -> Report {
        let recipient = json!({
            "emailAddress": self.to, "action": "failed", "status": "5.1.1", "diagnosticCode": code,
        });
        let details = json!({
            "bounceType": "Permanent", "bounceSubType": sub_type, "bouncedRecipients": [recipient],
            "timestamp": self.at, "feedbackId": self.id, "reportingMTA": "dns; mta.example.com",
        });
        Report::new("Bounce", "Email Bounced", "bounce", details)
    }

    fn complaint(&self) -> Report {
        let details = json!({
            "complainedRecipients": [{ "emailAddress": self.to }], "complaintSubType": null,
            "complaintFeedbackType": "abuse", "timestamp": self.at, "feedbackId": self.id,
            "userAgent": "Amazon SES Mailbox Simulator", "arrivalDate": self.at,
        });
        Report::new("Complaint", "Email Complaint Received", "complaint", details)
    }

    fn event(&self, id: &Uuid, report: &Report) -> Value {
        json!({
            "version": "0",
            "id": id,
            "detail-type": report.title,
            "source": "aws.ses",
            "account": "123456789012",
            "time": self.at,
            "region": "us-east-1",
            "resources": ["arn:aws:ses:us-east-1:123456789012:configuration-set/local"],
            "detail": { "eventType": report.kind, "mail": self.mail(), report.field: report.details },
        })
    }

    fn mail(&self) -> Value {
        let mut tags: BTreeMap<&str, [&str; 1]> = BTreeMap::from([("ses:configuration-set", ["local"])]);
        tags.extend(self.tags.iter().map(|(name, value)| (name.as_str(), [value.as_str()])));
        json!({
            "timestamp": self.at,
            "source": &*self.from,
            "sendingAccountId": "123456789012",
            "messageId": self.id,
            "destination": [self.to],
            "headersTruncated": false,
            "headers": [],
            "commonHeaders": {
                "from": [&*self.from], "to": [self.to], "messageId": self.id, "subject": self.subject,
            },
            "tags": tags,
        })
    }
}

/// The mailbox of SES's simulator that the address belongs to, without the address's label: `bounce` for
/// `bounce+label@simulator.amazonses.com`.
fn simulated(address: &str) -> Option<String> {
    let address = address.to_ascii_lowercase();
    let (mailbox, domain) = address.rsplit_once('@')?;
    let name = mailbox.split('+').next().unwrap_or_default();
    (domain == "simulator.amazonses.com").then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(to: &str) -> Vec<String> {
        let mail = AcceptedMail {
            id: "1".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            from: "usher@example.com".into(),
            to: to.to_owned(),
            subject: "Hello".to_owned(),
            tags: [("record".to_owned(), "luI89ZCeEJuF".to_owned())].into(),
        };
        let events = mail.events(Uuid::nil);
        for event in &events {
            assert_eq!(event["detail"]["mail"]["tags"]["record"], json!(["luI89ZCeEJuF"]));
            assert_eq!(event["detail"]["mail"]["destination"], json!([to]));
        }
        events.iter().map(|event| event["detail"]["eventType"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn the_simulators_addresses_bounce_or_complain_with_and_without_a_label() {
        assert_eq!(kinds("bob@example.com"), ["Delivery"]);
        for label in ["", "+x", "+a+b"] {
            let to = |name: &str| format!("{name}{label}@simulator.amazonses.com");
            assert_eq!(kinds(&to("success")), ["Delivery"]);
            assert_eq!(kinds(&to("bounce")), ["Bounce"]);
            assert_eq!(kinds(&to("Complaint")), ["Delivery", "Complaint"]);
            assert_eq!(kinds(&to("suppressionlist")), ["Bounce"]);
        }
        assert_eq!(kinds("bounce@example.com"), ["Delivery"]);
    }
}
