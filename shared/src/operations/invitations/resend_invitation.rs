//! Mailing an invitation again, with a new link.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::{
    Error, Public, Result, Usher,
    domain::{Batch, BatchId, MailKind, ManageRefusal, Manager, Person, PersonId, may_resend, resend},
    operations::{
        Caller, InviteTo,
        invitations::{invite_users::InvitationTarget, list_invitations::Invitation},
        members::change_member::{changed_meanwhile, refused_invitation},
    },
    store::{AuditNote, TransitionWrite, Transitioned},
};

/// How often an invitation that changed meanwhile is read and decided again.
const TRIES: u32 = 3;

impl Usher {
    /// Mails an invitation again: the old link is dead, the same lifetime begins anew, and the caller is the inviter from
    /// then on. An expired invitation is open again; a person who declined or whose invitation was revoked is invited
    /// again instead.
    ///
    /// # Errors
    /// As [`Usher::revoke_invitation`]; [`Error::TooMany`] within the cooldown, and if no more people may be invited
    /// today; [`Error::Conflict`] for an invitation that is neither pending nor expired; [`Error::Suppressed`] for an
    /// address that isn't mailed.
    pub async fn resend_invitation(&self, caller: &Caller, of: InviteTo, id: &PersonId) -> Result<Invitation> {
        let target = self.host(caller, of, BTreeSet::new()).await?;
        let manager = Manager { user: target.inviter.id, role: target.role };
        let person = self.invited_person(target.of, id).await?;
        let now = self.now();
        may_resend(manager, &person, self.parameters.resend_cooldown, now)
            .map_err(|refusal| self.refused_resend(refusal, &person, now))?;
        self.require_mailed(&person).await?;
        let quota = self.daily(&target, now);
        if self.store.reserve(&quota, 1, now).await? == 0 {
            let public = Public::new("limited", "As many people were invited today as may be.");
            return Err(Error::TooMany { public, retry_after: quota.left(now) });
        }
        let resent = self.resend(&target, manager, person, now).await;
        if resent.is_err() {
            self.give_back(&quota, 1, now).await;
        }
        resent
    }

    async fn resend(
        &self,
        target: &InvitationTarget,
        manager: Manager,
        mut person: Person,
        now: Timestamp,
    ) -> Result<Invitation> {
        let cooldown = self.parameters.resend_cooldown;
        for _ in 0..TRIES {
            let refused = |refusal| self.refused_resend(refusal, &person, now);
            may_resend(manager, &person, cooldown, now).map_err(refused)?;
            let batch = self.batch_after(target, &person).await?;
            let transition = resend(manager, &person, batch.id, cooldown, now).map_err(refused)?;
            self.store.put_batch(&batch, now).await?;
            let detail = vec![("role", person.role.name())];
            let audit = AuditNote { actor: manager.user, action: "invitation.resent", detail };
            let mail = Some(MailKind::Invitation);
            let write = TransitionWrite { of: target.of, transition: &transition, audit, mail, now };
            let written = self.store.write_transition(&write, self.random()).await?;
            person = self.read_again(target.of, &person).await?;
            if written == Transitioned::Done {
                return self.shown(target.of, person).await;
            }
        }
        Err(changed_meanwhile("This invitation was changed by somebody else at the same time."))
    }

    fn refused_resend(&self, refusal: ManageRefusal, person: &Person, now: Timestamp) -> Error {
        if refusal != ManageRefusal::Cooldown {
            return refused_invitation(refusal);
        }
        let left = self.parameters.resend_cooldown - now.duration_since(person.invited_at);
        let public = Public::new("cooldown", "This invitation was mailed a moment ago.");
        // A client that counts in whole seconds must not come back too early.
        let retry_after = SignedDuration::from_secs(left.as_secs() + i64::from(left.subsec_nanos() > 0));
        Error::TooMany { public, retry_after }
    }

    async fn require_mailed(&self, person: &Person) -> Result<()> {
        let known = self.store.known(&[&person.identifier()]).await?;
        match known.into_iter().find_map(|known| known.suppressed) {
            None => Ok(()),
            Some(suppression) => Err(Error::Suppressed(Public::new("suppressed", suppression.sentence()))),
        }
    }

    /// What the new mail needs: what the inviter wrote then, and the names as they are now.
    async fn batch_after(&self, target: &InvitationTarget, person: &Person) -> Result<Batch> {
        let new = target.batch(BatchId::random(self.random()), None);
        Ok(match self.store.batch(person.batch).await? {
            None => new,
            Some(old) => Batch {
                id: new.id,
                inviter_name: new.inviter_name,
                scope_name: new.scope_name,
                company_name: new.company_name,
                ..old
            },
        })
    }
}
