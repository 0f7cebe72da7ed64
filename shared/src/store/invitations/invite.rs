//! Writes the decisions of an inviting request. One transaction writes the records of up to about ninety people.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    Result,
    domain::{
        BatchId, Entry as EntryMethod, GroupId, GroupRef, GuestAccount, Identity, InviteDecision, InviteEffect,
        InviteOffer, InviteRefusal, MailKind, Membership, Person, Random, Role, Scope, Transition, UserId,
    },
    store::{
        Store,
        audit::audit_log::{AuditEntry, Subject, audit_write},
        condition::{absent, any, equal, item_absent},
        conditional_write::ConditionalWrite,
        groups::group_records::{group_join_write, random_partition},
        idempotency::idempotent_runs::IdempotentRun,
        invitations::transition::{admin_count_write, queued_mail, record_write},
        items::from_item,
        keys,
        mail::outbox::MAX_ADDRESSES,
        members::membership_records::membership_write,
        transact::Transacted,
    },
};

/// The largest number of writes about people in one transaction. DynamoDB takes 100 writes in one transaction. The
/// writes that are not about people are for outbox items, the audit entry, the number of ADMINs and the note of an
/// idempotent run.
const MAX_WRITES: usize = 90;

/// The number of writes that each batch after the first batch adds to a transaction: one outbox item for mails that
/// invite people, and one outbox item for mails that tell people that they were added.
const WRITES_OF_BATCH: usize = 2;

/// The number of writes that a guest account needs, besides the writes of the person's record and membership.
const WRITES_OF_GUEST: usize = 5;

/// How many more writes, and so how many more rows, fit into a transaction of an inviting request.
#[derive(Debug)]
pub struct TransactionRoom {
    remaining_writes: usize,
    groups: HashSet<GroupId>,
    batches: HashSet<BatchId>,
}

impl Default for TransactionRoom {
    fn default() -> Self {
        Self { remaining_writes: MAX_WRITES, groups: HashSet::new(), batches: HashSet::new() }
    }
}

impl TransactionRoom {
    /// Reserves room for the writes of a row in the transaction. Returns `false` if the row does not fit into this
    /// transaction. Every row of an inviting request fits into an empty transaction.
    pub fn take(&mut self, offer: &InviteOffer) -> bool {
        // A transaction writes the join counter of a group once, however many people of the transaction join the group.
        let groups = offer.groups.iter().filter(|group| !self.groups.contains(&group.id)).count();
        let shares_mails = self.batches.is_empty() || self.batches.contains(&offer.batch);
        let batch = if shares_mails { 0 } else { WRITES_OF_BATCH };
        let writes = writes_of_person(offer) + groups + batch;
        if writes > self.remaining_writes && !self.batches.is_empty() {
            return false;
        }
        self.remaining_writes = self.remaining_writes.saturating_sub(writes);
        self.groups.extend(offer.groups.iter().map(|group| group.id));
        self.batches.insert(offer.batch);
        true
    }
}

/// The number of writes that one row of an inviting request needs, without the writes that several rows share.
fn writes_of_person(offer: &InviteOffer) -> usize {
    let person = match offer.entry {
        EntryMethod::Colleague { .. } => 2 + usize::from(offer.identifier.address.is_service_account()),
        EntryMethod::GuestAccount => 2 + WRITES_OF_GUEST,
        EntryMethod::Invitation { .. } | EntryMethod::MailAgain => 1,
    };
    person + usize::from(offer.identifier.code.is_some())
}

/// One row of an inviting request, ready to be written in a transaction.
#[derive(Debug, Clone, Copy)]
pub struct InviteWrite<'a> {
    /// The index of the row in the inviting request.
    pub row: usize,
    /// What the row offers to the person.
    pub offer: &'a InviteOffer,
    /// The decision about the person's record.
    pub decision: &'a InviteDecision,
    /// The guest account that the row creates, with the decision about the company's record of the person.
    pub guest: Option<(&'a GuestAccount, &'a Transition)>,
}

/// The data that all rows of a transaction of an inviting request share.
#[derive(Debug, Clone, Copy)]
pub struct InviteTransaction<'a> {
    /// The workspace or company that the rows invite to.
    pub scope: Scope,
    /// The inviter who sent the inviting request.
    pub inviter: UserId,
    /// The current time, as the operation read the clock.
    pub now: Timestamp,
    /// The idempotent run, if the request has an idempotency key. Each transaction of an inviting request with an
    /// idempotency key writes a note for the run.
    pub run: Option<&'a IdempotentRun>,
}

