//! Our own surface: JSON in camelCase, problem details, and the pages behind mailed links.

pub(crate) mod accept_invitation;
pub(crate) mod errors;
pub(crate) mod invitation;
pub(crate) mod invite_users;
pub(crate) mod mail_templates;
pub(crate) mod public_keys;
pub(crate) mod register;
