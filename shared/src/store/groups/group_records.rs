//! Groups of a workspace's people, and who administers them.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_dynamo::string_set::StringSet;

use crate::{
    Result,
    domain::{CompanyId, Group, GroupId, GroupPath, GroupPlace, Random, Scope, UserId, Workspace, WorkspaceId},
    store::{
        CallerRecords, Store,
        accounts::profiles::{caller_keys, take_records},
        audit::audit_log::{Entry, Subject, entry},
        condition::{absent, any, contains, equal, size_below},
        conditional_write::{ConditionalWrite, Written},
        items::from_item,
        keys,
        transact::Transacted,
    },
};

/// Groups that one user administers in a workspace: their paths fit into an item.
const MAX_ADMINISTERED: u32 = 100;

/// A group with what speaks against deleting it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Counted {
    #[serde(flatten)]
    group: Group,
    /// How many groups are in it.
    children: u32,
}

/// The writes of a new group: itself, its place in the tree, and its display id, which must be nobody's.
pub(in crate::store) fn group_writes(group: &Group) -> [ConditionalWrite; 3] {
    let counted = Counted { group: group.clone(), children: 0 };
    let pointer = Pointer { group: group.id };
    [
        ConditionalWrite::put(&keys::group(group.id), counted).if_absent(),
        ConditionalWrite::put(&keys::group_place(group.workspace, &group.path), group),
        ConditionalWrite::put(&keys::display_id(group.workspace, &group.display_id), pointer).if_absent(),
    ]
}

/// How many writes brought people into a group, so far, counted apart so that many can come at once. Whoever found it empty
/// deletes it only if none came since.
pub type Joins = [u32; keys::PARTITIONS as usize];

/// How long after a group's deletion it is remembered: longer than any request takes.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);

#[derive(Serialize, Deserialize)]
struct Pointer {
    group: GroupId,
}

#[derive(Default, Deserialize)]
struct Administered {
    #[serde(default)]
    paths: Vec<GroupPath>,
}

/// What is known of a caller and of groups of a workspace, read at once.
#[derive(Debug)]
pub struct GroupRecords {
    /// The workspace.
    pub workspace: Option<Workspace>,
    /// The caller.
    pub caller: CallerRecords,
    /// The groups that the caller administers there.
    pub administers: Vec<GroupPath>,
    /// The groups asked for, in order; `None` for one that isn't there or is another workspace's.
    pub groups: Vec<Option<Group>>,
    /// The topmost group, if groups were asked for.
    pub top: Option<Group>,
}

/// What making a group came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupMade {
    /// Made.
    Done,
    /// The group it was to be in is gone.
    NoParent,
    /// The workspace has a group of this display id.
    DisplayIdTaken,
}

/// What deleting a group came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupDeleted {
    /// Gone.
    Done,
    /// There are groups in it.
    HasGroups,
    /// Somebody came into it since it was read.
    Changed,
}

impl Store {
    /// A group.
    pub async fn group(&self, id: GroupId) -> Result<Option<Group>> {
        self.get(&keys::group(id)).await
    }

