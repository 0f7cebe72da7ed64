//! Mailing an invitation again, with a new link.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::{
    Error, Public, Result, Usher,
    domain::{Batch, BatchId, InvitationStatus, Person, PersonId},
    operations::{
        Caller, InviteTo,
        invitations::{
            invite_users::InvitationTarget,
            list_invitations::{Invitation, Manager, already_accepted},
        },
    },
    store::{Resending, Resent},
};

/// How often an invitation that changed meanwhile is read and judged again.
const TRIES: u32 = 3;

impl Usher {
    /// Mails an invitation again: the old link is dead, the same lifetime begins anew, and the caller is the inviter from
    /// now on. One that has expired lives again; whoever declined or was uninvited is invited again instead.
    ///
    /// # Errors
    /// As [`Usher::revoke_invitation`]; [`Error::TooMany`] within the cooldown, and for more than may be invited today;
    /// [`Error::Conflict`] for what isn't pending or expired; [`Error::Suppressed`] for an address that isn't mailed.
    pub async fn resend_invitation(&self, caller: &Caller, of: InviteTo, id: &PersonId) -> Result<Invitation> {
        let host = self.host(caller, of, BTreeSet::new()).await?;
        let manager = Manager { of: host.of, user: host.inviter.id, role: host.role };
        let person = self.invited_person(host.of, id).await?;
        let now = self.now();
        self.may_resend(&manager, &person, now)?;
        self.require_mailed(&person).await?;
        let daily = self.daily(&host, now);
        if self.store.reserve(&daily, 1, now).await? == 0 {
            let public = Public::new("limited", "As many people were invited today as may be.");
            return Err(Error::TooMany { public, retry_after: daily.left(now) });
        }
        let resent = self.resend(&host, &manager, person, now).await;
        if resent.is_err()
            && let Err(error) = self.store.give_back(&daily, 1, now).await
        {
            tracing::warn!(?error, "a reservation wasn't given back");
        }
        resent
    }

    async fn resend(
        &self,
        host: &InvitationTarget,
        manager: &Manager,
        mut person: Person,
        now: Timestamp,
    ) -> Result<Invitation> {
        for _ in 0..TRIES {
            self.may_resend(manager, &person, now)?;
            let batch = self.batch_after(host, &person).await?;
            self.store.put_batch(&batch, now).await?;
            let resending = Resending {
                of: host.of,
                person: &person,
                inviter: manager.user,
                batch: batch.id,
                now,
                expires_at: now + lifetime(&person),
                cooldown: self.parameters.resend_cooldown,
            };
            let resent = self.store.resend(&resending, self.random()).await?;
            person = self.read_again(host.of, &person).await?;
            if resent == Resent::Done {
                return self.shown(host.of, person).await;
            }
        }
        Err(Error::conflict("changed_meanwhile", "This invitation was changed by somebody else at the same time."))
    }

    fn may_resend(&self, manager: &Manager, person: &Person, now: Timestamp) -> Result<()> {
        manager.require_own(person)?;
        match person.invitation(now) {
            Some(InvitationStatus::Expired) => Ok(()),
            Some(InvitationStatus::Pending) => {
                let left = self.parameters.resend_cooldown - now.duration_since(person.invited_at);
                if left <= SignedDuration::ZERO {
                    return Ok(());
                }
                let public = Public::new("cooldown", "This invitation was mailed a moment ago.");
                // A part of a second is a whole one to whoever counts in seconds.
                let retry_after = SignedDuration::from_secs(left.as_secs() + i64::from(left.subsec_nanos() > 0));
                Err(Error::TooMany { public, retry_after })
            }
            Some(InvitationStatus::Accepted) => Err(already_accepted()),
            _ => {
                let message = "This invitation was declined or revoked: invite the person again.";
                Err(Error::conflict("invitation_ended", message))
            }
        }
    }

    async fn require_mailed(&self, person: &Person) -> Result<()> {
        let known = self.store.known(&[&person.identifier()]).await?;
        match known.into_iter().find_map(|known| known.suppressed) {
            None => Ok(()),
            Some(suppression) => Err(Error::Suppressed(Public::new("suppressed", suppression.sentence()))),
        }
    }

    /// What the new mail needs: what the inviter wrote then, and the names as they are now.
    async fn batch_after(&self, host: &InvitationTarget, person: &Person) -> Result<Batch> {
        let new = host.batch(BatchId::random(self.random()), None);
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

/// How long the invitation was to live.
fn lifetime(person: &Person) -> SignedDuration {
    person.expires_at.duration_since(person.invited_at)
}
