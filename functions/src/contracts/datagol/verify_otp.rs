//! POST /idp/api/v1/user/signUp/verifyEmailOtp.

use shared::{Usher, domain::EmailAddress};

use super::MessageBody;
use crate::vocabulary::{HandlerResult, Incoming, address, fields, ok, required, text};

fields! {
    /// The address that signed up, and the one-time password from the mail.
    struct VerifyOtpBody {
        email: EmailAddress = required("email", address("")),
        otp: String = required("otp", text("Six digits.").example("123456")),
    }
}

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let VerifyOtpBody { email, otp } = incoming.body()?;
    usher.verify_otp(&email, otp.trim()).await?;
    Ok(ok(&MessageBody { message: "The account is active." }))
}

pub(crate) mod describe {
    use super::{MessageBody, VerifyOtpBody};
    use crate::vocabulary::{Description, Refusal, describe};

    pub(crate) fn handle() -> Description {
        describe("Activates a registered person by the mailed one-time password.")
            .open()
            .body::<VerifyOtpBody>()
            .answers::<MessageBody>()
            .refuses([Refusal::Conflict, Refusal::TooMany])
    }
}
