//! Writing one decision: the person's record as a compare-and-swap, and what follows from it.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{
    Result,
    domain::{BatchId, MailKind, Membership, Person, Random, Scope, Transition, UserId},
    store::{
        Store,
        audit::audit_log::{Entry, Subject, entry},
        condition::{above, absent, equal},
        conditional_write::ConditionalWrite,
        groups::group_records::{joined, partition},
        items::{from_item, to_item},
        keys,
        mail::outbox::QueuedItem,
        transact::Transacted,
    },
};

/// What the audit log says of a decision.
#[derive(Debug, Clone)]
pub struct AuditNote {
    /// Who decided.
    pub actor: UserId,
    /// What was done, such as `member.removed`.
    pub action: &'static str,
    /// What else there is to say, such as the role.
    pub detail: Vec<(&'static str, &'static str)>,
}

/// A decision about one person, ready to be written.
#[derive(Debug, Clone)]
pub struct TransitionWrite<'a> {
    /// The workspace or company of the record.
    pub of: Scope,
    /// The decision.
    pub transition: &'a Transition,
    /// What the audit log says.
    pub audit: AuditNote,
    /// The mail to queue, if one is due.
    pub mail: Option<MailKind>,
    /// The current time.
    pub now: Timestamp,
}

/// The result of writing a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transitioned {
    /// All of it is written.
    Done,
    /// A record changed since the decision read it: the operation reads it and decides again.
    Changed,
    /// The workspace would have no ADMIN among its members.
    LastAdmin,
}

impl Store {
    /// Writes a decision, with the membership, the number of ADMINs, the groups' counters, the mail and the audit entry
    /// that follow from it, in one transaction.
    pub async fn write_transition(&self, write: &TransitionWrite<'_>, random: &dyn Random) -> Result<Transitioned> {
        let TransitionWrite { of, transition, ref audit, mail, now } = *write;
        let after = transition.after();
        let mut writes = vec![record_write(of, transition)];
        let admins = admin_count_write(of, transition.admin_change()).map(|count| {
            writes.push(count);
            writes.len() - 1
        });
        writes.extend(membership_write(of, transition));
        if let Scope::Workspace(workspace) = of
            && transition.leaves()
        {
            writes.push(ConditionalWrite::delete(keys::administered(after.user, workspace)));
        }
        let before = transition.before().map_or(&[][..], |before| before.groups.as_slice());
        let partition = partition(random);
        let new_groups = after.groups.iter().filter(|group| !before.contains(group));
        writes.extend(new_groups.filter_map(|group| joined(group, partition)));
        writes.extend(mail.map(|kind| mail_write(kind, of, after.batch, &[after], now, random)));
        writes.push(entry(of, &audit.entry(now, after), random));
        let transacted = self.transact(writes).await?;
        if matches!(transacted, Transacted::Done) || transacted.refused(0).is_some_and(|old| wrote(transition, old)) {
            return Ok(Transitioned::Done);
        }
        let last_admin = transacted.refused(0).is_none() && admins.is_some_and(|at| transacted.refused(at).is_some());
        Ok(if last_admin { Transitioned::LastAdmin } else { Transitioned::Changed })
    }
}

impl AuditNote {
    fn entry(&self, now: Timestamp, person: &Person) -> Entry {
        let subject = Subject::new(person.address.canonical());
        let subject = self.detail.iter().fold(subject, |subject, (name, value)| subject.with(name, *value));
        Entry::new(now, self.actor, self.action).about(subject)
    }
}

/// Whether a record that was found is what the transition writes.
pub(in crate::store) fn wrote(transition: &Transition, found: &crate::store::items::Item) -> bool {
    from_item::<Person>(found.clone()).is_ok_and(|found| transition.wrote(&found))
}

/// The write of the record: it succeeds only if the record is still as the decision read it. What the decision leaves
/// alone is not written, so that the delivery of a mail may go on at the same time.
pub(in crate::store) fn record_write(of: Scope, transition: &Transition) -> ConditionalWrite {
    let after = transition.after();
    let key = keys::person(of, &after.identifier());
    let Some(before) = transition.before() else { return ConditionalWrite::put(&key, after).if_absent() };
    let (old, new) = (to_item(before), to_item(after));
    // A record that was written before records had revisions has none.
    let as_read = if before.revision == 0 { absent("revision") } else { equal("revision", before.revision) };
    let write = ConditionalWrite::update(key).expect(as_read);
    let rewritten = if before.queued_by == after.queued_by { &[][..] } else { &MAIL };
    let names: BTreeSet<_> =
        old.keys().chain(new.keys()).map(String::as_str).chain(rewritten.iter().copied()).collect();
    let changed = names.into_iter().filter(|name| rewritten.contains(name) || old.get(*name) != new.get(*name));
    changed.fold(write, |write, name| match new.get(name) {
        Some(value) => write.set_attribute(name.to_owned(), value.clone()),
        None => write.remove(name.to_owned()),
    })
}