/// The result of a transaction of an inviting request.
#[derive(Debug)]
pub enum InviteWritten {
    /// All rows of the transaction are written.
    Done,
    /// No row of the transaction is written. The list has the conflicts of each row, in the order of the rows, and an
    /// empty conflict for a row without one.
    Refused(Vec<RowConflict>),
}

/// The conflicts of a row: the reasons why the row was not written.
#[derive(Debug, Default)]
pub struct RowConflict {
    /// The conflict that the person's record changed after the decision read the record. The conflict contains the
    /// current record, or `None` if the record does not exist.
    pub record: Option<Option<Box<Person>>>,
    /// The conflict that the company's record of the person changed after the decision read the record. The conflict
    /// contains the current record, or `None` if the record does not exist.
    pub company_record: Option<Option<Box<Person>>>,
    /// The reason to refuse the row whatever the current records are. `None` if another decision may write the row.
    pub refusal: Option<InviteRefusal>,
}

/// A write of the transaction, and what a failed expectation of the write means for a row.
struct PlannedWrite {
    write: ConditionalWrite,
    if_refused: Option<(usize, ConflictCause)>,
}

/// What a failed expectation of a write means for the rows.
#[derive(Clone, Copy)]
enum ConflictCause {
    RecordChanged,
    CompanyRecordChanged,
    Refusal(InviteRefusal),
}

impl PlannedWrite {
    fn of_row(row: usize, cause: ConflictCause, write: ConditionalWrite) -> Self {
        Self { write, if_refused: Some((row, cause)) }
    }

    fn unconditional(write: ConditionalWrite) -> Self {
        Self { write, if_refused: None }
    }
}

impl Store {
    /// Writes several rows, each about another person, in one transaction, which writes either all rows or no row.
    pub async fn invite(&self, transaction: InviteTransaction<'_>, rows: &[InviteWrite<'_>]) -> Result<InviteWritten> {
        let mut planned_writes = Vec::with_capacity(rows.len() + 8);
        for (row_index, row) in rows.iter().enumerate() {
            let record = record_write(transaction.scope, &row.decision.transition);
            planned_writes.push(PlannedWrite::of_row(row_index, ConflictCause::RecordChanged, record));
            planned_writes.extend(writes_of_row(transaction.scope, row_index, row));
        }
        let groups = new_groups(rows);
        let first_group = planned_writes.len();
        let partition = random_partition(self.random());
        planned_writes.extend(
            groups.iter().filter_map(|group| group_join_write(group, partition)).map(PlannedWrite::unconditional),
        );
        planned_writes
            .extend(shared_writes(transaction, rows, self.random()).into_iter().map(PlannedWrite::unconditional));
        let (writes, causes): (Vec<_>, Vec<_>) =
            planned_writes.into_iter().map(|planned| (planned.write, planned.if_refused)).unzip();
        let transacted = self.transact(writes).await?;
        if matches!(transacted, Transacted::Done) {
            return Ok(InviteWritten::Done);
        }
        let mut conflicts: Vec<RowConflict> = rows.iter().map(|_| RowConflict::default()).collect();
        for (index, cause) in causes.iter().enumerate() {
            let (Some((row, cause)), Some(stored)) = (cause, transacted.refused(index)) else { continue };
            let conflict = &mut conflicts[*row];
            let current = || from_item::<Person>(stored.clone()).ok().map(Box::new);
            match cause {
                ConflictCause::RecordChanged => conflict.record = Some(current()),
                ConflictCause::CompanyRecordChanged => conflict.company_record = Some(current()),
                ConflictCause::Refusal(refusal) => conflict.refusal = conflict.refusal.or(Some(*refusal)),
            }
        }
        for (index, group) in groups.iter().enumerate() {
            if transacted.refused(first_group + index).is_none() {
                continue;
            }
            let affected = rows.iter().zip(&mut conflicts).filter(|(row, _)| row.offer.groups.contains(group));
            affected.for_each(|(_, conflict)| conflict.refusal = Some(InviteRefusal::GroupDeleted));
        }
        Ok(InviteWritten::Refused(conflicts))
    }
}

/// The groups that the people of the rows join. The list contains each group once. The topmost group is never deleted,
/// so joining the topmost group needs no write.
fn new_groups<'a>(rows: &[InviteWrite<'a>]) -> Vec<&'a GroupRef> {
    let mut seen = HashSet::new();
    let all = rows.iter().flat_map(|row| &row.offer.groups).filter(|group| !group.path.is_top());
    all.filter(|group| seen.insert(group.id)).collect()
}

