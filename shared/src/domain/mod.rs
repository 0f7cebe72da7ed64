//! The words of the field: pure values, parsed once and valid ever after.

mod address;
mod clock;
mod delivery;
mod group;
mod happening;
mod idempotency_key;
mod identifier;
mod ids;
mod invitation;
mod mail_domain;
mod mail_sender;
mod mail_template;
mod metadata;
mod outcome;
mod password;
mod random;
mod role;
mod text;

pub use address::{EmailAddress, InvalidAddress};
pub use clock::{Clock, SystemClock, TestClock};
pub use delivery::{Delivery, DeliveryState, DeliveryStep, MailedTo, Suppression, SuppressionReason};
pub use group::{DisplayId, GroupPath, GroupPlace, InvalidDisplayId, InvalidPath};
pub use happening::{Happening, happened};
pub use idempotency_key::{IdempotencyKey, InvalidIdempotencyKey};
pub use identifier::{Identifier, InvalidCode, UserCode};
pub use ids::{
    BatchId, CompanyId, GroupId, InvalidId, InvitationHash, PersonId, ShortId, TemplateId, UserId, WorkspaceId,
};
pub use invitation::{InvitationStatus, Person, Scope, Standing, Status};
pub use mail_domain::{InvalidDomain, MailDomain};
pub use mail_sender::MailSender;
pub use mail_template::{InvalidTemplate, MailTemplate, Placeholder};
pub use metadata::{InvalidMetadata, Metadata};
pub use outcome::{InvalidLifetime, Lifetime, Outcome, Reason};
pub use password::{HashingMemory, Password, PasswordHash, WeakPassword};
pub use random::{Random, SystemRandom};
pub use role::{Permission, Role};
pub use text::{InvalidText, Message, PersonName, Title};
