//! The target of an inviting request: the workspace or company, the inviter's rights in the target, and the target's
//! daily quota of invitations.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::{
    Error, Result, Usher,
    domain::{
        Batch, BatchId, Company, Group, GroupId, GroupPath, GroupRef, InviterRights, Message, Permission, PersonId,
        Profile, RateLimit, Role, Scope, WorkspaceId, person_id,
    },
    operations::{
        Caller, WorkspaceAccess,
        invitations::invite_users::request::{InviteRow, InviteTo},
    },
};

/// How long after its creation a workspace or company counts as new and has a smaller daily quota of invitations.
const FIRST_WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How many people may be invited to a new workspace or company in a day.
const MAX_IN_FIRST_WEEK: u32 = 20_000;

/// The workspace or company that a request invites to, and the inviter's rights in the workspace or company.
pub(in crate::operations) struct InvitationTarget {
    pub(in crate::operations) scope: Scope,
    name: String,
    /// The secret from which the public ids of the people of the workspace or company are derived.
    pub(super) salt: String,
    created_at: Timestamp,
    /// Whether the workspace that the request invites to is published. A company counts as published.
    pub(super) published: bool,
    /// The company that the request invites to, or the company that owns the workspace.
    pub(super) company: Company,
    pub(in crate::operations) inviter: Profile,
    /// The inviter's role in the workspace or company.
    pub(in crate::operations) role: Role,
    /// Whether the inviter's role allows inviting people into the whole workspace or company.
    may_invite: bool,
    groups: NamedGroups,
}

/// The groups that the rows of a request name.
#[derive(Default)]
struct NamedGroups {
    /// Each group that a row names and that exists, and whether the inviter has authority over the group.
    by_id: BTreeMap<GroupId, (GroupRef, bool)>,
    /// The topmost group of the workspace.
    top: Option<GroupRef>,
    /// The groups that the inviter administers.
    administers: Vec<GroupPath>,
}

impl InvitationTarget {
    /// Whether the inviter may invite people into all of `groups`. `None` if one of the groups doesn't exist in the
    /// workspace.
    pub(super) fn authority(&self, groups: &[GroupId]) -> Option<bool> {
        if groups.is_empty() {
            return Some(self.may_invite);
        }
        groups.iter().try_fold(true, |all, id| self.groups.by_id.get(id).map(|(_, may)| all && *may))
    }

    /// The ids and paths of the groups `groups`, without duplicates.
    pub(super) fn group_places(&self, groups: &[GroupId]) -> Vec<GroupRef> {
        let groups: BTreeSet<_> = groups.iter().collect();
        groups.into_iter().filter_map(|id| self.groups.by_id.get(id)).map(|(place, _)| place.clone()).collect()
    }

    /// The topmost group of the workspace. The topmost group is read only if a row of the request names groups.
    pub(super) fn top_group(&self) -> Option<&GroupRef> {
        self.groups.top.as_ref()
    }

    /// The groups that the inviter administers, if the inviter may invite people only into the groups that the inviter
    /// administers.
    fn confined_to(&self) -> Option<&[GroupPath]> {
        (!self.may_invite).then_some(self.groups.administers.as_slice())
    }

    /// The workspace that the request invites to. `None` if the request invites to a company.
    pub(in crate::operations) fn workspace(&self) -> Option<WorkspaceId> {
        match self.scope {
            Scope::Workspace(id) => Some(id),
            Scope::Company(_) => None,
        }
    }

    /// The inviter's rights in the workspace or company, in the form that deciding about a row needs.
    pub(super) fn rights(&self) -> InviterRights<'_> {
        InviterRights { user: self.inviter.id, role: self.role, confined_to: self.confined_to() }
    }

    /// The public id that the row's person has in the workspace or company.
    pub(super) fn person_id(&self, invitee: &InviteRow) -> PersonId {
        person_id(&self.salt, &invitee.identifier)
    }

    /// The batch of an inviting request: the texts that all mails of the request share.
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
    /// Reads the target of an inviting request, with the groups that the rows name. Checks that the caller may invite
    /// people: to a workspace by the caller's role or by authority over a named group, to a company as a company admin.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Forbidden`] for a caller who may not invite people to the workspace or company.
    pub(in crate::operations) async fn invitation_target(
        &self,
        caller: &Caller,
        to: InviteTo,
        groups: BTreeSet<GroupId>,
    ) -> Result<InvitationTarget> {
        let missing = || Error::internal("invite: the company's record doesn't exist");
        match to {
            InviteTo::Company => {
                let access = self.company_access(caller).await?;
                access.require_admin()?;
                let company = self.store.company(caller.company).await?.ok_or_else(missing)?;
                Ok(InvitationTarget {
                    scope: Scope::Company(company.id),
                    name: company.name.to_string(),
                    salt: company.salt.clone(),
                    created_at: company.created_at,
                    published: true,
                    company,
                    inviter: access.profile,
                    role: access.role,
                    may_invite: true,
                    groups: NamedGroups::default(),
                })
            }
            InviteTo::Workspace(id) => {
                let (access, groups) = self.access_with_groups(caller, id, groups).await?;
                let may_invite = access.role.may(Permission::Invite);
                if !groups.by_id.values().any(|(_, may)| *may) {
                    access.require(Permission::Invite)?;
                }
                let workspace = access.workspace;
                Ok(InvitationTarget {
                    scope: Scope::Workspace(id),
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

    /// The caller's access to a workspace, and the groups named by the rows that exist in the workspace.
    async fn access_with_groups(
        &self,
        caller: &Caller,
        workspace: WorkspaceId,
        named: BTreeSet<GroupId>,
    ) -> Result<(WorkspaceAccess, NamedGroups)> {
        if named.is_empty() {
            return Ok((self.workspace_access(caller, workspace).await?, NamedGroups::default()));
        }
        let access = self.group_access(caller, workspace, &named.into_iter().collect::<Vec<_>>()).await?;
        let groups = access.groups.iter().flatten();
        let by_id = groups.map(|group| (group.id, (group.reference(), access.has_authority(&group.path)))).collect();
        let top = access.top.as_ref().map(Group::reference);
        Ok((access.access, NamedGroups { by_id, top, administers: access.administers }))
    }

    /// How many people may be invited to the workspace or company in a day. The daily quota is smaller in the first
    /// week of the workspace or company, and always covers one request of the largest allowed size.
    pub(in crate::operations) fn daily_quota<'a>(&self, target: &'a InvitationTarget, now: Timestamp) -> RateLimit<'a> {
        let most = self.parameters.invitations_per_workspace_per_day;
        let is_new = now.duration_since(target.created_at) < FIRST_WEEK;
        let most = if is_new { most.min(MAX_IN_FIRST_WEEK) } else { most };
        let most = most.max(u32::try_from(self.parameters.max_users_per_request).unwrap_or(u32::MAX));
        RateLimit { kind: "invitations", subject: &target.salt, window: SignedDuration::from_hours(24), most }
    }
}
