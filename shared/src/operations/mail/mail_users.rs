//! Mailing members and invited people of a workspace again.

use crate::{
    Result, Usher,
    domain::{Identifier, MembershipState, RowOutcome, RowReason, Scope, WorkspaceId},
    operations::{Caller, EntryMethod, InviteRow, InviteTo, InviteUsers, InviteeOptions, LetterOptions},
};

/// A person who is to be mailed again.
#[derive(Debug, Clone)]
pub struct MailRecipient {
    /// The address and user code of the person to mail.
    pub identifier: Identifier,
    /// The workspace to which the person is restricted according to the request. `None` if the request names no such
    /// workspace.
    pub exclusive_to: Option<WorkspaceId>,
}

/// A request to mail people of a workspace again.
#[derive(Debug)]
pub struct MailUsers {
    /// The people to mail. The list has `None` in place of a row of the request that could not be parsed.
    pub recipients: Vec<Option<MailRecipient>>,
    /// The options of the letter that the people get.
    pub letter: LetterOptions,
    /// Whether the request sends mails. The value is `false` if the request only finds out which people belong to the
    /// workspace.
    pub mail: bool,
}

impl Usher {
    /// Mails members of a workspace, and people who are invited to the workspace. A person who has not signed up
    /// receives a new link; a member receives the news of the membership. The result says for each row whether the
    /// person belongs to the workspace.
    ///
    /// # Errors
    /// The errors of [`Usher::invite_users`].
    pub async fn mail_users(&self, caller: &Caller, workspace: WorkspaceId, request: MailUsers) -> Result<Vec<bool>> {
        let MailUsers { recipients, letter, mail } = request;
        self.admit_rows(recipients.len())?;
        self.group_access(caller, workspace, &[]).await?;
        let mut identifiers: Vec<_> = recipients.iter().flatten().map(|recipient| &recipient.identifier).collect();
        identifiers.sort_unstable();
        identifiers.dedup();
        let people = self.store.people_by_identifier(Scope::Workspace(workspace), &identifiers).await?;
        let now = self.now();
        let invite_row = |recipient: &MailRecipient| {
            let index = identifiers.binary_search(&&recipient.identifier).ok()?;
            let person = people.get(index)?.as_ref().filter(|person| person.state(now) != MembershipState::Gone)?;
            let matches = recipient.exclusive_to.is_none_or(|own| own == workspace && person.exclusive);
            let mut row = InviteRow::new(recipient.identifier.clone(), person.role);
            row.groups = person.groups.iter().map(|group| group.id).collect();
            row.options = InviteeOptions {
                access: EntryMethod::Again(Box::new(person.clone())),
                letter: letter.clone(),
                ..InviteeOptions::default()
            };
            matches.then_some(row)
        };
        let unknown = || RowReason::new("unknown_person", "There is no such person in the workspace.");
        let rows = recipients.iter().map(|row| row.as_ref().and_then(invite_row).ok_or_else(unknown)).collect();
        let request = InviteUsers { validate_only: !mail, ..InviteUsers::new(InviteTo::Workspace(workspace), rows) };
        let mailed = self.invite_users(caller, request).await?;
        // If the request mails nobody, neither a limit nor a suppressed address means that the person doesn't belong to
        // the workspace.
        let belongs = |outcome: RowOutcome| match outcome {
            RowOutcome::Invalid | RowOutcome::Duplicate | RowOutcome::Forbidden => false,
            outcome => !mail || outcome.succeeded(),
        };
        Ok(mailed.results.iter().map(|result| belongs(result.outcome)).collect())
    }
}
