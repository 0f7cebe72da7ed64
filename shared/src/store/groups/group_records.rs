//! Groups of people in a workspace, and the groups' administrators.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_dynamo::string_set::StringSet;

use crate::{
    Result,
    domain::{
        Act, CallerStanding, CompanyId, Group, GroupId, GroupPath, GroupRef, Random, Scope, UserId, Workspace,
        WorkspaceId,
    },
    store::{
        Store,
        audit::audit_log::{AuditEntry, Subject, audit_write},
        condition::{absent, any, contains, equal, size_below},
        conditional_write::{ConditionalWrite, Written},
        items::from_item,
        keys,
        members::membership_records::{caller_keys, take_caller_records},
        transact::Transacted,
    },
};

/// The largest number of groups that one user administers in a workspace. The paths of the groups that one user
/// administers must fit into one item.
const MAX_ADMINISTERED: u32 = 100;

/// The item of a group: the group, and the number of groups directly below it. The number of groups below a group
/// matters because a group with groups below it cannot be deleted.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct GroupItem {
    #[serde(flatten)]
    group: Group,
    /// The number of groups directly below this group.
    children: u32,
}

/// The writes of a new group: the group, its entry in the tree, and the pointer from its display id. The display id of
/// the new group must not belong to another group.
pub(in crate::store) fn group_writes(group: &Group) -> [ConditionalWrite; 3] {
    let item = GroupItem { group: group.clone(), children: 0 };
    let pointer = DisplayIdItem { group: group.id };
    [
        ConditionalWrite::put(&keys::group(group.id), item).if_absent(),
        ConditionalWrite::put(&keys::group_in_tree(group.workspace, &group.path), group),
        ConditionalWrite::put(&keys::display_id(group.workspace, &group.display_id), pointer).if_absent(),
    ]
}

/// The join counters of a group: the number of writes that have brought people into the group so far, in several
/// partial counters, so that many people can join the group at once. A group that a request found to be empty is
/// deleted only if the join counters have not changed after the request read the counters.
pub type Joins = [u32; keys::PARTITIONS as usize];

/// How long a deleted group stays marked as closed. A deleted group stays marked as closed for longer than any request
/// takes.
const CLOSED_RETENTION: SignedDuration = SignedDuration::from_hours(24);

/// The item that leads from a group's display id to the group.
#[derive(Serialize, Deserialize)]
struct DisplayIdItem {
    group: GroupId,
}

/// The item of the groups that a user administers in a workspace.
#[derive(Default, Deserialize)]
struct AdministeredGroups {
    #[serde(default)]
    paths: Vec<GroupPath>,
}

/// The records of a caller and of groups in a workspace, read together.
#[derive(Debug)]
pub struct GroupRecords {
    /// The workspace that the groups belong to.
    pub workspace: Option<Workspace>,
    /// The caller's profile and roles.
    pub caller: CallerStanding,
    /// The paths of the groups that the caller administers in the workspace.
    pub administers: Vec<GroupPath>,
    /// The requested groups, in order. `None` for a group that does not exist or belongs to another workspace.
    pub groups: Vec<Option<Group>>,
    /// The topmost group, if any groups were requested.
    pub top: Option<Group>,
}

/// The result of creating a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupMade {
    /// The new group is created.
    Done,
    /// The group is not created, because its parent group does not exist.
    NoParent,
    /// The group is not created, because another group of the workspace has the same display id.
    DisplayIdTaken,
}

/// The result of deleting a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupDeleted {
    /// The group is deleted.
    Done,
    /// The group is not deleted, because other groups are below it.
    HasGroups,
    /// The group is not deleted, because a person joined the group after the counters of its joins were read.
    Changed,
}

impl Store {
    /// Reads a group.
    pub async fn group(&self, id: GroupId) -> Result<Option<Group>> {
        self.get(&keys::group(id)).await
    }

