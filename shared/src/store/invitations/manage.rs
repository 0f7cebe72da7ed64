//! Changing what somebody is in a workspace or company, and ending it.

use jiff::Timestamp;
use serde_dynamo::string_set::StringSet;

use crate::{
    Result,
    domain::{Person, Random, Role, Scope, Status, UserId},
    store::{
        Store,
        audit::audit_log::{Entry, Subject, entry},
        conditional_write::ConditionalWrite,
        keys,
        transact::Transacted,
    },
};

/// Somebody about to be changed.
#[derive(Debug)]
pub struct Managing<'a> {
    /// Where.
    pub of: Scope,
    /// The record as it was read and judged.
    pub person: &'a Person,
    /// By whom.
    pub actor: UserId,
    /// When.
    pub now: Timestamp,
}

/// What changing somebody came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Managed {
    /// Written.
    Done,
    /// The record changed since it was read: to be read and judged again.
    Changed,
    /// The workspace would be left without an explicit ADMIN.
    LastAdmin,
}

impl Store {
    /// Gives a member or somebody invited another role. Whoever changes an invitation is its inviter from then on: the role may
    /// be above what the one before may give.
    pub async fn change_role(&self, managing: &Managing<'_>, role: Role, random: &dyn Random) -> Result<Managed> {
        let of = managing.of;
        let (member, was) = (managing.person.status == Status::Accepted, managing.person.role);
        let update = "SET #role = :new, #updated_at = :at";
        let mut changes = if member {
            vec![managing.as_read(update).with("new", role)]
        } else {
            let update = format!("{update}, #inviter = :actor");
            vec![managing.as_read(&update).with("new", role).with("actor", managing.actor)]
        };
        if member {
            let membership = ConditionalWrite::update(keys::membership(managing.person.user, of), "SET #role = :new");
            changes.push(membership.when("#role = :role").with("new", role).with("role", was));
            changes.extend(managing.count_admins(role == Role::Admin));
        }
        let subject = managing.subject().with("role", role.name()).with("roleBefore", was.name());
        let action = if member { "member.changed" } else { "invitation.changed" };
        changes.push(managing.told(action, subject, random));
        self.manage(changes, member).await
    }

    /// Ends a membership, or revokes an invitation: its hash is dead. Who came into another group meanwhile has changed.
    pub async fn remove(&self, managing: &Managing<'_>, random: &dyn Random) -> Result<Managed> {
        let of = managing.of;
        let member = managing.person.status == Status::Accepted;
        let (end, action) = match member {
            true if managing.actor == managing.person.user => (Status::Left, "member.left"),
            true => (Status::Left, "member.removed"),
            false => (Status::Revoked, "invitation.revoked"),
        };
        let ended = managing.as_read("SET #status = :end, #updated_at = :at REMOVE #groups").with("end", end);
        let mut changes = vec![match managing.person.groups.as_slice() {
            [] => ended.and("attribute_not_exists(#groups)"),
            groups => ended.and("#groups = :groups").with("groups", StringSet(groups)),
        }];
        if member {
            let membership = ConditionalWrite::delete(keys::membership(managing.person.user, of));
            changes.push(membership.when("#role = :role").with("role", managing.person.role));
            changes.extend(managing.count_admins(false));
            if let Scope::Workspace(workspace) = of {
                changes.push(ConditionalWrite::delete(keys::administered(managing.person.user, workspace)));
            }
        }
        let subject = managing.subject().with("role", managing.person.role.name());
        changes.push(managing.told(action, subject, random));
        self.manage(changes, member).await
    }

    async fn manage(&self, changes: Vec<ConditionalWrite>, member: bool) -> Result<Managed> {
        let transacted = self.transact(changes).await?;
        if matches!(transacted, Transacted::Done) {
            return Ok(Managed::Done);
        }
        // First are the record and, of a member, the membership; what else is refused is the count of ADMINs.
        let meanwhile = transacted.refused(0).is_some() || (member && transacted.refused(1).is_some());
        Ok(if meanwhile { Managed::Changed } else { Managed::LastAdmin })
    }
}

impl Managing<'_> {
    /// A change of the record as it was read, while an invitation is still open.
    fn as_read(&self, update: &str) -> ConditionalWrite {
        ConditionalWrite::update(keys::person(self.of, &self.person.identifier()), update)
            .when(
                "#status = :status AND #version = :version AND #role = :role \
                 AND (#status <> :pending OR #expires_at > :at)",
            )
            .with("status", self.person.status)
            .with("pending", Status::Pending)
            .with("version", self.person.version)
            .with("role", self.person.role)
            .with("at", self.now.as_millisecond())
    }

    /// The workspace's count of ADMINs, if it changes. One must be left.
    fn count_admins(&self, after: bool) -> Option<ConditionalWrite> {
        let Scope::Workspace(workspace) = self.of else { return None };
        let workspace = keys::workspace(workspace);
        match (self.person.role == Role::Admin, after) {
            (false, true) => Some(ConditionalWrite::update(workspace, "ADD #admins :one").if_present().with("one", 1)),
            (true, false) => {
                let less = ConditionalWrite::update(workspace, "ADD #admins :less").when("#admins > :one");
                Some(less.with("less", -1).with("one", 1))
            }
            _ => None,
        }
    }

    fn subject(&self) -> Subject {
        Subject::new(self.person.address.canonical())
    }

    fn told(&self, action: &'static str, subject: Subject, random: &dyn Random) -> ConditionalWrite {
        entry(self.of, &Entry::new(self.now, self.actor, action).about(subject), random)
    }
}
