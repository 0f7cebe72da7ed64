//! Sign-ups without an invitation: a sign-up waits until a one-time password verifies the person's address.

pub(super) mod sign_up;
