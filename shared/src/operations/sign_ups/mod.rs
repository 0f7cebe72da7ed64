//! Sign-ups.

pub(super) mod sign_up;
pub(super) mod verify_otp;
