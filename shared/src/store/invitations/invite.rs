//! Writing the decisions of an inviting request: a transaction for up to about ninety people.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    Result,
    domain::{
        BatchId, Entry as EntryMethod, GroupId, GroupPlace, GuestAccount, Identity, InviteDecision, InviteEffect,
        InviteOffer, InviteRefusal, MailKind, Membership, Person, Random, Role, Scope, Transition, UserId,
    },
    store::{
        Store,
        audit::audit_log::{Entry, Subject, entry},
        condition::{absent, any, equal, item_absent},
        conditional_write::ConditionalWrite,
        groups::group_records::{joined, partition},
        idempotency::idempotent_runs::IdempotentRun,
        invitations::transition::{admin_count_write, mail_write, membership_write, record_write},
        items::from_item,
        keys,
        mail::outbox::MAX_ADDRESSES,
        transact::Transacted,
    },
};

/// Writes about people in one transaction. DynamoDB takes 100 in all: outbox items, the audit entry, the number of ADMINs
/// and the note of an idempotent run come on top.
const MAX_WRITES: usize = 90;

/// What the mails of a second and each further batch take of these: an outbox item for invitations, and one for news of being added.
const WRITES_OF_BATCH: usize = 2;

/// What a guest account takes beside the record and the membership.
const WRITES_OF_GUEST: usize = 5;

/// How much room a transaction has for more rows.
#[derive(Debug)]
pub struct TransactionRoom {
    left: usize,
    groups: HashSet<GroupId>,
    batches: HashSet<BatchId>,
}

impl Default for TransactionRoom {
    fn default() -> Self {
        Self { left: MAX_WRITES, groups: HashSet::new(), batches: HashSet::new() }
    }
}

impl TransactionRoom {
    /// Takes the room of a row. `false` if the row needs another transaction: an empty one has room for any row.
    pub fn take(&mut self, offer: &InviteOffer) -> bool {
        // A transaction writes a group's counter once, however many people come into the group.
        let groups = offer.groups.iter().filter(|group| !self.groups.contains(&group.id)).count();
        let counted = self.batches.is_empty() || self.batches.contains(&offer.batch);
        let batch = if counted { 0 } else { WRITES_OF_BATCH };
        let writes = writes_of_person(offer) + groups + batch;
        if writes > self.left && !self.batches.is_empty() {
            return false;
        }
        self.left = self.left.saturating_sub(writes);
        self.groups.extend(offer.groups.iter().map(|group| group.id));
        self.batches.insert(offer.batch);
        true
    }
}

fn writes_of_person(offer: &InviteOffer) -> usize {
    let person = match offer.entry {
        EntryMethod::Colleague { .. } => 2 + usize::from(offer.identifier.address.is_service_account()),
        EntryMethod::GuestAccount => 2 + WRITES_OF_GUEST,
        EntryMethod::Invitation { .. } | EntryMethod::MailAgain => 1,
    };
    person + usize::from(offer.identifier.code.is_some())
}

/// One row of a transaction.
#[derive(Debug, Clone, Copy)]
pub struct InviteWrite<'a> {
    /// The row's index in the request.
    pub row: usize,
    /// What the row offers.
    pub offer: &'a InviteOffer,
    /// The decision about the person's record.
    pub decision: &'a InviteDecision,
    /// The guest account, with the decision about the company's record of the person.
    pub guest: Option<(&'a GuestAccount, &'a Transition)>,
}

/// What the rows of a transaction share.
#[derive(Debug, Clone, Copy)]
pub struct InviteTransaction<'a> {
    /// The workspace or company that is invited to.
    pub of: Scope,
    /// The inviter.
    pub inviter: UserId,
    /// The current time.
    pub now: Timestamp,
    /// The idempotent run, which notes what each transaction writes.
    pub run: Option<&'a IdempotentRun>,
}

/// The result of a transaction.
#[derive(Debug)]
pub enum InviteWritten {
    /// All rows are written.
    Done,
    /// No row is written. For each row in order: what stands in its way, if anything does.
    Refused(Vec<RowConflict>),
}

/// What stands in the way of a row.
#[derive(Debug, Default)]
pub struct RowConflict {
    /// The record of the person, if it is not as the decision read it.
    pub record: Option<Option<Box<Person>>>,
    /// The company's record of the person, if it is not as the decision read it.
    pub company_record: Option<Option<Box<Person>>>,
    /// A reason that no other decision mends.
    pub refusal: Option<InviteRefusal>,
}

/// A write, and what it means for which row if its expectation fails.
struct Part {
    write: ConditionalWrite,
    meaning: Option<(usize, Meaning)>,
}

#[derive(Clone, Copy)]
enum Meaning {
    RecordChanged,
    CompanyRecordChanged,
    Refusal(InviteRefusal),
}

impl Part {
    fn of_row(row: usize, meaning: Meaning, write: ConditionalWrite) -> Self {
        Self { write, meaning: Some((row, meaning)) }
    }

    fn unconditional(write: ConditionalWrite) -> Self {
        Self { write, meaning: None }
    }
}