/// The attributes of a mail's delivery. A new mail begins anew: they are written even where the record that was read has
/// the same values, because the delivery of the mail before may have gone on since.
const MAIL: [&str; 3] = ["delivery", "delivery_at", "delivery_detail"];

/// The write of the membership, if it begins, ends, or changes.
pub(in crate::store) fn membership_write(of: Scope, transition: &Transition) -> Option<ConditionalWrite> {
    let after = transition.after();
    if transition.leaves() {
        return Some(ConditionalWrite::delete(keys::membership(after.user, of)));
    }
    let changes = transition.before().is_none_or(|before| before.role != after.role || before.user != after.user);
    let member = transition.joins() || (changes && after.is_member());
    member.then(|| ConditionalWrite::put(&keys::membership(after.user, of), Membership::new(after.role, of)))
}

/// The write of a workspace's number of ADMINs, if it changes. The decision refused already to remove the last one that
/// it read of; the same rule is expected here, because others may have gone since. A number that only grew since is no
/// reason to decide again.
pub(in crate::store) fn admin_count_write(of: Scope, change: i32) -> Option<ConditionalWrite> {
    let Scope::Workspace(workspace) = of else { return None };
    let count = ConditionalWrite::update(keys::workspace(workspace)).add("admins", change);
    match change {
        0 => None,
        1.. => Some(count.if_present()),
        _ => Some(count.expect(above("admins", 1))),
    }
}

/// The outbox item that mails people.
pub(in crate::store) fn mail_write(
    kind: MailKind,
    of: Scope,
    batch: BatchId,
    people: &[&Person],
    now: Timestamp,
    random: &dyn Random,
) -> ConditionalWrite {
    let people: Vec<_> = people.iter().map(|person| person.identifier()).collect();
    QueuedItem::people(kind, of, batch, &people.iter().collect::<Vec<_>>()).into_change(now, random)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::Role;

    fn record(delivery: &str, queued_by: u8) -> Person {
        let id = |last: u8| format!("3fa85f64-5717-4562-b3fc-2c963f66af{last:02}");
        serde_json::from_value(json!({
            "email": "user@example.com", "person_id": "RiHO4e0Ju3DS", "user": id(1), "number": 1, "role": "EDITOR",
            "status": "PENDING", "revision": 4, "version": 1, "created_at": 1, "updated_at": 2, "invited_at": 1,
            "expires_at": 3, "inviter": id(1), "batch": id(2), "queued_by": id(queued_by), "delivery": delivery,
        }))
        .unwrap()
    }

    /// The update expression of a transition with its placeholders resolved to the attributes' names.
    fn update(transition: &Transition) -> String {
        let of = Scope::Company("3fa85f64-5717-4562-b3fc-2c963f66afa6".parse().unwrap());
        let update = record_write(of, transition).into_action("usher").update.unwrap();
        let mut names: Vec<_> = update.expression_attribute_names.unwrap().into_iter().collect();
        names.sort_by_key(|(placeholder, _)| std::cmp::Reverse(placeholder.len()));
        names.iter().fold(update.update_expression, |text, (placeholder, name)| text.replace(placeholder, name))
    }

    #[test]
    fn a_change_writes_what_it_changes_and_leaves_the_delivery_alone() {
        let transition = Transition::change(&record("QUEUED", 2), |person| person.role = Role::Viewer);
        let update = update(&transition);
        assert!(update.contains("role = ") && update.contains("revision = "), "{update}");
        assert!(!update.contains("delivery") && !update.contains("version"), "{update}");
    }

    /// Between reading and writing, the mail before may have been sent: then the table has another state than the
    /// record that was read, and a new mail that isn't written as queued would never go out.
    #[test]
    fn a_new_mail_is_written_as_queued_also_where_the_record_that_was_read_waits_for_its_mail() {
        let transition =
            Transition::change(&record("QUEUED", 2), |person| person.queued_by = record("SENT", 3).queued_by);
        let update = update(&transition);
        assert!(update.contains("delivery = ") && update.contains("delivery_at"), "{update}");
    }
}
