//! An inviting request, its rows, and its results.

use jiff::SignedDuration;

use crate::{
    domain::{
        GroupId, IdempotencyKey, Identifier, Lifetime, MailSender, Message, Metadata, Password, Person, PersonName,
        Reason, Role, TemplateId, UserId, WorkspaceId,
    },
    operations::invitations::invite_users::row_result::RowResult,
};

/// Somebody to invite.
#[derive(Debug, Clone)]
pub struct InviteRow {
    /// Who it is.
    pub identifier: Identifier,
    /// The role to give.
    pub role: Role,
    /// What the inviter's program keeps with the invitation. None leaves what was kept before.
    pub metadata: Option<Metadata>,
    /// The workspace's groups that they come into, besides those they are in. Whoever is in no other is in the topmost one.
    pub groups: Vec<GroupId>,
    /// Their first name, or their whole one, until they say so themselves.
    pub name: Option<PersonName>,
    /// Their last name, if it is apart.
    pub last_name: Option<PersonName>,
    /// What else is special about them.
    pub personal: InviteeOptions,
}

impl InviteRow {
    /// Somebody of whom no more is said.
    pub fn new(identifier: impl Into<Identifier>, role: Role) -> Self {
        Self {
            identifier: identifier.into(),
            role,
            metadata: None,
            groups: Vec::new(),
            name: None,
            last_name: None,
            personal: InviteeOptions::default(),
        }
    }
}

/// What a request invites to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InviteTo {
    /// A workspace.
    Workspace(WorkspaceId),
    /// The caller's whole company.
    Company,
}

/// What the results of a request say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultDetail {
    /// What became of each row.
    Outcomes,
    /// That, and the record of whoever is invited or a member then.
    Records,
}

/// What refuses a request as a whole, before anything is written. Whoever is invited or a member already never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectWhole {
    /// Each row is for itself.
    Nothing,
    /// A bad row. An address that isn't mailed is no mistake of the request.
    Mistakes,
    /// A bad row, or an address that isn't mailed.
    AnyRow,
}

/// An inviting request.
#[derive(Debug)]
pub struct InviteUsers {
    /// Into what.
    pub to: InviteTo,
    /// The rows; one that couldn't be read says why.
    pub rows: Vec<std::result::Result<InviteRow, Reason>>,
    /// What the inviter writes to all of them.
    pub message: Option<Message>,
    /// How long the invitations live, if it isn't as long as the deployment's.
    pub lifetime: Option<Lifetime>,
    /// Whether the message is mailed only from a published workspace.
    pub only_if_published: bool,
    /// What refuses the whole request.
    pub refused_by: RejectWhole,
    /// Whether nothing is to be written or mailed: the answer is the same.
    pub validate_only: bool,
    /// What the results say.
    pub tells: ResultDetail,
    /// The name by which the request is known again, if it has one.
    pub name: Option<IdempotencyRequest>,
}

/// The name that a client gave a request.
#[derive(Debug)]
pub struct IdempotencyRequest {
    /// The name. It is the caller's own, and the workspace's.
    pub key: IdempotencyKey,
    /// A digest of all that was sent: the same name for something else is an error.
    pub body: String,
    /// By which support finds the request.
    pub trace_id: String,
}

impl InviteUsers {
    /// A request that asks for no more than inviting these.
    pub fn new(to: InviteTo, rows: Vec<std::result::Result<InviteRow, Reason>>) -> Self {
        Self {
            to,
            rows,
            message: None,
            lifetime: None,
            only_if_published: false,
            refused_by: RejectWhole::Nothing,
            validate_only: false,
            tells: ResultDetail::Outcomes,
            name: None,
        }
    }
}

/// The results, one for each row, in order.
#[derive(Debug)]
pub struct Invited {
    /// One for each row.
    pub results: Vec<RowResult>,
    /// When the workspace or company may invite again, if a row was limited.
    pub retry_after: Option<SignedDuration>,
    /// If this is the answer that a named request got before: by which support finds that request.
    pub answered_before: Option<String>,
}

/// What is special about a row.
#[derive(Debug, Clone, Default)]
pub struct InviteeOptions {
    /// Their letter.
    pub letter: LetterOptions,
    /// How they come in.
    pub access: Access,
    /// The only workspace that they may ever belong to, if there is to be one: this.
    pub exclusive_to: Option<WorkspaceId>,
    /// Whether they get a mail once they have signed up.
    pub welcomed: bool,
    /// Whether a colleague isn't told of being added.
    pub quiet: bool,
}

/// How somebody comes in who isn't a colleague.
#[derive(Debug, Clone, Default)]
pub enum Access {
    /// By the link in a mail.
    #[default]
    Mail,
    /// By the link in a mail that somebody sends later.
    Later,
    /// At once, by a password that is told to them: only an address without an account.
    Password(Password),
    /// By the link in another mail: the person of this record, who is invited or a member and keeps role and groups.
    Again(Box<Person>),
}

/// What is special about a letter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct LetterOptions {
    /// From whom, if not from the deployment's own address.
    pub sender: Option<MailSender>,
    /// In which words of the company's.
    pub template: Option<TemplateId>,
    /// Whom it names as the inviter, if not the caller.
    pub on_behalf_of: Option<UserId>,
    /// Whether it says that an account is ready, and asks for a password only.
    pub registered: bool,
}
