//! POST /idp/api/v1/user/signUp/verifyEmailOtp.

use serde_json::json;
use shared::Usher;

use super::{address, ok, required};
use crate::{incoming::Incoming, routes::Answer};

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> Answer {
    let body = incoming.json()?;
    let address = address(&body, "email")?;
    usher.verify_otp(&address, required(&body, "otp")?.trim()).await?;
    Ok(ok(&json!({ "message": "The account is active." })))
}