    /// Reads a workspace, a caller's profile and roles, the groups that the caller administers in the workspace, and
    /// the requested groups. Reading a caller and groups takes one call of DynamoDB for each hundred items.
    pub async fn group_records(
        &self,
        user: UserId,
        company: CompanyId,
        workspace: WorkspaceId,
        groups: &[GroupId],
    ) -> Result<GroupRecords> {
        let administered = keys::administered(user, workspace);
        let mut keys = caller_keys(user, company, Some(workspace));
        keys.extend([keys::workspace(workspace), administered.clone()]);
        let top = keys::group_in_tree(workspace, &GroupPath::top());
        keys.extend((!groups.is_empty()).then(|| top.clone()));
        keys.extend(groups.iter().map(|id| keys::group(*id)));
        let mut found = self.get_many(keys).await?;
        let caller = take_caller_records(&mut found, user, company, Some(workspace))?;
        let administers: AdministeredGroups = found.take(&administered)?.unwrap_or_default();
        let groups = groups.iter().map(|id| {
            let group: Option<Group> = found.take(&keys::group(*id))?;
            Ok(group.filter(|group| group.workspace == workspace))
        });
        let groups = groups.collect::<Result<_>>()?;
        let (workspace, top) = (found.take(&keys::workspace(workspace))?, found.take(&top)?);
        Ok(GroupRecords { workspace, caller, administers: administers.paths, groups, top })
    }

    /// Reads the paths of the groups that a user administers in a workspace.
    pub async fn administered(&self, user: UserId, workspace: WorkspaceId) -> Result<Vec<GroupPath>> {
        let found: Option<AdministeredGroups> = self.get(&keys::administered(user, workspace)).await?;
        Ok(found.unwrap_or_default().paths)
    }

    /// Reads the group with this path in the tree of a workspace.
    pub async fn group_at(&self, workspace: WorkspaceId, path: &GroupPath) -> Result<Option<Group>> {
        self.get(&keys::group_in_tree(workspace, path)).await
    }

    /// Reads the groups directly below a group, oldest first, and reads at most `limit` groups.
    pub async fn child_groups(&self, workspace: WorkspaceId, parent: &GroupPath, limit: usize) -> Result<Vec<Group>> {
        self.query(&keys::groups_partition(workspace), &keys::child_groups_prefix(parent), limit).await
    }

    /// Reads the groups of a workspace level by level, and reads at most `limit` groups.
    pub async fn groups(&self, workspace: WorkspaceId, limit: usize) -> Result<Vec<Group>> {
        self.query(&keys::groups_partition(workspace), "", limit).await
    }

    /// Takes a new number for a group of the workspace. `None` if the workspace does not exist.
    pub async fn take_group_number(&self, workspace: WorkspaceId) -> Result<Option<u32>> {
        #[derive(Deserialize)]
        struct WorkspaceItem {
            groups: u32,
        }
        let write = ConditionalWrite::update(keys::workspace(workspace)).if_present().add("groups", 1);
        match self.write(write).await? {
            Written::Done(item) => Ok(Some(from_item::<WorkspaceItem>(item)?.groups)),
            Written::Refused => Ok(None),
        }
    }

    /// Creates a group below another group.
    pub async fn create_group(&self, group: &Group, parent: GroupId) -> Result<GroupMade> {
        let mut writes = vec![ConditionalWrite::update(keys::group(parent)).if_present().add("children", 1)];
        writes.extend(group_writes(group));
        writes.push(group_audit(
            group,
            Act { actor: group.created_by, at: group.created_at },
            "group.created",
            self.random(),
        ));
        let result = self.transact(writes).await?;
        if matches!(result, Transacted::Done) || self.group(group.id).await?.is_some() {
            // The random id of the new group is unused. If a group with this id exists, an earlier attempt to create
            // the group succeeded and only DynamoDB's reply was lost.
            return Ok(GroupMade::Done);
        }
        Ok(if result.refused(0).is_some() { GroupMade::NoParent } else { GroupMade::DisplayIdTaken })
    }

    /// Reads the counters of joins of a group. The result is `None` if the group does not exist.
    pub async fn group_joins(&self, id: GroupId) -> Result<Option<Joins>> {
        #[derive(Deserialize)]
        struct JoinCounter {
            joins: u32,
        }
        let counters = (0..keys::PARTITIONS).map(|partition| keys::group_joins(id, partition));
        let mut found = self.get_many(counters.clone().chain([keys::group(id)]).collect()).await?;
        let group: Option<Group> = found.take(&keys::group(id))?;
        let mut joins = Joins::default();
        for (count, key) in joins.iter_mut().zip(counters) {
            *count = found.take::<JoinCounter>(&key)?.map_or(0, |counter| counter.joins);
        }
        Ok(group.map(|_| joins))
    }