/// The writes that a row needs besides the write of the person's record.
fn writes_of_row(scope: Scope, row_index: usize, row: &InviteWrite<'_>) -> Vec<PlannedWrite> {
    let refused = |refusal, write| PlannedWrite::of_row(row_index, ConflictCause::Refusal(refusal), write);
    let mut planned_writes: Vec<_> =
        user_code_claim(row.offer).map(|write| refused(InviteRefusal::UserCodeTaken, write)).into_iter().collect();
    planned_writes.extend(membership_write(scope, &row.decision.transition).map(PlannedWrite::unconditional));
    if row.decision.transition.joins() && row.offer.identifier.address.is_service_account() {
        let account = ConditionalWrite::check(keys::identity(&row.offer.identifier));
        planned_writes
            .push(refused(InviteRefusal::ServiceAccountDeleted, account.expect(equal("user", row.offer.user))));
    }
    if let Some((guest, record)) = row.guest {
        let writes = guest_writes(guest, row.offer);
        planned_writes.extend(writes.into_iter().map(|write| refused(InviteRefusal::HasAccount, write)));
        let company = Scope::Company(guest.profile.company);
        planned_writes.push(PlannedWrite::of_row(
            row_index,
            ConflictCause::CompanyRecordChanged,
            record_write(company, record),
        ));
    }
    planned_writes
}

/// The write that assigns the person's user code to the address. A user code never moves to another address.
fn user_code_claim(offer: &InviteOffer) -> Option<ConditionalWrite> {
    #[derive(Serialize)]
    struct UserCodeItem<'a> {
        email: &'a str,
    }
    let email = offer.identifier.address.canonical();
    let claim = ConditionalWrite::put(&keys::user_code(offer.identifier.code.as_ref()?), UserCodeItem { email });
    Some(claim.expect(any([item_absent(), equal("email", email)])))
}

/// The writes of a guest account. Only an address without an account gets a guest account.
fn guest_writes(guest: &GuestAccount, offer: &InviteOffer) -> [ConditionalWrite; 4] {
    let profile = &guest.profile;
    let company = Scope::Company(profile.company);
    [
        ConditionalWrite::check(keys::identity(&offer.identifier)).expect(absent("user")),
        ConditionalWrite::put(&keys::unverified(&offer.identifier), Identity::of(profile)).if_absent(),
        ConditionalWrite::put(&keys::profile(profile.id), profile).if_absent(),
        ConditionalWrite::put(&keys::membership(profile.id, company), Membership::new(Role::Viewer, company)),
    ]
}

/// The writes that the rows of a transaction share: the number of ADMINs, the mails, the note of an idempotent run,
/// and the audit entry.
fn shared_writes(
    transaction: InviteTransaction<'_>,
    rows: &[InviteWrite<'_>],
    random: &dyn Random,
) -> Vec<ConditionalWrite> {
    let InviteTransaction { scope, inviter, now, run } = transaction;
    let admins = rows.iter().map(|row| row.decision.transition.admin_change()).sum();
    let mut writes: Vec<_> = admin_count_write(scope, admins).into_iter().collect();
    for kind in [MailKind::Invitation, MailKind::Added] {
        let mut by_batch: BTreeMap<BatchId, Vec<&Person>> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.decision.mail == Some(kind)) {
            by_batch.entry(row.offer.batch).or_default().push(row.decision.transition.after());
        }
        for (batch, people) in by_batch {
            let items = people.chunks(MAX_ADDRESSES).map(|chunk| queued_mail(kind, scope, batch, chunk));
            writes.extend(items.map(|item| item.into_write(now, random)));
        }
    }
    if let Some(run) = run {
        writes.push(run.note(rows.iter().map(|row| (row.row, row.decision.effect)), random));
    }
    let audit = AuditEntry::new(now, inviter, "people.invited");
    let audit = rows.iter().fold(audit, |audit, row| audit.about(row_subject(row)));
    writes.push(audit_write(scope, &audit, random));
    writes
}

/// The subject of the audit entry that describes a row of an inviting request.
fn row_subject(row: &InviteWrite<'_>) -> Subject {
    let subject = Subject::new(row.offer.identifier.address.canonical()).with("role", row.offer.role.name());
    match row.decision.effect {
        InviteEffect::Added => subject.with("outcome", "added"),
        InviteEffect::Amended => subject.with("outcome", "alreadyInvited"),
        InviteEffect::AddedToGroups => subject.with("outcome", "grouped"),
        InviteEffect::Invited => subject,
    }
}
