//! POST /idp/api/v1/user/signUp/verifyEmailOtp.

use shared::Usher;

use super::{Said, address, ok, required};
use crate::{incoming::Incoming, routes::Answer};

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> Answer {
    let body = incoming.json()?;
    let address = address(&body, "email")?;
    usher.verify_otp(&address, required(&body, "otp")?.trim()).await?;
    Ok(ok(&Said { message: "The account is active." }))
}

pub(crate) mod describe {
    use super::Said;
    use crate::openapi::{Description, Refusal, address, describe, object, required, text};

    pub(crate) fn handle() -> Description {
        describe("Activates a registered person by the mailed one-time password.")
            .open()
            .takes(object([required("email", address("")), required("otp", text("Six digits.").example("123456"))]))
            .answers::<Said>()
            .refuses([Refusal::Conflict, Refusal::TooMany])
    }
}
