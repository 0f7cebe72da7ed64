//! Resending an invitation: another mail with a new link.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::{
    Error, PublicMessage, Result, Usher,
    domain::{Batch, BatchId, MailKind, ManageRefusal, Manager, Person, PersonId, may_resend, resend},
    operations::{
        Caller, InviteTo,
        invitations::{invite_users::InvitationTarget, list_invitations::Invitation},
        members::change_member::{changed_meanwhile, refused_invitation},
    },
    store::{AuditNote, TransitionWrite, Transitioned},
};

/// How often resending an invitation is tried. A further try happens if another request changed the invitation
/// meanwhile; the further try reads the invitation again.
const TRIES: u32 = 3;

impl Usher {
    /// Mails an invitation again with a new link, and makes the caller the inviter. The old link of a resent invitation
    /// no longer works. A resent invitation is valid for the same length of time as before, counted from the resending.
    /// An expired invitation becomes pending again. A declined or revoked invitation can't be resent: the caller
    /// invites the person again instead.
    ///
    /// # Errors
    /// - The errors of [`Usher::revoke_invitation`].
    /// - [`Error::TooMany`] if the person was mailed within the cooldown, and if the daily quota is used up.
    /// - [`Error::Conflict`] for an invitation that is neither pending nor expired.
    /// - [`Error::Suppressed`] for an address that Usher doesn't mail.
    pub async fn resend_invitation(&self, caller: &Caller, to: InviteTo, id: &PersonId) -> Result<Invitation> {
        let target = self.invitation_target(caller, to, BTreeSet::new()).await?;
        let manager = Manager { user: target.inviter.id, role: target.role };
        let person = self.invited_person(target.scope, id).await?;
        let now = self.now();
        may_resend(manager, &person, self.parameters.resend_cooldown, now)
            .map_err(|refusal| self.resend_error(refusal, &person, now))?;
        self.require_unsuppressed(&person).await?;
        let quota = self.daily_quota(&target, now);
        if self.store.reserve(&quota, 1, now).await? == 0 {
            let public = PublicMessage::new("limited", "As many people were invited today as may be.");
            return Err(Error::TooMany { public, retry_after: quota.left(now) });
        }
        let resent = self.write_resend(&target, manager, person, now).await;
        if resent.is_err() {
            self.give_back(&quota, 1, now).await;
        }
        resent
    }

    /// Decides about resending the invitation and writes the resent invitation. If another request changed the
    /// invitation meanwhile, the decision is made again.
    async fn write_resend(
        &self,
        target: &InvitationTarget,
        manager: Manager,
        mut person: Person,
        now: Timestamp,
    ) -> Result<Invitation> {
        let cooldown = self.parameters.resend_cooldown;
        for _ in 0..TRIES {
            let to_error = |refusal| self.resend_error(refusal, &person, now);
            may_resend(manager, &person, cooldown, now).map_err(to_error)?;
            let batch = self.resend_batch(target, &person).await?;
            let transition = resend(manager, &person, batch.id, cooldown, now).map_err(to_error)?;
            self.store.put_batch(&batch, now).await?;
            let detail = vec![("role", person.role.name())];
            let audit = AuditNote { actor: manager.user, action: "invitation.resent", detail };
            let mail = Some(MailKind::Invitation);
            let write = TransitionWrite { scope: target.scope, transition: &transition, audit, mail, now };
            let written = self.store.write_transition(&write).await?;
            person = self.reread_invited_person(target.scope, &person).await?;
            if written == Transitioned::Done {
                return self.with_inviter_name(target.scope, person).await;
            }
        }
        Err(changed_meanwhile("This invitation was changed by somebody else at the same time."))
    }

    /// The error for a refused request to resend an invitation. If the person was mailed within the cooldown, the error
    /// says when the caller may try again.
    fn resend_error(&self, refusal: ManageRefusal, person: &Person, now: Timestamp) -> Error {
        if refusal != ManageRefusal::Cooldown {
            return refused_invitation(refusal);
        }
        let left = self.parameters.resend_cooldown - now.duration_since(person.invited_at);
        let public = PublicMessage::new("cooldown", "This invitation was mailed a moment ago.");
        // Clients count the waiting time in whole seconds. Rounding the waiting time up keeps clients from trying again
        // too early.
        let retry_after = SignedDuration::from_secs(left.as_secs() + i64::from(left.subsec_nanos() > 0));
        Error::TooMany { public, retry_after }
    }

    /// Checks that Usher still mails the person's address, because the address is not suppressed.
    async fn require_unsuppressed(&self, person: &Person) -> Result<()> {
        let records = self.store.address_records(&[&person.identifier()]).await?;
        match records.into_iter().find_map(|record| record.suppressed) {
            None => Ok(()),
            Some(suppression) => Err(Error::Suppressed(PublicMessage::new("suppressed", suppression.message()))),
        }
    }

    /// The batch of the mail that is sent again: the message and sender of the invitation's last batch, with the
    /// current names.
    async fn resend_batch(&self, target: &InvitationTarget, person: &Person) -> Result<Batch> {
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
