//! A company's mail template, as it is stored.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{MailTemplate, TemplateId, Title};

/// A company has no more than these.
pub const MAX_TEMPLATES: u32 = 50;

/// A stored mail template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTemplate {
    /// Its id.
    pub id: TemplateId,
    /// What it is called among the others.
    pub name: Title,
    /// What it says.
    pub template: MailTemplate,
    /// When it was first stored.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub created_at: Timestamp,
    /// When it was last replaced.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub updated_at: Timestamp,
}
