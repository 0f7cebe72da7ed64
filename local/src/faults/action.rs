//! The actions: the AWS calls that the local stack counts and to which faults can happen.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// An operation of DynamoDB, EventBridge or SES that the functions may call, as IAM names it: `dynamodb:PutItem`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(crate) struct Action(pub(super) &'static str);

impl Action {
    pub(crate) const SEND_BULK_EMAIL: Self = Self("ses:SendBulkEmail");
    pub(crate) const SEND_EMAIL: Self = Self("ses:SendEmail");

    /// Every AWS action that the local stack counts and to which faults can happen.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        [
            "dynamodb:BatchGetItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:TransactGetItems",
            "dynamodb:TransactWriteItems",
            "dynamodb:UpdateItem",
            "events:PutEvents",
            "ses:GetAccount",
            "ses:GetEmailIdentity",
            "ses:SendBulkEmail",
            "ses:SendEmail",
        ]
        .into_iter()
        .map(Self)
    }

    pub(crate) fn named(service: &str, operation: &str) -> Option<Self> {
        Self::all().find(|action| action.0.split_once(':') == Some((service, operation)))
    }

    /// The name of the action's operation, if the action belongs to the given AWS service.
    #[cfg(test)]
    pub(crate) fn operation_of(self, service: &str) -> Option<&'static str> {
        self.0.strip_prefix(service)?.strip_prefix(':')
    }

    /// The path of the action in the HTTP API of SES v2.
    pub(crate) fn ses_route(self) -> Option<&'static str> {
        match self.0 {
            "ses:GetAccount" => Some("/v2/email/account"),
            "ses:SendBulkEmail" => Some("/v2/email/outbound-bulk-emails"),
            "ses:SendEmail" => Some("/v2/email/outbound-emails"),
            _ => None,
        }
    }

    /// Whether SES v2 routes this path to the action. The path of an identity ends with the identity's name.
    pub(crate) fn has_ses_path(self, path: &str) -> bool {
        match self.0 {
            "ses:GetEmailIdentity" => path.contains("/v2/email/identities/"),
            _ => self.ses_route().is_some_and(|route| path.ends_with(route)),
        }
    }

    pub(super) fn is_ses(self) -> bool {
        self.0.starts_with("ses:")
    }

    pub(super) fn is_events(self) -> bool {
        self.0.starts_with("events:")
    }

    /// Whether the action is a call of DynamoDB.
    pub(crate) fn is_dynamodb(self) -> bool {
        self.0.starts_with("dynamodb:")
    }

    /// Whether the action is a call of DynamoDB that only reads.
    pub(crate) fn is_read(self) -> bool {
        self.is_dynamodb() && ["Get", "Query", "Scan"].iter().any(|verb| self.0.contains(verb))
    }

    pub(crate) fn is_transaction(self) -> bool {
        self.0.contains(":Transact")
    }
}

impl<'de> Deserialize<'de> for Action {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::all().find(|action| action.0 == name).ok_or_else(|| {
            let known: Vec<_> = Self::all().map(|action| action.0).collect();
            D::Error::custom(format!("unknown action {name:?}, expected one of {}", known.join(", ")))
        })
    }
}
