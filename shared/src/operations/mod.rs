//! The use cases. All authority is decided here, and nowhere else.
//!
//! An operation that needs somebody takes a [`Caller`], who was authenticated, and begins by asking for the standing it
//! needs: [`Usher::company_access`] or [`Usher::workspace_access`].

mod accounts;
mod audit;
mod companies;
mod cursor;
mod events;
mod groups;
mod invitations;
mod limits;
mod log;
mod mail;
mod mail_domains;
mod members;
mod service_accounts;
mod sign_ups;
mod workspaces;

pub use crate::store::StreamBatch;
pub use accounts::authenticate::{Caller, CompanyAccess, WorkspaceAccess};
pub use accounts::get_profile::{OwnProfile, WorkspaceRole};
pub use accounts::log_in::{LogIn, LoggedIn, LoginName};
pub use audit::list_audit::AuditEntry;
pub use companies::list_people::ListedPerson;
pub use cursor::{PageRequest, Paged};
pub use events::publish_changes::TableChange;
pub use groups::group_access::GroupAccess;
pub use groups::manage_groups::{NewGroup, PlacedGroup};
pub use invitations::accept_invitation::AcceptedInvitation;
pub use invitations::invite_users::{
    Access, IdempotencyRequest, InviteRow, InviteTo, InviteUsers, Invited, InviteeOptions, LetterOptions, RejectWhole,
    ResultDetail, RowResult,
};
pub use invitations::list_invitations::{Invitation, InvitationFilter};
pub use invitations::sign_up_by_invitation::{SignUpByInvitation, SignedUp};
pub use invitations::view_invitation::InvitationView;
pub use limits::authenticate_metered::MeteredCaller;
pub use limits::rate_limit_status::RateLimitStatus;
pub use mail::deliver_mail::{BUDGET, Delivered};
pub use mail::mail_templates::NewTemplate;
pub use mail::mail_users::MailRecipient;
pub use mail_domains::workspace_domains::NewDomain;
pub use members::list_members::MemberFilter;
pub use members::workspace_users::NewWorkspaceUser;
pub use service_accounts::issue_client_token::ClientToken;
pub use service_accounts::manage_service_accounts::{NewServiceAccount, NewToken};
pub use sign_ups::sign_up::BeginSignUp;
pub use workspaces::create_workspace::NewWorkspace;
pub use workspaces::set_access::SetAccess;
pub use workspaces::workspace_reference::WorkspaceReference;
pub use workspaces::workspace_with_lists::{
    NewAccess, NewWorkspaceWithPeople, NumberedPage, WorkspaceLists, WorkspaceWithLists,
};

#[expect(unused_imports, reason = "the documentation links to it")]
use crate::Usher;
