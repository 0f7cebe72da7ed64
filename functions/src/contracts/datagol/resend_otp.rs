//! POST /idp/api/v1/user/signUp/resendEmailOtp. The response to the request for another one-time password is the same
//! for any address, whether or not the address signed up.

use shared::{Usher, domain::EmailAddress};

use super::MessageBody;
use crate::vocabulary::{HandlerResult, Incoming, address, fields, ok, required};

fields! {
    /// The address that signed up and needs another one-time password.
    struct ResendOtpBody {
        email: EmailAddress = required("email", address("")),
    }
}

pub(crate) async fn handle(usher: &Usher, incoming: &Incoming) -> HandlerResult {
    let ResendOtpBody { email } = incoming.body()?;
    usher.resend_otp(email).await?;
    Ok(ok(&MessageBody { message: "If a sign-up waits for this address, its code is on the way." }))
}

pub(crate) mod describe {
    use super::{MessageBody, ResendOtpBody};
    use crate::vocabulary::{Description, Refusal, describe};

    pub(crate) fn handle() -> Description {
        describe("Mails the one-time password again. The response is the same for any address.")
            .open()
            .body::<ResendOtpBody>()
            .answers::<MessageBody>()
            .refuses([Refusal::TooMany])
    }
}
