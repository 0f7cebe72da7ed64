//! Sign-ups without an invitation: starting a sign-up, mailing the sign-up's one-time password again, and verifying the
//! address.

pub(super) mod begin_sign_up;
pub(super) mod resend_otp;
pub(super) mod verify_otp;
