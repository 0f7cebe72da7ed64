//! The invitation's target, the inviter's rights there, and its daily quota.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::{
    Error, Result, Usher,
    domain::{
        Batch, BatchId, Company, Group, GroupId, GroupPath, GroupPlace, InviterRights, Message, Permission, PersonId,
        Profile, Role, Scope, WorkspaceId, person_id,
    },
    operations::{
        Caller, WorkspaceAccess,
        invitations::invite_users::request::{InviteRow, InviteTo},
    },
    store::RateLimit,
};

/// A workspace's or company's first week, and what it may invite a day in it.
const FIRST_WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
const MAX_IN_FIRST_WEEK: u32 = 20_000;

/// What is invited to, and what its inviter is there.
pub(in crate::operations) struct InvitationTarget {
    pub(in crate::operations) of: Scope,
    name: String,
    pub(super) salt: String,
    created_at: Timestamp,
    pub(super) published: bool,
    pub(super) company: Company,
    pub(in crate::operations) inviter: Profile,
    pub(in crate::operations) role: Role,
    /// Whether the inviter may invite people without naming a group.
    may_invite: bool,
    groups: Named,
}

/// The groups of a workspace that rows name.
#[derive(Default)]
struct Named {
    /// Each, and whether the inviter has authority over it.
    groups: BTreeMap<GroupId, (GroupPlace, bool)>,
    /// The topmost group.
    top: Option<GroupPlace>,
    /// What the inviter administers.
    administers: Vec<GroupPath>,
}

impl InvitationTarget {
    /// Whether the inviter may bring people into these groups; `None` if one isn't there.
    pub(super) fn authority(&self, groups: &[GroupId]) -> Option<bool> {
        if groups.is_empty() {
            return Some(self.may_invite);
        }
        groups.iter().try_fold(true, |all, id| self.groups.groups.get(id).map(|(_, may)| all && *may))
    }

    /// Where these groups are, each once.
    pub(super) fn places(&self, groups: &[GroupId]) -> Vec<GroupPlace> {
        let groups: BTreeSet<_> = groups.iter().collect();
        groups.into_iter().filter_map(|id| self.groups.groups.get(id)).map(|(place, _)| place.clone()).collect()
    }

    /// The topmost group of the workspace, if rows name groups.
    pub(super) fn top(&self) -> Option<&GroupPlace> {
        self.groups.top.as_ref()
    }

    /// The groups that the inviter administers, if that is all their right to invite.
    fn confined_to(&self) -> Option<&[GroupPath]> {
        (!self.may_invite).then_some(self.groups.administers.as_slice())
    }

    /// The workspace; `None` if the target is the whole company.
    pub(in crate::operations) fn workspace(&self) -> Option<WorkspaceId> {
        match self.of {
            Scope::Workspace(id) => Some(id),
            Scope::Company(_) => None,
        }
    }

    /// The inviter's rights.
    pub(super) fn rights(&self) -> InviterRights<'_> {
        InviterRights { user: self.inviter.id, role: self.role, confined_to: self.confined_to() }
    }

    /// The public id of somebody invited.
    pub(super) fn person_id(&self, invitee: &InviteRow) -> PersonId {
        person_id(&self.salt, &invitee.identifier)
    }

    /// What the mails of a request have in common.
    pub(in crate::operations) fn batch(&self, id: BatchId, message: Option<Message>) -> Batch {
        Batch {
            id,
            company: self.company.id,
            inviter_name: self.inviter.full_name(),
            scope_name: self.name.clone(),
            company_name: self.company.name.to_string(),
            message,
            sender: None,
            template: None,
            registered: false,
        }
    }
}

impl Usher {
    /// What is invited to, if the caller may, and the groups that rows name. A company's own people are its admins' to invite;
    /// it has no groups.
    pub(in crate::operations) async fn host(
        &self,
        caller: &Caller,
        to: InviteTo,
        groups: BTreeSet<GroupId>,
    ) -> Result<InvitationTarget> {
        let missing = || Error::internal("invite: the company is gone");
        match to {
            InviteTo::Company => {
                let access = self.company_access(caller).await?;
                access.require_admin()?;
                let company = self.store.company(caller.company).await?.ok_or_else(missing)?;
                Ok(InvitationTarget {
                    of: Scope::Company(company.id),
                    name: company.name.to_string(),
                    salt: company.salt.clone(),
                    created_at: company.created_at,
                    published: true,
                    company,
                    inviter: access.profile,
                    role: access.role,
                    may_invite: true,
                    groups: Named::default(),
                })
            }
            InviteTo::Workspace(id) => {
                let (access, groups) = self.in_named_groups(caller, id, groups).await?;
                let may_invite = access.role.may(Permission::Invite);
                if !groups.groups.values().any(|(_, may)| *may) {
                    access.require(Permission::Invite)?;
                }
                let workspace = access.workspace;
                Ok(InvitationTarget {
                    of: Scope::Workspace(id),
                    name: workspace.name.to_string(),
                    salt: workspace.salt,
                    created_at: workspace.created_at,
                    published: workspace.published,
                    company: self.store.company(workspace.company).await?.ok_or_else(missing)?,
                    inviter: access.profile,
                    role: access.role,
                    may_invite,
                    groups,
                })
            }
        }
    }

    /// The caller in a workspace, and those of these groups that it has.
    async fn in_named_groups(
        &self,
        caller: &Caller,
        workspace: WorkspaceId,
        named: BTreeSet<GroupId>,
    ) -> Result<(WorkspaceAccess, Named)> {
        if named.is_empty() {
            return Ok((self.workspace_access(caller, workspace).await?, Named::default()));
        }
        let access = self.group_access(caller, workspace, &named.into_iter().collect::<Vec<_>>()).await?;
        let groups = access.groups.iter().flatten();
        let groups = groups.map(|group| (group.id, (group.place(), access.has_authority(&group.path)))).collect();
        let top = access.top.as_ref().map(Group::place);
        Ok((access.access, Named { groups, top, administers: access.administers }))
    }

    /// Fewer in the first week, and never fewer than one request may name.
    pub(in crate::operations) fn daily<'a>(&self, host: &'a InvitationTarget, now: Timestamp) -> RateLimit<'a> {
        let most = self.parameters.invitations_per_workspace_per_day;
        let young = now.duration_since(host.created_at) < FIRST_WEEK;
        let most = if young { most.min(MAX_IN_FIRST_WEEK) } else { most };
        let most = most.max(u32::try_from(self.parameters.max_users_per_request).unwrap_or(u32::MAX));
        RateLimit { kind: "invitations", subject: &host.salt, window: SignedDuration::from_hours(24), most }
    }
}
