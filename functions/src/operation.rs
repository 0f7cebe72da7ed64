//! The operations. Each operation is one Lambda function: one resource in `template.yaml`, whose handler is the operation's
//! name.

macro_rules! operations {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)*) => {
        /// What a Lambda function does: its operation. Routes of several contracts may lead to the same operation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Operation {
            $($(#[doc = $doc])+ $variant,)*
        }

        impl Operation {
            /// The list of all operations.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The operation's name: the handler of its function, the logical id of its function in kebab case, and the
            /// value of the log's field `operation`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

operations! {
    /// Registers a person, with or without an invitation.
    SignUp = "sign-up",
    /// Activates a registered person by the mailed one-time password.
    VerifyOtp = "verify-otp",
    /// Mails the one-time password of a registration again.
    ResendOtp = "resend-otp",
    /// Issues an access token for an address and a password.
    IssueToken = "issue-token",
    /// Logs a user in and issues an access token. DataGOL's response has the user's profile, too.
    LogIn = "log-in",
    /// Shows the caller's profile.
    GetProfile = "get-profile",
    /// Lists the company's people.
    ListPeople = "list-people",
    /// Creates a workspace.
    CreateWorkspace = "create-workspace",
    /// Lists the workspaces that the caller can reach.
    ListWorkspaces = "list-workspaces",
    /// Shows one workspace to a caller who can reach the workspace.
    GetWorkspace = "get-workspace",
    /// Invites many people to a workspace, or to the company.
    InviteUsers = "invite-users",
    /// Accepts an invitation with an existing account.
    AcceptInvitation = "accept-invitation",
    /// Shows the invitation that a link's hash belongs to.
    PreviewInvitation = "preview-invitation",
    /// Declines an invitation.
    DeclineInvitation = "decline-invitation",
    /// Asks the inviter for a new invitation in place of an expired invitation.
    RenewInvitation = "renew-invitation",
    /// Creates a service account.
    CreateServiceAccount = "create-service-account",
    /// Lists the company's service accounts.
    ListServiceAccounts = "list-service-accounts",
    /// Gives a service account a new token.
    ResetServiceAccountToken = "reset-service-account-token",
    /// Deletes a service account.
    DeleteServiceAccount = "delete-service-account",
    /// Issues an access token for a service account's id and secret.
    IssueClientToken = "issue-client-token",
    /// Lists the invitations to a workspace or to the company.
    ListInvitations = "list-invitations",
    /// Shows one invitation.
    GetInvitation = "get-invitation",
    /// Mails an invitation again, with a new link.
    ResendInvitation = "resend-invitation",
    /// Revokes an invitation.
    RevokeInvitation = "revoke-invitation",
    /// Lists the audit log of a workspace: what was done, by whom and to whom.
    ListAudit = "list-audit",
    /// Lists the roles that an invitation may give.
    ListRoles = "list-roles",
    /// Lists the members of workspaces or groups; the vendors' routes list the invited people too.
    ListMembers = "list-members",
    /// Shows one member, or one invited person.
    GetMember = "get-member",
    /// Gives a member another role.
    ChangeMember = "change-member",
    /// Removes a member, or revokes an invitation.
    RemoveMember = "remove-member",
    /// Renames or publishes a workspace.
    ChangeWorkspace = "change-workspace",
    /// Gives people and mail domains access to a workspace.
    SetAccess = "set-access",
    /// Lists the mail domains whose people join a workspace.
    ListDomains = "list-domains",
    /// Adds a mail domain to a workspace.
    AddDomain = "add-domain",
    /// Changes the role that people of a mail domain get.
    ChangeDomain = "change-domain",
    /// Shows one of the company's people.
    GetPerson = "get-person",
    /// Lists the groups of a workspace.
    ListGroups = "list-groups",
    /// Creates a group.
    CreateGroup = "create-group",
    /// Deletes an empty group.
    DeleteGroup = "delete-group",
    /// Makes a user an administrator of a group, or ends the user's administration of the group.
    ChangeGroupAdmin = "change-group-admin",
    /// Makes a workspace the current workspace of the caller.
    SelectWorkspace = "select-workspace",
    /// Replaces the caller's own password.
    ChangePassword = "change-password",
    /// Registers an invited person and logs the person in.
    ConfirmRegistration = "confirm-registration",
    /// Stores a mail template of the company, or lists the templates.
    MailTemplates = "mail-templates",
    /// Shows, replaces or deletes a mail template.
    MailTemplate = "mail-template",
    /// Serves the page behind a mailed link.
    RegistrationPage = "registration-page",
    /// Serves the public keys that verify access tokens.
    PublicKeys = "public-keys",
    /// Describes every route of the API, for programs and for people.
    DescribeApi = "describe-api",
    /// Answers the requests whose path or method belongs to no route.
    RouteNotFound = "route-not-found",
    /// Sends the mails of the outbox items that the table's stream reports as new.
    DeliverInvitations = "deliver-invitations",
    /// Every minute, sends the mails of the outbox items that are still in the outbox.
    SweepUndelivered = "sweep-undelivered",
    /// Puts the outbox items that were given up back into the outbox. An operator invokes this function by hand.
    RequeueUndelivered = "requeue-undelivered",
    /// Records the deliveries, bounces and complaints of mails that SES reports.
    RecordMailEvents = "record-mail-events",
    /// Publishes events about invitations and members.
    PublishEvents = "publish-events",
}

impl Operation {
    /// Whether an event starts the operation: a stream record, a schedule, an event of SES, or an operator. HTTP requests
    /// start all other operations.
    pub const fn handles_events(self) -> bool {
        matches!(
            self,
            Self::DeliverInvitations
                | Self::SweepUndelivered
                | Self::RequeueUndelivered
                | Self::RecordMailEvents
                | Self::PublishEvents
        )
    }
}
