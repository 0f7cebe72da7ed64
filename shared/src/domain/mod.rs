//! The words of the field: pure values, parsed once and valid ever after.

mod accounts;
mod clock;
mod events;
mod groups;
mod idempotency;
mod ids;
mod invitations;
mod mail;
mod mail_domains;
mod members;
mod random;
mod text;

pub use accounts::email_address::{EmailAddress, InvalidAddress};
pub use accounts::identifier::{Identifier, InvalidCode, UserCode};
pub use accounts::password::{HashingMemory, Password, PasswordHash, WeakPassword};
pub use clock::{Clock, SystemClock, TestClock};
pub use events::domain_event::{DomainEvent, domain_events_of};
pub use groups::group_path::{DisplayId, GroupPath, GroupPlace, InvalidDisplayId, InvalidPath};
pub use idempotency::idempotency_key::{IdempotencyKey, InvalidIdempotencyKey};
pub use ids::{
    BatchId, CompanyId, GroupId, InvalidId, InvitationHash, PersonId, ShortId, TemplateId, UserId, WorkspaceId,
};
pub use invitations::metadata::{InvalidMetadata, Metadata};
pub use invitations::person::{InvitationStatus, MembershipState, Person, Scope, Status};
pub use invitations::row_outcome::{InvalidLifetime, Lifetime, Outcome, Reason};
pub use mail::delivery::{Delivery, DeliveryState, DeliveryStep, MailedTo, Suppression, SuppressionReason};
pub use mail::mail_sender::MailSender;
pub use mail::mail_template::{InvalidTemplate, MailTemplate, Placeholder};
pub use mail_domains::mail_domain::{InvalidDomain, MailDomain};
pub use members::role::{Permission, Role};
pub use random::{Random, SystemRandom};
pub use text::{InvalidText, Message, PersonName, Title};
