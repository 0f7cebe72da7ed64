//! POST /idp/api/v1/user/signUp/resendEmailOtp: the same answer for any address.

use shared::Usher;

use super::{Said, address, ok};
use crate::{incoming::Incoming, routes::Answer};

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> Answer {
    let body = incoming.json()?;
    usher.resend_otp(address(&body, "email")?).await?;
    Ok(ok(&Said { message: "If a sign-up waits for this address, its code is on the way." }))
}

pub(crate) mod describe {
    use super::Said;
    use crate::openapi::{Description, Refusal, address, describe, object, required};

    pub(crate) fn handle() -> Description {
        describe("Mails the one-time password again; the answer is alike for any address.")
            .open()
            .takes(object([required("email", address(""))]))
            .answers::<Said>()
            .refuses([Refusal::TooMany])
    }
}
