//! The operations: the use cases of Usher, and all authorization.
//!
//! Each concept has a folder of operations, and each use case has a file with its request type, its result type and its
//! method on [`Usher`]. The small use cases that manage one entity share a file, named `manage_…`.
//!
//! An operation on behalf of a user takes an authenticated [`Caller`]. The operation first reads the caller's access to
//! the company, the workspace or the groups, and so decides whether the caller may proceed:
//!
//! | access | decides | file |
//! |---|---|---|
//! | [`CompanyAccess`] | what the caller may do in the caller's own company | `companies/company_access.rs` |
//! | [`WorkspaceAccess`] | what the caller may do in a workspace | `workspaces/workspace_access.rs` |
//! | [`GroupAccess`] | what the caller may do in the groups of a workspace | `groups/group_access.rs` |

mod accounts;
mod audit;
mod companies;
mod cursor;
mod events;
mod groups;
mod idempotency;
mod invitations;
mod limits;
mod log;
mod mail;
mod mail_domains;
mod members;
mod metrics;
mod service_accounts;
mod sign_ups;
mod workspaces;

pub use crate::store::StreamBatch;
pub use accounts::caller::Caller;
pub use accounts::credentials::LoginIdentifier;
pub use accounts::get_profile::{OwnProfile, WorkspaceRole};
pub use accounts::log_in::{LogIn, LoggedIn};
pub use audit::list_audit::AuditEntry;
pub use companies::company_access::CompanyAccess;
pub use companies::list_people::CompanyPerson;
pub use cursor::{CursorPage, PageRequest};
pub use events::publish_changes::TableChange;
pub use groups::create_group::NewGroup;
pub use groups::group_access::GroupAccess;
pub use groups::list_groups::GroupNode;
pub use idempotency::begin_run::IdempotencyRequest;
pub use invitations::accept_invitation::AcceptedInvitation;
pub use invitations::invite_users::{
    EntryMethod, InviteResults, InviteRow, InviteTo, InviteUsers, InviteeOptions, LetterOptions, RejectWhole,
    ResultDetail, RowResult,
};
pub use invitations::list_invitations::{Invitation, InvitationFilter};
pub use invitations::sign_up_by_invitation::{SignUpByInvitation, SignedUp};
pub use invitations::view_invitation::InvitationView;
pub use limits::authenticate_metered::MeteredCaller;
pub use limits::count_request::RateLimitStatus;
pub use mail::deliver_outbox_item::{DeliveryOutcome, MAIL_TIME_BUDGET};
pub(crate) use mail::known_reservation::KnownReservation;
pub use mail::mail_users::{MailRecipient, MailUsers};
pub use mail::manage_mail_templates::NewMailTemplate;
pub use mail::sweep_outbox::SweepResult;
pub use mail_domains::manage_domain_rules::NewDomainRule;
pub use members::list_members::MemberFilter;
pub use members::workspace_users::NewWorkspaceUser;
pub use metrics::COUNTED;
pub use service_accounts::issue_client_token::ClientToken;
pub use service_accounts::manage_service_accounts::{IssuedToken, NewServiceAccount};
pub use sign_ups::begin_sign_up::BeginSignUp;
pub use workspaces::create_workspace::NewWorkspace;
pub use workspaces::set_access::SetAccess;
pub use workspaces::workspace_access::WorkspaceAccess;
pub use workspaces::workspace_reference::WorkspaceReference;
pub use workspaces::workspace_with_lists::{
    NewAccess, NewWorkspaceWithPeople, NumberedPage, WorkspaceLists, WorkspaceWithLists,
};

#[expect(unused_imports, reason = "the documentation links to it")]
use crate::Usher;