impl Store {
    /// Writes rows about people who differ from each other, all or none.
    pub async fn invite(
        &self,
        transaction: InviteTransaction<'_>,
        rows: &[InviteWrite<'_>],
        random: &dyn Random,
    ) -> Result<InviteWritten> {
        let mut parts = Vec::with_capacity(rows.len() + 8);
        for (position, row) in rows.iter().enumerate() {
            let record = record_write(transaction.of, &row.decision.transition);
            parts.push(Part::of_row(position, Meaning::RecordChanged, record));
            parts.extend(parts_of_row(transaction.of, position, row));
        }
        let groups = new_groups(rows);
        let first_group = parts.len();
        let partition = partition(random);
        parts.extend(groups.iter().filter_map(|group| joined(group, partition)).map(Part::unconditional));
        parts.extend(shared_writes(transaction, rows, random).into_iter().map(Part::unconditional));
        let (writes, meanings): (Vec<_>, Vec<_>) = parts.into_iter().map(|part| (part.write, part.meaning)).unzip();
        let transacted = self.transact(writes).await?;
        if matches!(transacted, Transacted::Done) {
            return Ok(InviteWritten::Done);
        }
        let mut conflicts: Vec<RowConflict> = rows.iter().map(|_| RowConflict::default()).collect();
        for (index, meaning) in meanings.iter().enumerate() {
            let (Some((row, meaning)), Some(old)) = (meaning, transacted.refused(index)) else { continue };
            let conflict = &mut conflicts[*row];
            let found = || from_item::<Person>(old.clone()).ok().map(Box::new);
            match meaning {
                Meaning::RecordChanged => conflict.record = Some(found()),
                Meaning::CompanyRecordChanged => conflict.company_record = Some(found()),
                Meaning::Refusal(refusal) => conflict.refusal = conflict.refusal.or(Some(*refusal)),
            }
        }
        for (index, group) in groups.iter().enumerate() {
            if transacted.refused(first_group + index).is_none() {
                continue;
            }
            let named = rows.iter().zip(&mut conflicts).filter(|(row, _)| row.offer.groups.contains(group));
            named.for_each(|(_, conflict)| conflict.refusal = Some(InviteRefusal::GroupDeleted));
        }
        Ok(InviteWritten::Refused(conflicts))
    }
}

/// The groups that rows come into, each once. The topmost group is never deleted, so nothing is written of it.
fn new_groups<'a>(rows: &[InviteWrite<'a>]) -> Vec<&'a GroupPlace> {
    let mut seen = HashSet::new();
    let all = rows.iter().flat_map(|row| &row.offer.groups).filter(|group| !group.path.is_top());
    all.filter(|group| seen.insert(group.id)).collect()
}

/// The writes beside the record of a row's person.
fn parts_of_row(of: Scope, position: usize, row: &InviteWrite<'_>) -> Vec<Part> {
    let refused = |refusal, write| Part::of_row(position, Meaning::Refusal(refusal), write);
    let mut parts: Vec<_> =
        user_code_claim(row.offer).map(|it| refused(InviteRefusal::UserCodeTaken, it)).into_iter().collect();
    parts.extend(membership_write(of, &row.decision.transition).map(Part::unconditional));
    if row.decision.transition.joins() && row.offer.identifier.address.is_service_account() {
        let account = ConditionalWrite::check(keys::identity(&row.offer.identifier));
        parts.push(refused(InviteRefusal::ServiceAccountDeleted, account.expect(equal("user", row.offer.user))));
    }
    if let Some((guest, record)) = row.guest {
        let writes = guest_writes(guest, row.offer);
        parts.extend(writes.into_iter().map(|write| refused(InviteRefusal::HasAccount, write)));
        let company = Scope::Company(guest.profile.company);
        parts.push(Part::of_row(position, Meaning::CompanyRecordChanged, record_write(company, record)));
    }
    parts
}

/// Takes the person's user code for the address, for good.
fn user_code_claim(offer: &InviteOffer) -> Option<ConditionalWrite> {
    #[derive(Serialize)]
    struct Claim<'a> {
        email: &'a str,
    }
    let email = offer.identifier.address.canonical();
    let claim = ConditionalWrite::put(&keys::user_code(offer.identifier.code.as_ref()?), Claim { email });
    Some(claim.expect(any([item_absent(), equal("email", email)])))
}

/// A guest account, which only an address without an account gets.
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

/// The writes that the rows of a transaction share: the number of ADMINs, the mails, the note of an idempotent run, and
/// the audit entry.
fn shared_writes(
    transaction: InviteTransaction<'_>,
    rows: &[InviteWrite<'_>],
    random: &dyn Random,
) -> Vec<ConditionalWrite> {
    let InviteTransaction { of, inviter, now, run } = transaction;
    let admins = rows.iter().map(|row| row.decision.transition.admin_change()).sum();
    let mut writes: Vec<_> = admin_count_write(of, admins).into_iter().collect();
    for kind in [MailKind::Invitation, MailKind::Added] {
        let mut by_batch: BTreeMap<BatchId, Vec<&Person>> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.decision.mail == Some(kind)) {
            by_batch.entry(row.offer.batch).or_default().push(row.decision.transition.after());
        }
        for (batch, people) in by_batch {
            writes.extend(people.chunks(MAX_ADDRESSES).map(|some| mail_write(kind, of, batch, some, now, random)));
        }
    }
    if let Some(run) = run {
        writes.push(run.note(rows.iter().map(|row| (row.row, row.decision.effect)), random));
    }
    let audit = Entry::new(now, inviter, "people.invited");
    let audit = rows.iter().fold(audit, |audit, row| audit.about(subject(row)));
    writes.push(entry(of, &audit, random));
    writes
}

/// What the audit log says of a row.
fn subject(row: &InviteWrite<'_>) -> Subject {
    let subject = Subject::new(row.offer.identifier.address.canonical()).with("role", row.offer.role.name());
    match row.decision.effect {
        InviteEffect::Added => subject.with("outcome", "added"),
        InviteEffect::Amended => subject.with("outcome", "alreadyInvited"),
        InviteEffect::AddedToGroups => subject.with("outcome", "grouped"),
        InviteEffect::Invited => subject,
    }
}
