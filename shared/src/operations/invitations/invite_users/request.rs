//! An inviting request, its rows and their options, and the results.

use jiff::SignedDuration;

use crate::{
    domain::{
        GroupId, IdempotencyKey, Identifier, Lifetime, MailSender, Message, Metadata, Password, Person, PersonName,
        Reason, Role, TemplateId, UserId, WorkspaceId,
    },
    operations::invitations::invite_users::row_result::RowResult,
};

/// One row of an inviting request: a person to invite.
#[derive(Debug, Clone)]
pub struct InviteRow {
    /// The person's address and user code.
    pub identifier: Identifier,
    /// The role that the person gets.
    pub role: Role,
    /// The metadata that the inviter's program stores with the invitation. `None` keeps the metadata of an earlier
    /// invitation.
    pub metadata: Option<Metadata>,
    /// The groups of the workspace that the person joins, in addition to the person's present groups. A person without
    /// groups belongs to the topmost group.
    pub groups: Vec<GroupId>,
    /// The first name, or the whole name, that the person has until the person gives another.
    pub name: Option<PersonName>,
    /// The last name, if the inviter gives it separately.
    pub last_name: Option<PersonName>,
    /// The options of this row.
    pub options: InviteeOptions,
}

impl InviteRow {
    /// A row with an identity and a role only.
    pub fn new(identifier: impl Into<Identifier>, role: Role) -> Self {
        Self {
            identifier: identifier.into(),
            role,
            metadata: None,
            groups: Vec::new(),
            name: None,
            last_name: None,
            options: InviteeOptions::default(),
        }
    }
}

/// The workspace or company that a request invites to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InviteTo {
    /// This workspace.
    Workspace(WorkspaceId),
    /// The caller's company.
    Company,
}

/// How much the results of a request contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultDetail {
    /// The outcome of each row.
    Outcomes,
    /// The outcome of each row, and the record of each person who is invited or a member after the request.
    Records,
}

/// Which rows make Usher reject the whole request before anything is written. A row about a person who is invited or a
/// member already never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectWhole {
    /// No row. Each row has its own result.
    Nothing,
    /// A row with a mistake. An address that Usher doesn't mail is not a mistake.
    Mistakes,
    /// A row with a mistake, or with an address that Usher doesn't mail.
    AnyRow,
}

/// An inviting request.
#[derive(Debug)]
pub struct InviteUsers {
    /// The target: a workspace or the company.
    pub to: InviteTo,
    /// The rows. A row that could not be parsed has the reason instead.
    pub rows: Vec<std::result::Result<InviteRow, Reason>>,
    /// The inviter's message, which all mails of the request contain.
    pub message: Option<Message>,
    /// How long the invitations are valid. `None` means the deployment's default.
    pub lifetime: Option<Lifetime>,
    /// Whether the mails contain the message only if the workspace is published.
    pub only_if_published: bool,
    /// Which rows reject the whole request.
    pub reject_whole: RejectWhole,
    /// Whether the request is a dry run: the response is the same, but nothing is written or mailed.
    pub validate_only: bool,
    /// How much the results contain.
    pub result_detail: ResultDetail,
    /// The idempotency key and what belongs to it, if the client sent a key.
    pub name: Option<IdempotencyRequest>,
}

/// The idempotency key of a request, and what is stored with it.
#[derive(Debug)]
pub struct IdempotencyRequest {
    /// The key. Keys of different callers, and of different workspaces, are independent.
    pub key: IdempotencyKey,
    /// A digest of the whole request. A second request with the same key and another digest is an error.
    pub body: String,
    /// The trace id by which support finds the request in the logs.
    pub trace_id: String,
}

impl InviteUsers {
    /// A request with rows only, and with the default of every option.
    pub fn new(to: InviteTo, rows: Vec<std::result::Result<InviteRow, Reason>>) -> Self {
        Self {
            to,
            rows,
            message: None,
            lifetime: None,
            only_if_published: false,
            reject_whole: RejectWhole::Nothing,
            validate_only: false,
            result_detail: ResultDetail::Outcomes,
            name: None,
        }
    }
}

/// The results of an inviting request.
#[derive(Debug)]
pub struct Invited {
    /// The results, one for each row, in the order of the rows.
    pub results: Vec<RowResult>,
    /// The time until the daily quota is renewed, if the quota did not cover every row.
    pub retry_after: Option<SignedDuration>,
    /// The trace id of the first request, if this is the replayed response to a retry.
    pub answered_before: Option<String>,
}

/// The options of one row.
#[derive(Debug, Clone, Default)]
pub struct InviteeOptions {
    /// The options of the row's letter.
    pub letter: LetterOptions,
    /// The way in which the person becomes a member.
    pub access: EntryMethod,
    /// The only workspace that the person may ever belong to. It must be the target workspace.
    pub exclusive_to: Option<WorkspaceId>,
    /// Whether the person gets a welcome mail after signing up.
    pub welcomed: bool,
    /// Whether a colleague is added without a mail.
    pub quiet: bool,
}

/// The way in which a person becomes a member who is not a colleague. Colleagues are added at once.
#[derive(Debug, Clone, Default)]
pub enum EntryMethod {
    /// The request mails a link, and the person accepts by it.
    #[default]
    Mail,
    /// A later request mails the link. This request mails nothing.
    Later,
    /// The person becomes a member at once, with a guest account that has this temporary password. The inviter gives
    /// the password to the person. Only for an address without an account.
    Password(Password),
    /// The person of this record, who is invited or a member, gets another mail and keeps role and groups.
    Again(Box<Person>),
}

/// The options of one row's letter. Rows with equal options share a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct LetterOptions {
    /// The sender. `None` means the deployment's own address.
    pub sender: Option<MailSender>,
    /// The company's mail template. `None` means the default text.
    pub template: Option<TemplateId>,
    /// The user whom the letter names as the inviter. `None` means the caller.
    pub on_behalf_of: Option<UserId>,
    /// Whether the letter says that an account is ready, and asks the person only for a password.
    pub registered: bool,
}
