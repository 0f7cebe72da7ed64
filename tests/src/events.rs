//! The events that the service publishes, and the events that SES sends to the service.

use serde_json::{Value, json};

use crate::{Endpoint, eventually};

impl Endpoint {
    /// The events about an address that the service has published so far. Each event is given by its name and its
    /// detail.
    pub async fn events_about(&self, email: &str) -> Vec<(String, Value)> {
        let events = self.send("GET", "/_local/events", None, None).await.expect(200).json();
        let events = events["events"].as_array().cloned().unwrap_or_default();
        let about = |event: &&Value| {
            let detail = &event["detail"];
            [&detail["invitation"]["email"], &detail["member"]["email"]].iter().any(|address| **address == email)
        };
        let name = |event: &Value| event["detail-type"].as_str().unwrap_or_default().to_owned();
        events.iter().filter(about).map(|event| (name(event), event["detail"].clone())).collect()
    }

    /// The detail of the newest event with the given name about an address. The test waits until `count` events of this
    /// name are published.
    pub async fn event_about(&self, email: &str, name: &str, count: usize) -> Value {
        eventually(&format!("event {name} number {count} about {email}"), async || {
            let events = self.events_about(email).await.into_iter();
            let mut details: Vec<_> = events.filter(|(kind, _)| kind == name).map(|(_, detail)| detail).collect();
            if details.len() >= count { details.pop() } else { None }
        })
        .await
    }

    /// Sends the service an event of SES about the mail with the given tags to an address. The event's time is the
    /// given number of seconds after the time of the local stack's clock. Returns whether the service recorded the
    /// event.
    pub async fn send_ses_event(&self, kind: &str, seconds: i64, email: &str, tags: &Value) -> bool {
        let at = self.now().await + jiff::SignedDuration::from_secs(seconds);
        let (event_type, name, what) = match kind {
            "hard bounce" | "soft bounce" => {
                let (kind, sub) =
                    if kind == "hard bounce" { ("Permanent", "General") } else { ("Transient", "MailboxFull") };
                (
                    "Bounce",
                    "bounce",
                    json!({
                        "bounceType": kind, "bounceSubType": sub, "timestamp": at,
                        "bouncedRecipients": [{ "emailAddress": email, "status": "5.1.1" }],
                    }),
                )
            }
            "complaint" => ("Complaint", "complaint", json!({ "timestamp": at, "complaintFeedbackType": "abuse" })),
            "delay" => ("DeliveryDelay", "deliveryDelay", json!({ "timestamp": at, "delayType": "MailboxFull" })),
            "delivery" => ("Delivery", "delivery", json!({ "timestamp": at })),
            "reject" => ("Reject", "reject", json!({ "reason": "Bad content" })),
            _ => ("Send", "send", json!({})),
        };
        let event = json!({
            "source": "aws.ses",
            "detail": {
                "eventType": event_type,
                "mail": { "timestamp": at, "destination": [email], "tags": tags },
                name: what,
            },
        });
        let path = "/2015-03-31/functions/record-mail-events/invocations";
        self.post_open(path, event).await.expect(200).json()["recorded"] == true
    }
}

/// The tags that SES has for the mail of an invitation to a workspace.
pub fn mail_tags(workspace: &str, invitation: &str, version: u32) -> Value {
    json!({ "scope": [format!("W-{workspace}")], "record": [invitation], "version": [version.to_string()] })
}
