//! An inviting request, the request's rows with their options, and the results of the rows.

use jiff::SignedDuration;

use crate::{
    domain::{
        GroupId, Identifier, Lifetime, MailSender, Message, Metadata, Password, Person, PersonName, Role, RowReason,
        TemplateId, UserId, WorkspaceId,
    },
    operations::{IdempotencyRequest, invitations::invite_users::row_result::RowResult},
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
    /// groups belongs to the topmost group of the workspace.
    pub groups: Vec<GroupId>,
    /// The first name, or the whole name, that the person has until the person chooses another name.
    pub name: Option<PersonName>,
    /// The last name, if the inviter gives the last name separately.
    pub last_name: Option<PersonName>,
    /// The options of this row of the request, for example for the row's letter.
    pub options: InviteeOptions,
}

impl InviteRow {
    /// A row of an inviting request with only an identity and a role, and with the default value of every option.
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
    /// The request invites to the workspace with this id.
    Workspace(WorkspaceId),
    /// The request invites to the caller's company.
    Company,
}

/// How much the results of an inviting request contain: only outcomes, or also people's records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultDetail {
    /// The results contain only the outcome of each row.
    Outcomes,
    /// The results contain the outcome of each row, and the record of each person who is invited or a member after the
    /// request.
    Records,
}

/// Which rows make Usher reject the whole request before anything is written. A row never makes Usher reject the
/// request just because the row's person is already invited or already a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectWhole {
    /// No row makes Usher reject the whole request. Each row has its own result.
    Nothing,
    /// A row with a mistake makes Usher reject the whole request. An address that Usher doesn't mail is not a mistake.
    Mistakes,
    /// A row with a mistake, or a row with an address that Usher doesn't mail, makes Usher reject the whole request.
    AnyRow,
}

/// An inviting request: a request that invites people to a workspace or to a company.
#[derive(Debug)]
pub struct InviteUsers {
    /// The target of the request: the workspace or company that the request invites to.
    pub to: InviteTo,
    /// The rows of the request. For a row that could not be parsed, the list has the reason instead of the row.
    pub rows: Vec<std::result::Result<InviteRow, RowReason>>,
    /// The inviter's message, which all mails of the request contain.
    pub message: Option<Message>,
    /// How long the invitations of the request are valid. `None` means the deployment's default time.
    pub lifetime: Option<Lifetime>,
    /// Whether the mails of the request contain the inviter's message only if the workspace is published.
    pub only_if_published: bool,
    /// Which rows make Usher reject the whole request.
    pub reject_whole: RejectWhole,
    /// Whether the request is a dry run: the response is the same as without the dry run, but nothing is written or
    /// mailed.
    pub validate_only: bool,
    /// How much the results of the rows contain.
    pub result_detail: ResultDetail,
    /// The request's idempotency key, digest and trace id, if the client sent an idempotency key.
    pub idempotency: Option<IdempotencyRequest>,
}

impl InviteUsers {
    /// An inviting request with the rows `rows`, and with the default value of every option.
    pub fn new(to: InviteTo, rows: Vec<std::result::Result<InviteRow, RowReason>>) -> Self {
        Self {
            to,
            rows,
            message: None,
            lifetime: None,
            only_if_published: false,
            reject_whole: RejectWhole::Nothing,
            validate_only: false,
            result_detail: ResultDetail::Outcomes,
            idempotency: None,
        }
    }
}

/// The results of an inviting request.
#[derive(Debug)]
pub struct InviteResults {
    /// The results of the rows, one result for each row, in the order of the rows.
    pub results: Vec<RowResult>,
    /// The time until the daily quota is renewed, if the quota did not cover every row.
    pub retry_after: Option<SignedDuration>,
    /// The trace id of the first request with the same idempotency key, if this response is a replayed response to a
    /// retry.
    pub answered_before: Option<String>,
}

/// The options of one row of an inviting request.
#[derive(Debug, Clone, Default)]
pub struct InviteeOptions {
    /// The options of the row's letter.
    pub letter: LetterOptions,
    /// The way in which the row's person becomes a member.
    pub access: EntryMethod,
    /// The only workspace that the person may ever belong to. The only workspace of such a person must be the workspace
    /// that the request invites to.
    pub exclusive_to: Option<WorkspaceId>,
    /// Whether the person gets a welcome mail after signing up.
    pub welcomed: bool,
    /// Whether a colleague is added without a mail.
    pub quiet: bool,
}

/// The way in which a person who is not a colleague becomes a member. A colleague, who is a user of the inviter's
/// company, is added as a member at once.
#[derive(Debug, Clone, Default)]
pub enum EntryMethod {
    /// The request mails a link, and the person accepts the invitation with the link.
    #[default]
    Mail,
    /// The inviting request mails nothing to the person. A later request mails the link of the invitation.
    Later,
    /// The person becomes a member at once, with a guest account that has this temporary password. The inviter gives
    /// the password to the person. A temporary password is allowed only for an address without an account.
    Password(Password),
    /// The person of this record, who is invited or a member already, gets another mail and keeps the present role and
    /// groups.
    Again(Box<Person>),
}

/// The options of one row's letter. Rows with equal letter options share a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct LetterOptions {
    /// The sender of the letter. `None` means that the deployment's own address sends the letter.
    pub sender: Option<MailSender>,
    /// The company's mail template for the letter. `None` means the service's default text.
    pub template: Option<TemplateId>,
    /// The user whom the letter names as the inviter. `None` means that the letter names the caller.
    pub on_behalf_of: Option<UserId>,
    /// Whether the letter says that an account is ready, and asks the person only for a password.
    pub registered: bool,
}
