//! The use cases. All authority is decided here, and nowhere else.
//!
//! An operation that needs somebody takes a [`Caller`], who was authenticated, and begins by asking for the standing it
//! needs: [`Usher::in_company`] or [`Usher::in_workspace`].

mod accept_invitation;
mod authenticate;
mod create_workspace;
mod deliver_mail;
mod get_profile;
mod hashing;
mod invite_users;
mod issue_client_token;
mod join;
mod list_members;
mod list_people;
mod list_roles;
mod list_workspaces;
mod log;
mod log_in;
mod public_keys;
mod service_accounts;
mod sign_up;
mod verify_otp;
mod view_invitation;

pub use accept_invitation::Joined;
pub use authenticate::{Caller, InCompany, InWorkspace};
pub use create_workspace::NewWorkspace;
pub use deliver_mail::{BUDGET, Delivered};
pub use get_profile::{OwnProfile, WorkspaceRole};
pub use invite_users::{InviteTo, InviteUsers, Invited, Invitee, Outcome, RowResult};
pub use issue_client_token::ClientToken;
pub use join::{Join, JoinedCompany};
pub use list_people::Listed;
pub use log_in::LoggedIn;
pub use service_accounts::{NewServiceAccount, NewToken};
pub use sign_up::BeginSignUp;
pub use view_invitation::{InvitationView, OpenInvitation};

#[expect(unused_imports, reason = "the documentation links to it")]
use crate::Usher;
