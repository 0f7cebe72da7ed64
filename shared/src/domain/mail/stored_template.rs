//! [`StoredTemplate`]: a company's mail template with its id and name.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{MailTemplate, TemplateId, Title};

/// A mail template of a company, with its id and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTemplate {
    /// The template's id.
    pub id: TemplateId,
    /// The name by which the company's administrators recognise the template.
    pub name: Title,
    /// The content of the mail template.
    pub template: MailTemplate,
    /// When the template was created.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created_at: Timestamp,
    /// When the template was last replaced.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub updated_at: Timestamp,
}

impl StoredTemplate {
    /// The largest number of templates of one company.
    pub const MAX_PER_COMPANY: u32 = 50;
}
