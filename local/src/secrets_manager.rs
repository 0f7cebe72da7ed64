//! Secrets Manager's `GetSecretValue` for the stack's two secrets
//! (<https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>).

use std::path::PathBuf;

use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, header::CONTENT_TYPE};
use serde::Deserialize;
use serde_json::json;

use crate::aws_response::error;

/// The beginning of the secrets' ARNs. Secrets Manager adds six characters to a secret's name.
const ARN_PREFIX: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:";
const ARN_SUFFIX: &str = "-Local1";

/// The files of the local stack's two secrets.
#[derive(Debug, Clone)]
pub(crate) struct SecretsManager {
    pub(crate) link: PathBuf,
    pub(crate) token: PathBuf,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetSecretValue {
    secret_id: String,
    version_stage: Option<String>,
}

impl SecretsManager {
    /// Answers a call of the given operation of Secrets Manager.
    pub(crate) fn call(&self, operation: &str, body: &[u8]) -> Response {
        if operation != "GetSecretValue" {
            return refusal("UnknownOperationException", "Only GetSecretValue is supported here.");
        }
        let Ok(request) = serde_json::from_slice::<GetSecretValue>(body) else {
            return refusal("InvalidParameterException", "The request needs a SecretId.");
        };
        if let Some(stage) = request.version_stage.filter(|stage| stage != "AWSCURRENT") {
            let message = format!("Secrets Manager can't find the specified secret value for staging label: {stage}");
            return refusal("ResourceNotFoundException", &message);
        }
        let Some((name, file)) = self.find(&request.secret_id) else {
            let message = "Secrets Manager can't find the specified secret. Its name must begin with link or token.";
            return refusal("ResourceNotFoundException", message);
        };
        match std::fs::read_to_string(file) {
            Ok(secret) => {
                let body = json!({
                    "ARN": format!("{ARN_PREFIX}{name}{ARN_SUFFIX}"),
                    "Name": name,
                    "SecretString": secret,
                    "VersionId": "00000000-0000-0000-0000-000000000001",
                    "VersionStages": ["AWSCURRENT"],
                });
                ([(CONTENT_TYPE, "application/x-amz-json-1.1")], body.to_string()).into_response()
            }
            Err(reason) => {
                tracing::error!(%reason, name, "the secret's file can't be read");
                error(StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceError", "The secret's file can't be read.")
            }
        }
    }

    /// The secret with this name or ARN. Deployments choose the names of the secrets (`LinkSecret`,
    /// `usher/link-secret`), so the beginning of the name's last part decides which secret is meant.
    fn find(&self, id: &str) -> Option<(&'static str, &PathBuf)> {
        let name = id.rsplit(':').next().unwrap_or_default();
        let last_part = name.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        if last_part.starts_with("link") {
            Some(("link-secret", &self.link))
        } else if last_part.starts_with("token") {
            Some(("token-secret", &self.token))
        } else {
            None
        }
    }
}

fn refusal(name: &'static str, message: &str) -> Response {
    error(StatusCode::BAD_REQUEST, name, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_by_name_and_by_every_form_of_arn() {
        let secrets = SecretsManager { link: "link".into(), token: "token".into() };
        for (id, found) in [
            ("link-secret", Some("link-secret")),
            ("LinkSecret", Some("link-secret")),
            ("usher/prod/link-secret", Some("link-secret")),
            ("LinkSecret-a1b2C3d4E5f6", Some("link-secret")),
            ("arn:aws:secretsmanager:us-east-1:123456789012:secret:link-secret", Some("link-secret")),
            ("arn:aws:secretsmanager:eu-central-1:123456789012:secret:usher/token-AbCdEf", Some("token-secret")),
            ("TokenSecret", Some("token-secret")),
            ("password", None),
            ("", None),
        ] {
            assert_eq!(secrets.find(id).map(|(name, _)| name), found, "{id}");
        }
    }
}
