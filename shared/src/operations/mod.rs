//! The use cases. All authority is decided here, and nowhere else.
//!
//! An operation that needs somebody takes a [`Caller`], who was authenticated, and begins by asking for the standing it
//! needs: [`Usher::in_company`] or [`Usher::in_workspace`].

mod accept_invitation;
mod authenticate;
mod change_member;
mod change_password;
mod change_workspace;
mod confirm_registration;
mod create_workspace;
mod cursor;
mod decline_invitation;
mod deliver_letter;
mod deliver_mail;
mod get_profile;
mod groups;
mod hashing;
mod in_group;
mod invite_users;
mod issue_client_token;
mod join;
mod list_audit;
mod list_invitations;
mod list_members;
mod list_people;
mod list_roles;
mod list_workspaces;
mod log;
mod log_in;
mod mail_templates;
mod mail_users;
mod meter;
mod public_keys;
mod publish_changes;
mod record_mail_event;
mod remove_member;
mod renew_invitation;
mod renewals;
mod resend_invitation;
mod revoke_invitation;
mod select_workspace;
mod service_accounts;
mod set_access;
mod sign_up;
mod verify_otp;
mod view_invitation;
mod workspace_domains;

pub use accept_invitation::Joined;
pub use authenticate::{Caller, InCompany, InWorkspace};
pub use create_workspace::NewWorkspace;
pub use cursor::{PageWish, Paged};
pub use deliver_mail::{BUDGET, Delivered};
pub use get_profile::{OwnProfile, WorkspaceRole};
pub use groups::{NewGroup, PlacedGroup};
pub use in_group::InGroups;
pub use invite_users::{
    Access, InviteTo, InviteUsers, Invited, Invitee, OwnLetter, Personal, RefusedBy, RequestName, RowResult, Tells,
};
pub use issue_client_token::ClientToken;
pub use join::{Join, JoinedCompany};
pub use list_audit::Audited;
pub use list_invitations::{Invitation, InvitationFilter};
pub use list_members::MemberFilter;
pub use list_people::Listed;
pub use log_in::{LogIn, LogInAs, LoggedIn};
pub use mail_templates::NewTemplate;
pub use mail_users::Addressee;
pub use meter::Meter;
pub use publish_changes::TableChange;
pub use service_accounts::{NewServiceAccount, NewToken};
pub use set_access::SetAccess;
pub use sign_up::BeginSignUp;
pub use view_invitation::{InvitationView, OpenInvitation};
pub use workspace_domains::NewDomain;

#[expect(unused_imports, reason = "the documentation links to it")]
use crate::Usher;
