//! Tests of the routes below `/idp/api/v1/user`.

mod login;
mod profile;
mod resend_email_otp;
mod sign_up;
mod verify_email_otp;
