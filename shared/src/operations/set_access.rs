//! Saying who has access to a workspace: adds people and domains and changes roles, and removes nobody.

use std::collections::{HashMap, HashSet};

use crate::{
    Error, Public, Result, Usher,
    domain::{MailDomain, Message, Outcome, Reason, Role, WorkspaceId},
};

use super::{
    Caller, InviteTo, InviteUsers, Invited, Invitee, NewDomain,
    change_member::{Fate, Meant},
};

/// Who is to have access.
#[derive(Debug)]
pub struct SetAccess {
    /// To which workspace.
    pub workspace: WorkspaceId,
    /// People, each once.
    pub people: Vec<Invitee>,
    /// Domains.
    pub domains: Vec<(MailDomain, Role)>,
    /// What is written to whoever is new, if the workspace is published.
    pub message: Option<Message>,
}

impl Usher {
    /// Invites whoever isn't there yet, changes the roles of the others, and adds the domains. Asked again after a failure
    /// it goes on.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Forbidden`] unless the caller administers the workspace; [`Error::Invalid`] for an
    /// address that is there twice, with nothing done; else what the first refused person was refused for.
    pub async fn set_access(&self, caller: &Caller, request: SetAccess) -> Result<()> {
        let SetAccess { workspace, people, domains, message } = request;
        let access = self.in_own_workspace(caller, workspace).await?;
        let mut seen = HashSet::new();
        if !people.iter().all(|invitee| seen.insert(&invitee.identifier)) {
            return Err(Error::invalid("duplicate_user", "An e-mail address is there twice."));
        }
        if !people.is_empty() {
            self.admit_rows(people.len())?;
            let present = self.present(&access.workspace).await?;
            let mut present: HashMap<_, _> = present.into_iter().map(|person| (person.identifier(), person)).collect();
            let mut rows = Vec::new();
            for invitee in people {
                match present.remove(&invitee.identifier) {
                    Some(person) => {
                        self.settle(&access, person, Fate::Role(invitee.role), Meant::Present).await?;
                    }
                    None => rows.push(Ok(invitee)),
                }
            }
            if !rows.is_empty() {
                let to = InviteTo::Workspace(workspace);
                let request = InviteUsers { message, only_if_published: true, ..InviteUsers::new(to, rows) };
                self.invite_users(caller, request).await?.require_all()?;
            }
        }
        for (domain, role) in domains {
            let rule = self.add_domain(caller, NewDomain { workspace, domain, role }).await?;
            self.change_domain(caller, &rule.id, role).await?;
        }
        Ok(())
    }
}

impl Invited {
    /// Lets pass if everybody is invited or a member now, or was one before.
    ///
    /// # Errors
    /// Why the first who isn't was refused.
    pub fn require_all(&self) -> Result<()> {
        let refused = |row: &&super::RowResult| !row.outcome.succeeded() && row.outcome != Outcome::AlreadyMember;
        let Some(row) = self.results.iter().find(refused) else { return Ok(()) };
        let detail = row.reason.clone().map_or_else(Default::default, |Reason { detail, .. }| detail);
        Err(match row.outcome {
            Outcome::Forbidden => Error::forbidden("forbidden", detail),
            Outcome::Limited => Error::TooMany {
                public: Public::new("limited", detail),
                retry_after: self.retry_after.unwrap_or_default(),
            },
            Outcome::Suppressed => Error::Suppressed(Public::new("suppressed", detail)),
            Outcome::Invalid | Outcome::Duplicate => Error::invalid("invalid_user", detail),
            _ => Error::Unavailable(crate::Internal::new("invite: a row wasn't written")),
        })
    }
}
