//! Sign-ups without an invitation: starting one, mailing its one-time password again, and verifying the address.

pub(super) mod begin_sign_up;
pub(super) mod resend_otp;
pub(super) mod verify_otp;