    /// Deletes a group that has no groups below it, and that nobody has joined after the request read the counters
    /// `joins`.
    pub async fn delete_group(&self, group: &Group, parent: GroupId, joins: Joins, act: Act) -> Result<GroupDeleted> {
        let mut writes = vec![
            ConditionalWrite::delete(keys::group(group.id)).expect(equal("children", 0)),
            ConditionalWrite::update(keys::group(parent)).if_present().add("children", -1),
            ConditionalWrite::delete(keys::group_in_tree(group.workspace, &group.path)),
            ConditionalWrite::delete(keys::display_id(group.workspace, &group.display_id)),
            group_audit(group, act, "group.deleted", self.random()),
        ];
        // A request that is about to bring people into the deleted group finds the group closed, and so brings nobody
        // into it.
        let purge_at = (act.at + CLOSED_RETENTION).as_second();
        writes.extend((0..keys::PARTITIONS).zip(joins).map(|(partition, joins)| {
            let unchanged = if joins == 0 { absent("joins") } else { equal("joins", joins) };
            let close = ConditionalWrite::update(keys::group_joins(group.id, partition)).expect(unchanged);
            close.set("closed", true).set("purge_at", purge_at)
        }));
        let result = self.transact(writes).await?;
        Ok(match result.refused(0) {
            Some(stored) if from_item::<GroupItem>(stored.clone()).is_ok_and(|item| item.children > 0) => {
                GroupDeleted::HasGroups
            }
            None if !matches!(result, Transacted::Done) => GroupDeleted::Changed,
            // If DynamoDB refuses the deletion, either an earlier attempt of this transaction or another transaction
            // has deleted the group. The parent group cannot be the reason for the refusal, because a parent group is
            // never deleted before the groups below it.
            _ => GroupDeleted::Done,
        })
    }

    /// Makes a user an administrator of a group and of the groups below it, or ends the user's administration of the
    /// group. Returns `false` if the user already administers the largest allowed number of groups.
    pub async fn change_group_admin(&self, group: &Group, user: UserId, administers: bool, act: Act) -> Result<bool> {
        let key = keys::administered(user, group.workspace);
        let (write, path) = (ConditionalWrite::update(key), group.path.as_ref());
        let (write, action) = if administers {
            let room = any([absent("paths"), contains("paths", path), size_below("paths", MAX_ADMINISTERED)]);
            (write.expect(room).add("paths", StringSet(vec![path])), "groupAdmin.added")
        } else {
            (write.delete_from("paths", StringSet(vec![path])), "groupAdmin.removed")
        };
        let audit_entry = AuditEntry::new(act.at, act.actor, action)
            .about(Subject::new(user.to_string()).with("group", group.display_id.to_string()));
        let writes = vec![write, audit_write(Scope::Workspace(group.workspace), &audit_entry, self.random())];
        Ok(matches!(self.transact(writes).await?, Transacted::Done))
    }
}

/// The write that counts people joining a group. The counting write is part of the transaction that writes the records
/// of the joining people, and succeeds only if the group is not deleted. People who join the topmost group are not
/// counted, because the topmost group is never deleted. Concurrent transactions usually count in different partitions
/// of the group's join counters.
pub(in crate::store) fn group_join_write(group: &GroupRef, partition: u8) -> Option<ConditionalWrite> {
    let join = ConditionalWrite::update(keys::group_joins(group.id, partition));
    (!group.path.is_top()).then(|| join.expect(absent("closed")).add("joins", 1))
}

/// A random one of the partitions of a group's join counters.
pub(in crate::store) fn random_partition(random: &dyn Random) -> u8 {
    let mut byte = [0];
    random.fill(&mut byte);
    byte[0] % keys::PARTITIONS
}

/// The write of the audit entry about a group.
fn group_audit(group: &Group, act: Act, action: &'static str, random: &dyn Random) -> ConditionalWrite {
    let audit_entry = AuditEntry::new(act.at, act.actor, action).about(Subject::new(group.display_id.to_string()));
    audit_write(Scope::Workspace(group.workspace), &audit_entry, random)
}
