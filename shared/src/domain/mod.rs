//! The domain: entities, identities and decisions, with one folder per concept.
//!
//! All code of the domain is pure: it has no async code, and it reads neither the clock nor the store. A type that
//! comes from a request has one constructor, which parses and validates, so a value of the type is always valid. The
//! files beside the folders of the domain hold what all concepts share: ids (`ids`), the workspace or company of a
//! record (`scope`), names and messages that people write (`text`), and the sources of time (`clock`) and randomness
//! (`random`).

mod accounts;
mod audit;
mod clock;
mod companies;
mod events;
mod groups;
mod idempotency;
mod ids;
mod invitations;
mod limits;
mod mail;
mod mail_domains;
mod members;
mod random;
mod scope;
mod service_accounts;
mod sign_ups;
mod text;
mod workspaces;

pub use accounts::email_address::{EmailAddress, InvalidAddress};
pub use accounts::identifier::{Identifier, InvalidCode, UserCode};
pub use accounts::identity::{AccountsOfAddress, Identity};
pub use accounts::password::{Password, WeakPassword};
pub use accounts::password_hash::{HashingMemory, PasswordHash};
pub use accounts::profile::{Profile, ProfileKind, ProfileStatus, UserIds};
pub use audit::act::Act;
pub use clock::{Clock, SystemClock, TestClock};
pub use companies::company::Company;
pub use events::domain_event::{DomainEvent, domain_events_between};
pub use groups::display_id::{DisplayId, InvalidDisplayId};
pub use groups::group::Group;
pub use groups::group_path::{GroupPath, GroupRef, InvalidPath};
pub use idempotency::idempotency_key::{IdempotencyKey, InvalidIdempotencyKey};
pub use ids::{
    BatchId, CompanyId, GroupId, InvalidId, InvitationHash, PersonId, ShortId, TemplateId, UserId, WorkspaceId,
    person_id,
};
pub use invitations::decisions::{
    accept::{Acceptance, InvitationDead, accept, may_admit},
    add_guest::{GuestAccount, add_guest},
    change_groups::change_groups,
    change_role::{AdminCount, ManageRefusal, Manager, change_role, may_change_role},
    decline::decline,
    end::{DeletedAccountLeaves, end, end_with_account, may_manage_invitation, revoke},
    invite::{Entry, InviteDecision, InviteEffect, InviteOffer, InviteRefusal, InviteTerms, InviterRights, invite},
    resend::{may_resend, resend},
};
pub use invitations::metadata::{InvalidMetadata, Metadata};
pub use invitations::person::{InvitationStatus, MembershipState, Person, RecordStatus};
pub use invitations::row_outcome::{InvalidLifetime, Lifetime, RowOutcome, RowReason};
pub use invitations::transition::Transition;
pub use limits::cooldown::Cooldown;
pub use limits::rate_limit::RateLimit;
pub use mail::batch::Batch;
pub use mail::delivery::{DeliveryEvent, DeliveryState, DeliveryStep};
pub use mail::mail_kind::MailKind;
pub use mail::mail_sender::MailSender;
pub use mail::mail_template::{InvalidTemplate, MailTemplate, Placeholder};
pub use mail::mailed_record::MailedRecord;
pub use mail::sending_time::{SendingTime, SendingTurn};
pub use mail::stored_template::StoredTemplate;
pub use mail::suppression::{Suppression, SuppressionReason};
pub use mail_domains::domain_rule::DomainRule;
pub use mail_domains::mail_domain::{InvalidDomain, MailDomain};
pub use members::caller_standing::CallerStanding;
pub use members::exclusivity::may_belong;
pub use members::membership::Membership;
pub use members::role::{Permission, Role};
pub use random::{Random, SystemRandom};
pub use scope::Scope;
pub use service_accounts::service_account::{OpaqueToken, ServiceAccount};
pub use sign_ups::sign_up::SignUp;
pub(crate) use text::is_line_break;
pub use text::{InvalidText, Message, PersonName, Title};
pub use workspaces::workspace::{Workspace, WorkspaceChange};
