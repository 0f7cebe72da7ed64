//! POST /idp/api/v1/user/signUp/resendEmailOtp: the same answer for any address.

use serde_json::json;
use shared::Usher;

use super::{address, ok};
use crate::{incoming::Incoming, routes::Answer};

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> Answer {
    let body = incoming.json()?;
    usher.resend_otp(address(&body, "email")?).await?;
    Ok(ok(&json!({ "message": "If a sign-up waits for this address, its code is on the way." })))
}
