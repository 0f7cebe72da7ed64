//! The mails that people receive in the tests.

use serde_json::Value;

use crate::{Endpoint, eventually};

/// A mail of a test, as the recipient sees the mail.
#[derive(Debug, Clone)]
pub struct ReceivedMail {
    /// The sender of the mail.
    pub from: String,
    /// The subject of the mail.
    pub subject: String,
    /// The text part of the mail.
    pub text: String,
    /// The HTML part of the mail.
    pub html: String,
}

impl ReceivedMail {
    /// The link in the mail's text part, as a person would copy the link.
    pub fn link(&self) -> String {
        let link = self.text.split_whitespace().find(|word| word.starts_with("http") && word.contains("hash="));
        link.expect("the mail has a link").to_owned()
    }

    /// The hash in the mail's link.
    pub fn hash(&self) -> String {
        let link = self.link();
        let (_, rest) = link.split_once("hash=").expect("the link has a hash");
        rest.split('&').next().unwrap_or_default().to_owned()
    }

    /// The one-time password in the mail: the six digits that are alone on a line of the text part.
    pub fn code(&self) -> String {
        let code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
        self.text.lines().map(str::trim).find(code).expect("the mail has a code").to_owned()
    }

    /// Reads one mail from a list of mails. The local stack and ministack have different names for the text part and
    /// the HTML part.
    fn listed(message: &Value, text_part: &Value, html_part: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (from, subject) = (text(&message["Source"]), text(&message["Subject"]));
        Self { from, subject, text: text(text_part), html: text(html_part) }
    }
}

impl Endpoint {
    /// The mails that an address has received so far. The oldest mail comes first in the list.
    pub async fn mails(&self, address: &str) -> Vec<ReceivedMail> {
        if let Some(ministack) = self.ministack() {
            return self.mails_at(ministack, address).await;
        }
        let request = self.request("GET", "/_aws/ses").query(&[("email", address)]);
        let listed = self.read(request).await.expect(200).json();
        let listed = listed["messages"].as_array().cloned().unwrap_or_default();
        let theirs = listed.iter().filter(|message| is_address(&message["Destination"]["ToAddresses"][0], address));
        let mail = |message: &Value| {
            ReceivedMail::listed(message, &message["Body"]["text_part"], &message["Body"]["html_part"])
        };
        theirs.map(mail).collect()
    }

    async fn mails_at(&self, ministack: &str, address: &str) -> Vec<ReceivedMail> {
        let request = self.request_to(&format!("{ministack}/_ministack/ses/messages"));
        let listed = self.read(request).await.expect(200).json();
        let accounts = listed["messages"].as_object().cloned().unwrap_or_default();
        let listed = accounts.values().filter_map(Value::as_array).flatten();
        let theirs = listed.filter(|message| is_address(&message["To"][0], address));
        theirs.map(|message| ReceivedMail::listed(message, &message["BodyText"], &message["BodyHtml"])).collect()
    }

    /// The newest mail that an address has received. The test waits until the address has received `count` mails.
    pub async fn mail(&self, address: &str, count: usize) -> ReceivedMail {
        eventually(&format!("mail number {count} for {address}"), async || {
            let mut mails = self.mails(address).await;
            if mails.len() >= count { mails.pop() } else { None }
        })
        .await
    }

    /// The recipients of all mails so far. The recipient of the oldest mail comes first in the list.
    pub async fn recipients(&self) -> Vec<String> {
        let mails = self.send("GET", "/_aws/ses", None, None).await.expect(200).json();
        let mails = mails["messages"].as_array().cloned().unwrap_or_default();
        let to = |mail: &Value| mail["Destination"]["ToAddresses"][0].as_str().unwrap_or_default().to_owned();
        mails.iter().map(to).collect()
    }

    /// Waits until SES has accepted the given number of mails in all.
    pub async fn wait_for_mails(&self, count: u64) {
        eventually(&format!("{count} mails"), async || {
            let account = self.send("GET", "/v2/email/account", None, None).await.expect(200).json();
            (account["SendQuota"]["SentLast24Hours"].as_u64() >= Some(count)).then_some(())
        })
        .await;
    }
}

fn is_address(value: &Value, address: &str) -> bool {
    value.as_str().is_some_and(|one| one.eq_ignore_ascii_case(address))
}
