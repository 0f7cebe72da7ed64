//! Writes one decision: the person's record as a compare-and-swap, and the other writes that follow from the
//! decision.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{
    Result,
    domain::{BatchId, MailKind, Person, Scope, Transition, UserId},
    store::{
        Store,
        audit::audit_log::{AuditEntry, Subject, audit_write},
        condition::{above, absent, any, equal},
        conditional_write::ConditionalWrite,
        groups::group_records::{group_join_write, random_partition},
        items::{Item, from_item, to_item},
        keys,
        mail::outbox::OutboxItem,
        members::membership_records::membership_write,
        transact::Transacted,
    },
};

/// What the audit log records about a decision.
#[derive(Debug, Clone)]
pub struct AuditNote {
    /// The user whose request led to the decision.
    pub actor: UserId,
    /// The action that the audit log records, such as `member.removed`.
    pub action: &'static str,
    /// Further details for the audit log, such as the role, as names and values.
    pub detail: Vec<(&'static str, &'static str)>,
}

/// A decision about one person, ready to be written.
#[derive(Debug, Clone)]
pub struct TransitionWrite<'a> {
    /// The workspace or company of the record.
    pub scope: Scope,
    /// The decision about the person's record.
    pub transition: &'a Transition,
    /// What the audit log records about the decision.
    pub audit: AuditNote,
    /// The kind of mail to queue for the person, if the decision requires a mail.
    pub mail: Option<MailKind>,
    /// The current time, as the operation read the clock.
    pub now: Timestamp,
}

/// The result of writing a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transitioned {
    /// The decision and all writes that follow from the decision are made.
    Done,
    /// Nothing is written, because a record changed after the decision read the record. After such a conflict, the
    /// operation reads the record again and decides again.
    Changed,
    /// Nothing is written, because the workspace would be left without an ADMIN.
    LastAdmin,
}

impl Store {
    /// Writes a decision in one transaction, together with the membership, the number of ADMINs, the counters of the
    /// groups, the mail and the audit entry.
    pub async fn write_transition(&self, write: &TransitionWrite<'_>) -> Result<Transitioned> {
        let TransitionWrite { scope, transition, ref audit, mail, now } = *write;
        let after = transition.after();
        let mut writes = vec![record_write(scope, transition)];
        let admin_count = admin_count_write(scope, transition.admin_change()).map(|count| {
            writes.push(count);
            writes.len() - 1
        });
        writes.extend(membership_write(scope, transition));
        if let Scope::Workspace(workspace) = scope
            && transition.leaves()
        {
            writes.push(ConditionalWrite::delete(keys::administered(after.user, workspace)));
        }
        let before = transition.before().map_or(&[][..], |before| before.groups.as_slice());
        let partition = random_partition(self.random());
        let new_groups = after.groups.iter().filter(|group| !before.contains(group));
        writes.extend(new_groups.filter_map(|group| group_join_write(group, partition)));
        writes.extend(mail.map(|kind| queued_mail(kind, scope, after.batch, &[after]).into_write(now, self.random())));
        writes.push(audit_write(scope, &audit.entry(now, after), self.random()));
        let transacted = self.transact(writes).await?;
        if matches!(transacted, Transacted::Done)
            || transacted.refused(0).is_some_and(|stored| is_result_of(transition, stored))
        {
            return Ok(Transitioned::Done);
        }
        let last_admin =
            transacted.refused(0).is_none() && admin_count.is_some_and(|index| transacted.refused(index).is_some());
        Ok(if last_admin { Transitioned::LastAdmin } else { Transitioned::Changed })
    }
}

impl AuditNote {
    fn entry(&self, now: Timestamp, person: &Person) -> AuditEntry {
        let subject = Subject::new(person.address.canonical());
        let subject = self.detail.iter().fold(subject, |subject, (name, value)| subject.with(name, *value));
        AuditEntry::new(now, self.actor, self.action).about(subject)
    }
}

/// Whether the stored record is the result of the transition. The stored record is the result of the transition if an
/// earlier attempt wrote the record and only DynamoDB's reply was lost.
pub(in crate::store) fn is_result_of(transition: &Transition, stored: &Item) -> bool {
    from_item::<Person>(stored.clone()).is_ok_and(|stored| transition.wrote(&stored))
}

