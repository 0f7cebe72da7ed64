//! The groups of a workspace: a tree of any depth, from the topmost group that every workspace has.

use crate::{
    Error, Missing, Public, Result, Usher,
    domain::{
        DisplayId, Group, GroupId, GroupPath, Manager, Person, Profile, Scope, ShortId, Status, Title, UserId,
        WorkspaceId, change_groups,
    },
    operations::{
        Caller,
        invitations::refusals::exclusive_user,
        members::change_member::{MemberChange, NO_SUCH_PERSON, refused_change},
    },
    store::{AuditNote, CallerRecords, GroupDeleted, GroupMade, TransitionWrite, Transitioned},
};

/// Groups that one answer takes.
const MAX: usize = 20_000;

/// How often a group that somebody came into meanwhile is looked at again.
const TRIES: u32 = 3;

const MISSING: Error = Error::NotFound(Missing::Group);

/// What a group is made of.
#[derive(Debug)]
pub struct NewGroup {
    /// In which group.
    pub parent: GroupId,
    /// Its name.
    pub name: Title,
    /// Its name for programs, unique in the workspace; one is made up if there is none.
    pub display_id: Option<DisplayId>,
}

/// A group among those of its parent, and what is right under it.
#[derive(Debug)]
pub struct PlacedGroup {
    /// The group.
    pub group: Group,
    /// How many groups of its parent are older.
    pub index: usize,
    /// The groups right under it, oldest first.
    pub children: Vec<Group>,
}

impl Usher {
    /// The topmost group of a workspace, and those right under it, oldest first. Any member may ask.
    ///
    /// # Errors
    /// As [`Usher::group_access`]; [`Error::TooLarge`] for more than an answer takes.
    pub async fn top_groups(&self, caller: &Caller, workspace: WorkspaceId) -> Result<PlacedGroup> {
        self.group_access(caller, workspace, &[]).await?;
        let top = self
            .store
            .group_at(workspace, &GroupPath::top())
            .await?
            .ok_or_else(|| Error::internal("groups: no topmost group"))?;
        self.with_children(top).await
    }

    /// A group, and those right under it, oldest first. Any member of its workspace may ask.
    ///
    /// # Errors
    /// As [`Usher::group_access_of`]; [`Error::TooLarge`] for more than an answer takes.
    pub async fn child_groups(&self, caller: &Caller, id: GroupId) -> Result<PlacedGroup> {
        let (_, group) = self.group_access_of(caller, id).await?;
        self.with_children(group).await
    }

    async fn with_children(&self, group: Group) -> Result<PlacedGroup> {
        let children = bounded(self.store.child_groups(group.workspace, &group.path, MAX + 1).await?)?;
        Ok(PlacedGroup { index: self.index_of(&group).await?, group, children })
    }

    /// How many groups of the same parent are older.
    async fn index_of(&self, group: &Group) -> Result<usize> {
        let Some(parent) = group.path.parent() else { return Ok(0) };
        let siblings = bounded(self.store.child_groups(group.workspace, &parent, MAX + 1).await?)?;
        Ok(siblings.iter().take_while(|other| other.path < group.path).count())
    }

    /// All groups of a workspace, level by level, the topmost one first. Any member may ask.
    ///
    /// # Errors
    /// As [`Usher::group_access`]; [`Error::TooLarge`] for more than an answer takes.
    pub async fn group_tree(&self, caller: &Caller, workspace: WorkspaceId) -> Result<Vec<Group>> {
        self.group_access(caller, workspace, &[]).await?;
        bounded(self.store.groups(workspace, MAX + 1).await?)
    }

    /// Makes a group in another.
    ///
    /// # Errors
    /// As [`Usher::group_access_of`]; [`Error::Forbidden`] without authority over the group that it is to be in,
    /// [`Error::Conflict`] if the workspace has a group of this display id, [`Error::Invalid`] if the tree would be too deep.
    pub async fn create_group(&self, caller: &Caller, new: NewGroup) -> Result<PlacedGroup> {
        let (access, parent) = self.group_access_of(caller, new.parent).await?;
        access.require_authority(&parent.path)?;
        let number = self.store.take_group_number(parent.workspace).await?.ok_or(MISSING)?;
        let short_id = ShortId::random(self.random());
        let made_up =
            || short_id.to_string().parse().map_err(|_| Error::internal("groups: a short id is no display id"));
        let group = Group {
            id: GroupId::random(self.random()),
            workspace: parent.workspace,
            path: parent.path.child(number).ok_or_else(too_deep)?,
            name: new.name,
            display_id: new.display_id.map_or_else(made_up, Ok)?,
            short_id,
            created_by: access.access.profile.id,
            created_at: self.now(),
        };
        match self.store.create_group(&group, parent.id, self.random()).await? {
            GroupMade::Done => Ok(PlacedGroup { index: self.index_of(&group).await?, group, children: Vec::new() }),
            GroupMade::NoParent => Err(MISSING),
            GroupMade::DisplayIdTaken => {
                Err(Error::conflict("display_id_taken", "The workspace has a group of this display id already."))
            }
        }
    }