    /// A workspace, a caller's profile and roles, what they administer there, and groups of it: one read, or one more for
    /// each hundred groups.
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
        let top = keys::group_place(workspace, &GroupPath::top());
        keys.extend((!groups.is_empty()).then(|| top.clone()));
        keys.extend(groups.iter().map(|id| keys::group(*id)));
        let mut found = self.get_many(keys).await?;
        let caller = take_records(&mut found, user, company, Some(workspace))?;
        let administers: Administered = found.take(&administered)?.unwrap_or_default();
        let groups = groups.iter().map(|id| {
            let group: Option<Group> = found.take(&keys::group(*id))?;
            Ok(group.filter(|group| group.workspace == workspace))
        });
        let groups = groups.collect::<Result<_>>()?;
        let (workspace, top) = (found.take(&keys::workspace(workspace))?, found.take(&top)?);
        Ok(GroupRecords { workspace, caller, administers: administers.paths, groups, top })
    }

    /// The groups that a user administers in a workspace.
    pub async fn administered(&self, user: UserId, workspace: WorkspaceId) -> Result<Vec<GroupPath>> {
        let found: Option<Administered> = self.get(&keys::administered(user, workspace)).await?;
        Ok(found.unwrap_or_default().paths)
    }

    /// The group at a place in a workspace's tree.
    pub async fn group_at(&self, workspace: WorkspaceId, path: &GroupPath) -> Result<Option<Group>> {
        self.get(&keys::group_place(workspace, path)).await
    }

    /// The groups right under a group, oldest first; at most `most`.
    pub async fn child_groups(&self, workspace: WorkspaceId, of: &GroupPath, most: usize) -> Result<Vec<Group>> {
        self.query(&keys::groups(workspace), &keys::child_places(of), most).await
    }

    /// All groups of a workspace, level by level; at most `most`.
    pub async fn groups(&self, workspace: WorkspaceId, most: usize) -> Result<Vec<Group>> {
        self.query(&keys::groups(workspace), "", most).await
    }

    /// A number that no group of the workspace has; `None` if there is no such workspace.
    pub async fn take_group_number(&self, workspace: WorkspaceId) -> Result<Option<u32>> {
        #[derive(Deserialize)]
        struct Numbered {
            groups: u32,
        }
        let change = ConditionalWrite::update(keys::workspace(workspace)).if_present().add("groups", 1);
        match self.write(change).await? {
            Written::Done(item) => Ok(Some(from_item::<Numbered>(item)?.groups)),
            Written::Refused => Ok(None),
        }
    }

    /// Makes a group in another.
    pub async fn create_group(&self, group: &Group, parent: GroupId, random: &dyn Random) -> Result<GroupMade> {
        let mut changes = vec![ConditionalWrite::update(keys::group(parent)).if_present().add("children", 1)];
        changes.extend(group_writes(group));
        changes.push(told(group, group.created_by, "group.created", group.created_at, random));
        let refused = self.transact(changes).await?;
        if matches!(refused, Transacted::Done) || self.group(group.id).await?.is_some() {
            // Its id is new, so one that is there is this one, of which only the reply was lost.
            return Ok(GroupMade::Done);
        }
        Ok(if refused.refused(0).is_some() { GroupMade::NoParent } else { GroupMade::DisplayIdTaken })
    }

    /// How many writes have brought people into a group; `None` if it is gone.
    pub async fn group_joins(&self, id: GroupId) -> Result<Option<Joins>> {
        #[derive(Deserialize)]
        struct Counter {
            joins: u32,
        }
        let counters = (0..keys::PARTITIONS).map(|partition| keys::group_joins(id, partition));
        let mut found = self.get_many(counters.clone().chain([keys::group(id)]).collect()).await?;
        let group: Option<Group> = found.take(&keys::group(id))?;
        let mut joins = Joins::default();
        for (count, key) in joins.iter_mut().zip(counters) {
            *count = found.take::<Counter>(&key)?.map_or(0, |counter| counter.joins);
        }
        Ok(group.map(|_| joins))
    }

    /// Deletes a group that nobody came into since `joins` was read, and that no group is in.
    pub async fn delete_group(
        &self,
        group: &Group,
        parent: GroupId,
        joins: Joins,
        actor: UserId,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<GroupDeleted> {
        let mut changes = vec![
            ConditionalWrite::delete(keys::group(group.id)).expect(equal("children", 0)),
            ConditionalWrite::update(keys::group(parent)).if_present().add("children", -1),
            ConditionalWrite::delete(keys::group_place(group.workspace, &group.path)),
            ConditionalWrite::delete(keys::display_id(group.workspace, &group.display_id)),
            told(group, actor, "group.deleted", now, random),
        ];
        // Whoever is about to come into it finds it closed.
        let purge_at = (now + REMEMBERED).as_second();
        changes.extend((0..keys::PARTITIONS).zip(joins).map(|(partition, joins)| {
            let none_since = if joins == 0 { absent("joins") } else { equal("joins", joins) };
            let close = ConditionalWrite::update(keys::group_joins(group.id, partition)).expect(none_since);
            close.set("closed", true).set("purge_at", purge_at)
        }));
        let refused = self.transact(changes).await?;
        Ok(match refused.refused(0) {
            Some(old) if from_item::<Counted>(old.clone()).is_ok_and(|counted| counted.children > 0) => {
                GroupDeleted::HasGroups
            }
            None if !matches!(refused, Transacted::Done) => GroupDeleted::Changed,
            // Written, or gone by whomever. Its parent can't be gone while it is there.
            _ => GroupDeleted::Done,
        })
    }

    /// Lets a user administer a group and what is under it, or not any more. `false` if they administer as many as can be.
    pub async fn change_group_admin(
        &self,
        group: &Group,
        user: UserId,
        administers: bool,
        actor: UserId,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<bool> {
        let key = keys::administered(user, group.workspace);
        let (change, path) = (ConditionalWrite::update(key), group.path.as_ref());
        let (change, action) = if administers {
            let room = any([absent("paths"), contains("paths", path), size_below("paths", MAX_ADMINISTERED)]);
            (change.expect(room).add("paths", StringSet(vec![path])), "groupAdmin.added")
        } else {
            (change.delete_from("paths", StringSet(vec![path])), "groupAdmin.removed")
        };
        let told = Entry::new(now, actor, action)
            .about(Subject::new(user.to_string()).with("group", group.display_id.to_string()));
        let changes = vec![change, entry(Scope::Workspace(group.workspace), &told, random)];
        Ok(matches!(self.transact(changes).await?, Transacted::Done))
    }
}

/// The write that lets people into a group that was read just before, as part of the transaction that does: only while it
/// isn't deleted. The topmost group never is. Transactions under way at once count in different partitions.
pub(in crate::store) fn joined(group: &GroupPlace, partition: u8) -> Option<ConditionalWrite> {
    let join = ConditionalWrite::update(keys::group_joins(group.id, partition));
    (!group.path.is_top()).then(|| join.expect(absent("closed")).add("joins", 1))
}

/// One of the partitions in which joins are counted, by chance.
pub(in crate::store) fn partition(random: &dyn Random) -> u8 {
    let mut byte = [0];
    random.fill(&mut byte);
    byte[0] % keys::PARTITIONS
}

fn told(group: &Group, actor: UserId, action: &'static str, at: Timestamp, random: &dyn Random) -> ConditionalWrite {
    let told = Entry::new(at, actor, action).about(Subject::new(group.display_id.to_string()));
    entry(Scope::Workspace(group.workspace), &told, random)
}
