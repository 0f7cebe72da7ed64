//! Mailing people who are in a workspace already.

use crate::{
    Result, Usher,
    domain::{Identifier, MembershipState, Outcome, Reason, Scope, WorkspaceId},
    operations::{Access, Caller, InviteRow, InviteTo, InviteUsers, InviteeOptions, LetterOptions},
};

/// Somebody to be mailed again.
#[derive(Debug, Clone)]
pub struct MailRecipient {
    /// Who it is.
    pub identifier: Identifier,
    /// The only workspace that they belong to, if whoever asks says so.
    pub exclusive_to: Option<WorkspaceId>,
}

impl Usher {
    /// Mails people who are in a workspace already, by this letter: whoever hasn't signed up gets a new link, the others the
    /// news. Answers for each row whether they are there; `None` is a row that couldn't be read. Without `mail` that is all.
    ///
    /// # Errors
    /// As [`Usher::invite_users`].
    pub async fn mail_users(
        &self,
        caller: &Caller,
        workspace: WorkspaceId,
        rows: Vec<Option<MailRecipient>>,
        letter: &LetterOptions,
        mail: bool,
    ) -> Result<Vec<bool>> {
        self.admit_rows(rows.len())?;
        self.group_access(caller, workspace, &[]).await?;
        let mut whom: Vec<_> = rows.iter().flatten().map(|addressee| &addressee.identifier).collect();
        whom.sort_unstable();
        whom.dedup();
        let people = self.store.people_by_identifier(Scope::Workspace(workspace), &whom).await?;
        let now = self.now();
        let invitee = |addressee: &MailRecipient| {
            let place = whom.binary_search(&&addressee.identifier).ok()?;
            let person = people.get(place)?.as_ref().filter(|person| person.state(now) != MembershipState::Gone)?;
            let exclusive = addressee.exclusive_to.is_none_or(|own| own == workspace && person.exclusive);
            let mut invitee = InviteRow::new(addressee.identifier.clone(), person.role);
            invitee.groups = person.groups.iter().map(|group| group.id).collect();
            invitee.personal = InviteeOptions {
                access: Access::Again(Box::new(person.clone())),
                letter: letter.clone(),
                ..InviteeOptions::default()
            };
            exclusive.then_some(invitee)
        };
        let nobody = || Reason::new("unknown_person", "There is no such person in the workspace.");
        let rows = rows.iter().map(|row| row.as_ref().and_then(invitee).ok_or_else(nobody)).collect();
        let request = InviteUsers { validate_only: !mail, ..InviteUsers::new(InviteTo::Workspace(workspace), rows) };
        let mailed = self.invite_users(caller, request).await?;
        // Where nobody is to be mailed, neither a limit nor an address that isn't mailed says that they aren't there.
        let there = |outcome: Outcome| match outcome {
            Outcome::Invalid | Outcome::Duplicate | Outcome::Forbidden => false,
            outcome => !mail || outcome.succeeded(),
        };
        Ok(mailed.results.iter().map(|result| there(result.outcome)).collect())
    }
}
