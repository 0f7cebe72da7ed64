//! The operations: each is one Lambda function, one program in `src/bin` and one resource in `template.yaml`.

macro_rules! operations {
    ($(#[doc = $doc:literal] $variant:ident = $name:literal,)*) => {
        /// What a function does. Several contracts may lead to the same one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Operation {
            $(#[doc = $doc] $variant,)*
        }

        impl Operation {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The operation's name: that of its program, its function's logical id in kebab case, and its log field.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What it does, in a sentence.
            pub const fn description(self) -> &'static str {
                match self {
                    $(Self::$variant => $doc.trim_ascii_start(),)*
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
    /// Mails the one-time password again.
    ResendOtp = "resend-otp",
    /// Gives an access token for address and password.
    IssueToken = "issue-token",
    /// Gives the profile, and an access token in a header.
    LogIn = "log-in",
    /// The caller's profile.
    GetProfile = "get-profile",
    /// The company's people.
    ListPeople = "list-people",
    /// Makes a workspace.
    CreateWorkspace = "create-workspace",
    /// The workspaces the caller can reach.
    ListWorkspaces = "list-workspaces",
    /// One workspace.
    GetWorkspace = "get-workspace",
    /// Brings many people into a workspace.
    InviteUsers = "invite-users",
    /// Accepts an invitation with an account that is there.
    AcceptInvitation = "accept-invitation",
    /// Shows what an invitation's hash opens.
    PreviewInvitation = "preview-invitation",
    /// Says no to an invitation.
    DeclineInvitation = "decline-invitation",
    /// Asks for a new invitation in place of an expired one.
    RenewInvitation = "renew-invitation",
    /// Makes a service account.
    CreateServiceAccount = "create-service-account",
    /// The company's service accounts.
    ListServiceAccounts = "list-service-accounts",
    /// Gives a service account a new token.
    ResetServiceAccountToken = "reset-service-account-token",
    /// Removes a service account.
    DeleteServiceAccount = "delete-service-account",
    /// Gives a service account an access token for its id and secret.
    IssueClientToken = "issue-client-token",
    /// The invitations to a workspace or to the company.
    ListInvitations = "list-invitations",
    /// One invitation.
    GetInvitation = "get-invitation",
    /// Mails an invitation again, with a new link.
    ResendInvitation = "resend-invitation",
    /// Takes an invitation back.
    RevokeInvitation = "revoke-invitation",
    /// What was done in a workspace.
    ListAudit = "list-audit",
    /// The roles there are.
    ListRoles = "list-roles",
    /// The members of workspaces, and who is invited to them.
    ListMembers = "list-members",
    /// One member, or somebody invited.
    GetMember = "get-member",
    /// Gives a member another role.
    ChangeMember = "change-member",
    /// Removes a member, or revokes an invitation.
    RemoveMember = "remove-member",
    /// Renames or publishes a workspace.
    ChangeWorkspace = "change-workspace",
    /// Says who has access to a workspace.
    SetAccess = "set-access",
    /// The domains whose people join a workspace.
    ListDomains = "list-domains",
    /// Adds a domain to a workspace.
    AddDomain = "add-domain",
    /// Changes the role that people of a domain get.
    ChangeDomain = "change-domain",
    /// One of the company's people.
    GetPerson = "get-person",
    /// The groups of a workspace.
    ListGroups = "list-groups",
    /// Makes a group.
    CreateGroup = "create-group",
    /// Deletes an empty group.
    DeleteGroup = "delete-group",
    /// Lets somebody administer a group, or not any more.
    ChangeGroupAdmin = "change-group-admin",
    /// Makes a workspace the caller's current one.
    SelectWorkspace = "select-workspace",
    /// Replaces the caller's own password.
    ChangePassword = "change-password",
    /// Registers an invited person and logs them in.
    ConfirmRegistration = "confirm-registration",
    /// Stores a mail template of the company, or lists them.
    MailTemplates = "mail-templates",
    /// Shows, replaces or removes a mail template.
    MailTemplate = "mail-template",
    /// The page behind a mailed link.
    RegistrationPage = "registration-page",
    /// The keys that access tokens are verified with.
    PublicKeys = "public-keys",
    /// Describes every route.
    DescribeApi = "describe-api",
    /// Answers what no route answers.
    RouteNotFound = "route-not-found",
    /// Mails what the table's stream says was queued.
    DeliverInvitations = "deliver-invitations",
    /// Mails, on a schedule, what was left.
    SweepUndelivered = "sweep-undelivered",
    /// Brings back, when asked, what was given up.
    RequeueUndelivered = "requeue-undelivered",
    /// Writes down what SES tells of mails.
    RecordMailEvents = "record-mail-events",
    /// ResultDetail others what happened to invitations and members.
    PublishEvents = "publish-events",
}
