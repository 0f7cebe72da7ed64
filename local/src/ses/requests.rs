//! The requests of SES v2, with the fields that Usher uses.

use serde::Deserialize;
use shared::domain::EmailAddress;

use super::error::SesError;
use crate::inline_template::{InlineTemplate, TemplateData, parse_data};

/// The recipients of one mail.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Destination {
    #[serde(rename = "ToAddresses")]
    to: Vec<String>,
    #[serde(rename = "CcAddresses")]
    cc: Vec<String>,
    #[serde(rename = "BccAddresses")]
    bcc: Vec<String>,
}

impl Destination {
    /// The number of recipients of the mail.
    pub(super) fn count(&self) -> usize {
        self.to.len() + self.cc.len() + self.bcc.len()
    }

    /// The recipients' addresses without display names.
    ///
    /// # Errors
    /// If the recipients are wrong, the error is a message that says that the mail has no recipients, or which address
    /// is invalid.
    pub(super) fn addresses(&self) -> Result<Vec<&str>, String> {
        if self.count() == 0 {
            return Err("There are no recipients.".to_owned());
        }
        let all = self.to.iter().chain(&self.cc).chain(&self.bcc);
        all.map(|address| bare_address(address).ok_or_else(|| format!("Invalid address: {address}"))).collect()
    }
}

/// A name and a value that the sender attaches to a mail. SES repeats the name and the value in the mail's events.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    name: String,
    value: String,
}

impl From<Tag> for (String, String) {
    fn from(tag: Tag) -> Self {
        (tag.name, tag.value)
    }
}

/// An inline template with the data that all mails of a bulk call share.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TemplateContent {
    template_content: Option<InlineTemplate>,
    template_data: Option<String>,
}

impl TemplateContent {
    /// The template and its data.
    ///
    /// # Errors
    /// SES's `BadRequestException`, if the template is stored in SES or the data is not a JSON object.
    pub(super) fn inline(&self) -> Result<(&InlineTemplate, TemplateData), SesError> {
        let template = self.template_content.as_ref();
        let template = template.ok_or_else(|| SesError::bad_request("Only inline templates are supported here."))?;
        let data = parse_data(self.template_data.as_deref());
        Ok((template, data.ok_or_else(|| SesError::bad_request("Invalid template data."))?))
    }
}

/// The request body of `SendEmail` of SES v2.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendEmailRequest {
    pub(super) from_email_address: String,
    pub(super) destination: Destination,
    pub(super) content: EmailContent,
    #[serde(default)]
    pub(super) email_tags: Vec<Tag>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) enum EmailContent {
    Simple(SimpleContent),
    Template(TemplateContent),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SimpleContent {
    pub(super) subject: TextPart,
    pub(super) body: SimpleBody,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SimpleBody {
    pub(super) text: Option<TextPart>,
    pub(super) html: Option<TextPart>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TextPart {
    pub(super) data: String,
}

/// The request body of `SendBulkEmail` of SES v2.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendBulkEmailRequest {
    pub(super) from_email_address: String,
    pub(super) default_content: BulkContent,
    pub(super) bulk_email_entries: Vec<BulkEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BulkContent {
    pub(super) template: TemplateContent,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BulkEntry {
    pub(super) destination: Destination,
    #[serde(default)]
    pub(super) replacement_email_content: ReplacementContent,
    #[serde(default)]
    pub(super) replacement_tags: Vec<Tag>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct ReplacementContent {
    pub(super) replacement_template: ReplacementTemplate,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct ReplacementTemplate {
    pub(super) replacement_template_data: Option<String>,
}

/// The address in `address` or in `Name <address>`. SES accepts only ASCII: domains in Punycode, and no SMTPUTF8.
pub(super) fn bare_address(address: &str) -> Option<&str> {
    let bare = match address.rsplit_once('<') {
        Some((_, rest)) => rest.strip_suffix('>')?,
        None => address,
    };
    (bare.is_ascii() && bare.parse::<EmailAddress>().is_ok()).then_some(bare)
}