/// The write of the person's record. The write of a decision succeeds only if the person's record is still as the
/// decision read it. Attributes that the decision does not change are not written, so that the delivery of a mail can
/// update the record at the same time.
pub(in crate::store) fn record_write(scope: Scope, transition: &Transition) -> ConditionalWrite {
    let after = transition.after();
    let key = keys::person(scope, &after.identifier());
    let Some(before) = transition.before() else { return ConditionalWrite::put(&key, after).if_absent() };
    let (read, written) = (to_item(before), to_item(after));
    // A person's record has no revision if an old version of Usher, which knew no revisions, wrote the record.
    let stored = equal("revision", before.revision);
    let as_read = if before.revision == 0 { any([absent("revision"), stored]) } else { stored };
    // A version of Usher that knows no revisions changes a person's record without raising the record's revision. While
    // a deployment replaces such a version, both versions use the table. Each change by the older version sets
    // `updated_at` or `version`, so the write compares these attributes too.
    let write = ConditionalWrite::update(key)
        .expect(as_read)
        .expect(equal("updated_at", before.updated_at.as_millisecond()))
        .expect(equal("version", before.version));
    let rewritten = if before.queued_by == after.queued_by { &[][..] } else { &DELIVERY_ATTRIBUTES };
    let names: BTreeSet<_> =
        read.keys().chain(written.keys()).map(String::as_str).chain(rewritten.iter().copied()).collect();
    let changed = names.into_iter().filter(|name| rewritten.contains(name) || read.get(*name) != written.get(*name));
    changed.fold(write, |write, name| match written.get(name) {
        Some(value) => write.set_attribute(name.to_owned(), value.clone()),
        None => write.remove(name.to_owned()),
    })
}

/// The attributes of a mail's delivery. A new mail starts a new delivery. The delivery attributes are therefore written
/// even if the record that was read has the same values, because the delivery of the previous mail may have changed the
/// attributes after the record was read.
const DELIVERY_ATTRIBUTES: [&str; 3] = ["delivery", "delivery_at", "delivery_detail"];

/// The write of a workspace's number of ADMINs, if the number changes. The decision has already refused to remove the
/// last ADMIN of the workspace, by the number of ADMINs that the decision read. The write of the number also expects
/// that an ADMIN remains, because other ADMINs may have left after the decision read the number. If the number of
/// ADMINs has only grown since the decision, the write succeeds.
pub(in crate::store) fn admin_count_write(scope: Scope, change: i32) -> Option<ConditionalWrite> {
    let Scope::Workspace(workspace) = scope else { return None };
    let count = ConditionalWrite::update(keys::workspace(workspace)).add("admins", change);
    match change {
        0 => None,
        1.. => Some(count.if_present()),
        _ => Some(count.expect(above("admins", 1))),
    }
}

/// The outbox item that asks the deliverer to mail people.
pub(in crate::store) fn queued_mail(kind: MailKind, scope: Scope, batch: BatchId, people: &[&Person]) -> OutboxItem {
    let people: Vec<_> = people.iter().map(|person| person.identifier()).collect();
    OutboxItem::people(kind, scope, batch, &people.iter().collect::<Vec<_>>())
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

    /// The condition and the update expression of a transition, with their placeholders resolved to the attributes'
    /// names.
    fn condition_and_update(transition: &Transition) -> (String, String) {
        let scope = Scope::Company("3fa85f64-5717-4562-b3fc-2c963f66afa6".parse().unwrap());
        let update = record_write(scope, transition).into_action("usher").update.unwrap();
        let mut names: Vec<_> = update.expression_attribute_names.unwrap().into_iter().collect();
        names.sort_by_key(|(placeholder, _)| std::cmp::Reverse(placeholder.len()));
        let resolved = |expression: String| {
            names.iter().fold(expression, |text, (placeholder, name)| text.replace(placeholder.as_str(), name))
        };
        let condition = resolved(update.condition_expression.unwrap());
        // The comparison ignores which number the placeholder of a value has.
        (condition.split(|c: char| c.is_ascii_digit()).collect(), resolved(update.update_expression))
    }

    #[test]
    fn a_change_writes_what_it_changes_and_leaves_the_delivery_alone() {
        let transition = Transition::change(&record("QUEUED", 2), |person| person.role = Role::Viewer);
        let (_, update) = condition_and_update(&transition);
        assert!(update.contains("role = ") && update.contains("revision = "), "{update}");
        assert!(!update.contains("delivery") && !update.contains("version"), "{update}");
    }

    #[test]
    fn a_change_expects_the_revision_and_what_programs_without_revisions_change() {
        let transition = Transition::change(&record("QUEUED", 2), |person| person.role = Role::Viewer);
        let (condition, _) = condition_and_update(&transition);
        assert_eq!(condition, "revision = :v AND updated_at = :v AND version = :v");
        let old = Person { revision: 0, ..record("QUEUED", 2) };
        let transition = Transition::change(&old, |person| person.role = Role::Viewer);
        let (condition, _) = condition_and_update(&transition);
        assert_eq!(condition, "(attribute_not_exists(revision) OR revision = :v) AND updated_at = :v AND version = :v");
    }

    /// Between the read and the write of a record, the deliverer may send the previous mail. After the deliverer has
    /// sent the previous mail, the table has another delivery state than the record that was read. If the write did not
    /// set the new mail's delivery state to QUEUED, the deliverer would never send the new mail.
    #[test]
    fn a_new_mail_is_written_as_queued_also_where_the_record_that_was_read_waits_for_its_mail() {
        let transition =
            Transition::change(&record("QUEUED", 2), |person| person.queued_by = record("SENT", 3).queued_by);
        let (_, update) = condition_and_update(&transition);
        assert!(update.contains("delivery = ") && update.contains("delivery_at"), "{update}");
    }
}
