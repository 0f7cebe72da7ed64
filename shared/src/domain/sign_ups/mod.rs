//! Sign-ups without an invitation: they wait until a one-time password verifies the address.

pub(super) mod sign_up;
