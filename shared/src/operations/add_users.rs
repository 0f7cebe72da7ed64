//! Bringing users into groups of a workspace, and telling what became of each of them; mailing those who are there.

use jiff::SignedDuration;

use crate::{
    Result, Usher,
    domain::{Identifier, Outcome, Reason, Scope, Standing, WorkspaceId},
    store::ShownPerson,
};

use super::{Access, Caller, InviteTo, InviteUsers, Invitee, OwnLetter, Personal, RowResult};

/// What became of a user.
#[derive(Debug)]
pub struct AddedUser {
    /// The row's result.
    pub result: RowResult,
    /// The record as it is now, of whoever is invited or a member.
    pub person: Option<ShownPerson>,
}

/// What became of users, in the order of the request.
#[derive(Debug)]
pub struct AddedUsers {
    /// One for each row.
    pub users: Vec<AddedUser>,
    /// When the workspace may invite again, if a row was limited.
    pub retry_after: Option<SignedDuration>,
}

impl AddedUser {
    /// Whether the request brought them in.
    pub fn is_new(&self) -> bool {
        matches!(self.result.outcome, Outcome::Invited | Outcome::Added)
    }

    /// Whether they had an account that the caller may know of.
    pub fn had_account(&self) -> bool {
        let member = matches!(self.result.outcome, Outcome::Added | Outcome::AlreadyMember);
        member && self.person.as_ref().is_some_and(|person| !person.unproved)
    }

    /// Whether the request queued a mail to them: whoever only came into another group gets none.
    pub fn is_mailed(&self) -> bool {
        let mailed = self.person.as_ref().is_some_and(|person| person.delivery.is_some());
        self.is_new() && self.result.reason.is_none() && mailed
    }
}

/// Somebody to be mailed again.
#[derive(Debug, Clone)]
pub struct Addressee {
    /// Who it is.
    pub identifier: Identifier,
    /// The only workspace that they belong to, if whoever asks says so.
    pub exclusive_to: Option<WorkspaceId>,
}

impl Usher {
    /// As [`Usher::invite_users`] into a workspace, and reads the records of whoever is invited or a member then.
    ///
    /// # Errors
    /// As [`Usher::invite_users`].
    pub async fn add_users(
        &self,
        caller: &Caller,
        workspace: WorkspaceId,
        rows: Vec<std::result::Result<Invitee, Reason>>,
    ) -> Result<AddedUsers> {
        let named: Vec<_> =
            rows.iter().map(|row| row.as_ref().ok().map(|invitee| invitee.identifier.clone())).collect();
        let invited = self.invite_users(caller, InviteUsers::new(InviteTo::Workspace(workspace), rows)).await?;
        let rows: Vec<_> = named.into_iter().zip(invited.results).collect();
        let there = |result: &RowResult| result.outcome.succeeded() || result.outcome == Outcome::AlreadyMember;
        let whom: Vec<_> =
            rows.iter().filter(|(_, result)| there(result)).filter_map(|(named, _)| named.as_ref()).collect();
        let mut people = self.store.shown_by_identifier(Scope::Workspace(workspace), &whom).await?.into_iter();
        let added = rows.into_iter().map(|(_, result)| {
            let person = if there(&result) { people.next().flatten() } else { None };
            AddedUser { result, person }
        });
        Ok(AddedUsers { users: added.collect(), retry_after: invited.retry_after })
    }

    /// Mails people who are in a workspace already, by this letter: whoever hasn't signed up gets a new link, the others the
    /// news. Answers for each row whether they are there; `None` is a row that couldn't be read. Without `mail` that is all.
    ///
    /// # Errors
    /// As [`Usher::invite_users`].
    pub async fn mail_users(
        &self,
        caller: &Caller,
        workspace: WorkspaceId,
        rows: Vec<Option<Addressee>>,
        letter: &OwnLetter,
        mail: bool,
    ) -> Result<Vec<bool>> {
        self.admit_rows(rows.len())?;
        self.in_groups(caller, workspace, &[]).await?;
        let mut whom: Vec<_> = rows.iter().flatten().map(|addressee| &addressee.identifier).collect();
        whom.sort_unstable();
        whom.dedup();
        let people = self.store.people_by_identifier(Scope::Workspace(workspace), &whom).await?;
        let now = self.now();
        let invitee = |addressee: &Addressee| {
            let place = whom.binary_search(&&addressee.identifier).ok()?;
            let person = people.get(place)?.as_ref().filter(|person| person.standing(now) != Standing::Gone)?;
            let exclusive = addressee.exclusive_to.is_none_or(|own| own == workspace && person.exclusive);
            let mut invitee = Invitee::new(addressee.identifier.clone(), person.role);
            invitee.groups = person.groups.iter().map(|group| group.id).collect();
            invitee.personal = Personal { access: Access::Again, letter: letter.clone(), ..Personal::default() };
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
