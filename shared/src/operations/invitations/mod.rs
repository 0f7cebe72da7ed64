//! The use cases of invitations: inviting, listing, resending and revoking for managers; viewing, accepting, declining
//! and asking for a renewal for invited people.

pub(super) mod accept_invitation;
pub(super) mod decline_invitation;
pub(super) mod default_name;
pub(super) mod follow_link;
pub(super) mod invite_users;
pub(super) mod list_invitations;
pub(super) mod refusals;
pub(super) mod renew_invitation;
pub(super) mod renewals;
pub(super) mod resend_invitation;
pub(super) mod revoke_invitation;
pub(super) mod sign_up_by_invitation;
pub(super) mod view_invitation;