    /// Deletes a group that neither people nor groups are in.
    ///
    /// # Errors
    /// As [`Usher::group_access_of`]; [`Error::Forbidden`] without authority over it, [`Error::Conflict`] if it isn't empty or is the
    /// topmost one.
    pub async fn delete_group(&self, caller: &Caller, id: GroupId) -> Result<()> {
        let (access, group) = self.group_access_of(caller, id).await?;
        access.require_authority(&group.path)?;
        let above = group.path.parent().ok_or_else(|| not_empty("The topmost group stays."))?;
        let parent = self.store.group_at(group.workspace, &above).await?.ok_or(MISSING)?;
        for _ in 0..TRIES {
            let Some(joins) = self.store.group_joins(id).await? else { return Err(MISSING) };
            // An invitation that has expired can be sent again, and so it keeps its groups.
            let people = self.store.people(Scope::Workspace(group.workspace)).await?;
            let here = |person: &Person| matches!(person.status, Status::Pending | Status::Accepted);
            if people.iter().any(|person| here(person) && person.is_in(&group.path, true)) {
                return Err(not_empty("There are people in this group."));
            }
            let (actor, now) = (access.access.profile.id, self.now());
            match self.store.delete_group(&group, parent.id, joins, actor, now, self.random()).await? {
                GroupDeleted::Done => return Ok(()),
                GroupDeleted::HasGroups => return Err(not_empty("There are groups in this group.")),
                GroupDeleted::Changed => {}
            }
        }
        Err(Error::conflict("changed_meanwhile", "People come into this group at the same time."))
    }

    /// Lets somebody administer a group and what is under it, or not any more. Asked again it changes nothing.
    ///
    /// # Errors
    /// As [`Usher::group_access_of`]; [`Error::Forbidden`] without authority over it; [`Error::NotFound`] for a user who is neither
    /// active in the workspace's company nor a member of the workspace; [`Error::Conflict`] for one who administers as many
    /// groups as can be, or belongs to another workspace only.
    pub async fn change_group_admin(
        &self,
        caller: &Caller,
        id: GroupId,
        user: UserId,
        administers: bool,
    ) -> Result<()> {
        let (access, group) = self.group_access_of(caller, id).await?;
        access.require_authority(&group.path)?;
        let workspace = &access.access.workspace;
        if administers {
            let CallerRecords { profile, workspace: member, .. } =
                self.store.caller_records(user, workspace.company, Some(workspace.id)).await?;
            let profile = profile.filter(Profile::is_active).ok_or(NO_SUCH_PERSON)?;
            if profile.company != workspace.company && member.is_none() {
                return Err(NO_SUCH_PERSON);
            }
            if profile.exclusive_to.is_some_and(|own| own != workspace.id) {
                return Err(exclusive_user());
            }
        }
        let (actor, now) = (access.access.profile.id, self.now());
        if self.store.change_group_admin(&group, user, administers, actor, now, self.random()).await? {
            return Ok(());
        }
        Err(Error::conflict("too_many_groups", "This user administers as many groups of the workspace as can be."))
    }

    /// A group, and the members and pending invitations of its workspace who are in it, oldest first; with those of the groups
    /// under it if `recursive`. Any member of the workspace may ask.
    ///
    /// # Errors
    /// As [`Usher::group_access_of`].
    pub async fn group_members(&self, caller: &Caller, id: GroupId, recursive: bool) -> Result<(Group, Vec<Person>)> {
        let (access, group) = self.group_access_of(caller, id).await?;
        let mut people = self.members_and_invited(&access.access.workspace).await?;
        people.retain(|person| person.is_in(&group.path, recursive));
        Ok((group, people))
    }

    /// Takes somebody out of a group; who is in no other group then is removed from the workspace, or their invitation is
    /// revoked.
    ///
    /// # Errors
    /// As [`Usher::group_access`]; [`Error::Forbidden`] without authority over the group, and for somebody whose role is above
    /// the caller's; [`Error::NotFound`] for a group that the workspace hasn't, and for a user who isn't in it;
    /// [`Error::Conflict`] for the workspace's last explicit ADMIN.
    pub async fn leave_group(&self, caller: &Caller, of: WorkspaceId, id: GroupId, user: UserId) -> Result<()> {
        let mut access = self.group_access(caller, of, &[id]).await?;
        let group = access.groups.pop().flatten().ok_or(MISSING)?;
        access.require_authority(&group.path)?;
        for _ in 0..TRIES {
            let people = self.members_and_invited(&access.access.workspace).await?;
            let found = people.into_iter().find(|person| person.user == user && person.is_in(&group.path, false));
            let person = found.ok_or(NO_SUCH_PERSON)?;
            let left: Vec<_> = person.groups.iter().filter(|place| place.id != id).cloned().collect();
            if left.is_empty() {
                if self.try_to_change(&access.access, &person, MemberChange::Removed).await?.is_some() {
                    return Ok(());
                }
                continue;
            }
            let manager = Manager { user: access.access.profile.id, role: access.access.role };
            let now = self.now();
            let transition = change_groups(manager, &person, left, now).map_err(refused_change)?;
            let audit = AuditNote { actor: manager.user, action: "member.groupsChanged", detail: Vec::new() };
            let scope = Scope::Workspace(of);
            let write = TransitionWrite { of: scope, transition: &transition, audit, mail: None, now };
            if self.store.write_transition(&write, self.random()).await? == Transitioned::Done {
                return Ok(());
            }
        }
        Err(Error::conflict("changed_meanwhile", "This person was changed by somebody else at the same time."))
    }
}

fn bounded(groups: Vec<Group>) -> Result<Vec<Group>> {
    if groups.len() <= MAX {
        return Ok(groups);
    }
    Err(Error::TooLarge(Public::new("tree_too_large", "There are too many groups for one list.")))
}

fn too_deep() -> Error {
    Error::invalid("too_deep", format!("A tree of groups has at most {} levels.", GroupPath::MAX_LEVELS))
}

fn not_empty(message: &'static str) -> Error {
    Error::conflict("group_not_empty", message)
}
