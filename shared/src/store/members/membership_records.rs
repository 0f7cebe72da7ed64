//! Memberships: a user's role in each workspace and company, and reads of a user with the user's roles.

use crate::{
    Result,
    domain::{CallerStanding, CompanyId, Membership, Person, Profile, Scope, Transition, UserId, WorkspaceId},
    store::{Store, conditional_write::ConditionalWrite, keys, read::Found},
};

impl Store {
    /// Reads a user's profile and the user's roles in the company and in one workspace.
    pub async fn caller_records(
        &self,
        user: UserId,
        company: CompanyId,
        workspace: Option<WorkspaceId>,
    ) -> Result<CallerStanding> {
        let keys = caller_keys(user, company, workspace);
        let mut found = self.get_many(keys).await?;
        take_caller_records(&mut found, user, company, workspace)
    }

    /// Reads a user's roles in all workspaces.
    pub async fn memberships(&self, user: UserId) -> Result<Vec<Membership>> {
        let (pk, _) = keys::profile(user).into_parts();
        self.query(&pk, "M#W#", usize::MAX).await
    }

    /// Reads the record of a user who is a member of a workspace or company. The membership and the address in the
    /// user's profile lead to the person's record, so no index is needed.
    pub async fn member(&self, scope: Scope, user: UserId) -> Result<Option<Person>> {
        let (membership, profile) = (keys::membership(user, scope), keys::profile(user));
        let mut found = self.get_many(vec![membership.clone(), profile.clone()]).await?;
        let membership: Option<Membership> = found.take(&membership)?;
        let Some((_, profile)) = membership.zip(found.take::<Profile>(&profile)?) else { return Ok(None) };
        let person = self.person(scope, &profile.identifier()).await?;
        Ok(person.filter(|person| person.user == user))
    }
}

/// The write of a user's membership that follows from a decision, if the membership begins, ends or changes.
pub(in crate::store) fn membership_write(scope: Scope, transition: &Transition) -> Option<ConditionalWrite> {
    let after = transition.after();
    if transition.leaves() {
        return Some(ConditionalWrite::delete(keys::membership(after.user, scope)));
    }
    let changes = transition.before().is_none_or(|before| before.role != after.role || before.user != after.user);
    let member = transition.joins() || (changes && after.is_member());
    member.then(|| ConditionalWrite::put(&keys::membership(after.user, scope), Membership::new(after.role, scope)))
}

/// The keys of the records that [`take_caller_records`] takes.
pub(in crate::store) fn caller_keys(
    user: UserId,
    company: CompanyId,
    workspace: Option<WorkspaceId>,
) -> Vec<keys::Key> {
    let mut keys = vec![keys::profile(user), keys::membership(user, Scope::Company(company))];
    keys.extend(workspace.map(|id| keys::membership(user, Scope::Workspace(id))));
    keys
}

/// Takes a user's profile and roles from items that were read together.
pub(in crate::store) fn take_caller_records(
    found: &mut Found,
    user: UserId,
    company: CompanyId,
    workspace: Option<WorkspaceId>,
) -> Result<CallerStanding> {
    let workspace = workspace.map(|id| found.take(&keys::membership(user, Scope::Workspace(id)))).transpose()?;
    Ok(CallerStanding {
        profile: found.take(&keys::profile(user))?,
        company: found.take(&keys::membership(user, Scope::Company(company)))?,
        workspace: workspace.flatten(),
    })
}
