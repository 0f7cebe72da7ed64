//! Inviting many: transactions of up to about ninety people, several in flight, a final answer for each row.

use std::collections::HashSet;

use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_dynamo::string_set::StringSet;
use tokio::time::{Duration, Instant, timeout_at};

use super::{Entry, entry};
use crate::{
    Error, Internal, Result,
    domain::{
        BatchId, DeliveryState, GroupId, GroupPlace, Identifier, Metadata, Person, PersonId, PersonName, Random, Role,
        Scope, Standing, Status, UserId,
    },
    store::{
        Item, Membership, Store,
        change::Change,
        from_item, groups, keys,
        outbox::{self, QueuedItem},
        transact::Transacted,
    },
};

/// Writes to people in one transaction; outbox items, the audit entry and a count of ADMINs come on top, and DynamoDB
/// takes 100 in all.
const MOST_WRITES: usize = 90;

/// Transactions of one request under way at once.
const IN_FLIGHT: usize = 8;

/// How often the rest of a transaction goes again together before each row goes alone.
const ROUNDS: u32 = 4;

/// No row is begun after this, and none is waited for after the second: the gateway gives up at 30 s.
const BEGIN_WITHIN: Duration = Duration::from_secs(25);
const END_WITHIN: Duration = Duration::from_secs(28);

/// What inviting a row should come to.
#[derive(Debug, Clone)]
pub enum DraftKind {
    /// An invitation to accept.
    Invite,
    /// A member at once: a colleague, who is told by mail, or a service account, which isn't.
    Add {
        /// Whether they are told.
        told: bool,
        /// First name.
        first_name: PersonName,
        /// Last name.
        last_name: Option<PersonName>,
    },
}

/// One row, ready to be written.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Who it is.
    pub identifier: Identifier,
    /// The role to give.
    pub role: Role,
    /// What is kept with the record; none leaves what is there.
    pub metadata: Option<Metadata>,
    /// The groups that they come into; each but once.
    pub groups: Vec<GroupPlace>,
    /// The record's public id.
    pub person_id: PersonId,
    /// The user's id.
    pub user: UserId,
    /// The user's integer id.
    pub number: u32,
    /// What it should come to.
    pub kind: DraftKind,
    /// How it may be written.
    pub start: Start,
}

/// How a row may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// As a new version of the record, which counts against what may be invited today.
    New,
    /// Only by bringing the live invitation of this version up to date.
    Amend(u32),
    /// Only by bringing a member into groups.
    Group,
}

/// What a row came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drafted {
    /// Invited; a mail is queued.
    Invited,
    /// Was invited within the cooldown; role and message were brought up to date and no mail is queued.
    AlreadyInvited,
    /// A member now.
    Added,
    /// Was a member before, and came into groups.
    Grouped,
    /// Was a member before.
    AlreadyMember,
    /// Is invited to a role above the inviter's own, which stays.
    Forbidden,
    /// The code is used with another address.
    CodeTaken,
    /// A group is deleted.
    GroupGone,
    /// Would have been invited or added, but only an invitation that is there was to be brought up to date.
    Limited,
    /// Not written.
    Failed,
}

/// What the rows of a request have in common.
#[derive(Debug)]
pub struct Inviting<'a> {
    /// To what.
    pub of: Scope,
    /// By whom.
    pub inviter: UserId,
    /// The inviter's role.
    pub inviter_role: Role,
    /// The request.
    pub batch: BatchId,
    /// When.
    pub now: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// Who was invited more recently than this isn't mailed again.
    pub cooldown: SignedDuration,
    /// When the request began.
    pub begun: Instant,
    /// Ids of audit entries and outbox items.
    pub random: &'a dyn Random,
}

/// What a row would come to, told by the record that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreseen {
    /// A new version: an invitation, or a member.
    New,
    /// Role and message of the live invitation of this version are brought up to date.
    Amended(u32),
    /// A member comes into groups.
    Grouped,
    /// The record stays as it is, for this reason.
    Unchanged(Drafted),
}

impl Inviting<'_> {
    /// What somebody would come to who has this record and is to come into these groups; a colleague is added. The conditions of
    /// the writes say the same.
    pub fn foresee(&self, colleague: bool, groups: &[GroupPlace], person: Option<&Person>) -> Foreseen {
        let Some(person) = person else { return Foreseen::New };
        match person.standing(self.now) {
            Standing::Member if !groups.iter().all(|group| person.is_in(&group.path, false)) => Foreseen::Grouped,
            Standing::Member => Foreseen::Unchanged(Drafted::AlreadyMember),
            Standing::Pending if !self.inviter_role.may_grant(person.role) => Foreseen::Unchanged(Drafted::Forbidden),
            Standing::Pending if !colleague && self.now.duration_since(person.invited_at) < self.cooldown => {
                Foreseen::Amended(person.version)
            }
            Standing::Pending | Standing::Expired | Standing::Gone => Foreseen::New,
        }
    }
}

/// How a row is written next.
#[derive(Debug, Clone, Copy)]
enum Write {
    /// As the draft says.
    Draft,
    /// Role and message of the live invitation of this version.
    Amend(u32),
    /// Groups of a member.
    Group,
}

#[derive(Debug)]
struct Row<'a> {
    index: usize,
    draft: &'a Draft,
    write: Write,
}

impl Row<'_> {
    /// Whether writing it makes a member.
    fn joins(&self) -> bool {
        matches!((&self.draft.kind, self.write), (DraftKind::Add { .. }, Write::Draft))
    }

    fn writes(&self) -> usize {
        let person = if matches!(self.draft.kind, DraftKind::Add { .. }) { 2 } else { 1 };
        person + usize::from(self.draft.identifier.code.is_some())
    }

    /// Takes the person's code for their address, for good.
    fn claim_code(&self) -> Option<Change> {
        #[derive(Serialize)]
        struct Claim<'a> {
            email: &'a str,
        }
        let Identifier { address, code } = &self.draft.identifier;
        let email = address.canonical();
        let claim = Change::put(&keys::user_code(code.as_ref()?), Claim { email });
        Some(claim.when("attribute_not_exists(pk) OR #email = :email").with("email", email))
    }

    fn outcome(&self) -> Drafted {
        match (&self.draft.kind, self.write) {
            (_, Write::Amend(_)) => Drafted::AlreadyInvited,
            (_, Write::Group) => Drafted::Grouped,
            (DraftKind::Invite, Write::Draft) => Drafted::Invited,
            (DraftKind::Add { .. }, Write::Draft) => Drafted::Added,
        }
    }

    fn mail(&self) -> Option<outbox::Kind> {
        match (&self.draft.kind, self.write) {
            (DraftKind::Invite, Write::Draft) => Some(outbox::Kind::Invitation),
            (DraftKind::Add { told: true, .. }, Write::Draft) => Some(outbox::Kind::Added),
            _ => None,
        }
    }
}

impl Store {
    /// Invites people who differ from each other. Answers for each draft, in order; one row's failure is its own.
    pub async fn invite(&self, inviting: &Inviting<'_>, drafts: &[Draft]) -> Vec<Drafted> {
        let mut chunks: Vec<Vec<Row<'_>>> = Vec::new();
        let mut room = 0;
        let mut joined = HashSet::new();
        for (index, draft) in drafts.iter().enumerate() {
            let write = match draft.start {
                Start::New => Write::Draft,
                Start::Amend(version) => Write::Amend(version),
                Start::Group => Write::Group,
            };
            let row = Row { index, draft, write };
            // A group is written once in a transaction, however many come into it.
            let groups = draft.groups.iter().filter(|group| !joined.contains(&group.id)).count();
            let mut writes = row.writes() + groups;
            match chunks.last_mut() {
                Some(chunk) if room >= writes => chunk.push(row),
                _ => {
                    (room, writes) = (MOST_WRITES, row.writes() + draft.groups.len());
                    joined.clear();
                    chunks.push(vec![row]);
                }
            }
            joined.extend(draft.groups.iter().map(|group| group.id));
            room -= writes;
        }
        let mut outcomes = vec![Drafted::Failed; drafts.len()];
        let chunks: Vec<_> = chunks.into_iter().map(|chunk| self.invite_chunk(inviting, chunk)).collect();
        let mut written = stream::iter(chunks).buffer_unordered(IN_FLIGHT);
        while let Some(answers) = written.next().await {
            for (index, outcome) in answers {
                outcomes[index] = outcome;
            }
        }
        outcomes
    }

    async fn invite_chunk(&self, inviting: &Inviting<'_>, mut rows: Vec<Row<'_>>) -> Vec<(usize, Drafted)> {
        let mut outcomes = Vec::with_capacity(rows.len());
        for round in 0..ROUNDS {
            if rows.is_empty() || inviting.begun.elapsed() > BEGIN_WITHIN {
                break;
            }
            if round > 0 {
                self.pause(round).await;
            }
            match self.write_rows(inviting, &rows).await {
                Ok(Transacted::Done) => {
                    outcomes.extend(rows.drain(..).map(|row| (row.index, row.outcome())));
                }
                Ok(refused) => rows = judge(inviting, rows, &refused, &mut outcomes),
                Err(error) => tracing::warn!(?error, rows = rows.len(), "people not written"),
            }
        }
        for row in rows {
            let outcome = self.invite_one(inviting, row).await;
            outcomes.push(outcome);
        }
        outcomes
    }

    async fn invite_one(&self, inviting: &Inviting<'_>, row: Row<'_>) -> (usize, Drafted) {
        let index = row.index;
        let mut rows = vec![row];
        let mut outcomes = Vec::new();
        for _ in 0..ROUNDS {
            if inviting.begun.elapsed() > BEGIN_WITHIN {
                break;
            }
            match self.write_rows(inviting, &rows).await {
                Ok(Transacted::Done) => return (index, rows[0].outcome()),
                Ok(refused) => rows = judge(inviting, rows, &refused, &mut outcomes),
                Err(_) => break,
            }
            if let Some(outcome) = outcomes.pop() {
                return outcome;
            }
        }
        (index, Drafted::Failed)
    }
}

impl Store {
    async fn write_rows(&self, inviting: &Inviting<'_>, rows: &[Row<'_>]) -> Result<Transacted> {
        let transaction = self.transact(changes(inviting, rows));
        let late = |_| Error::Unavailable(Internal::new("store: inviting took too long"));
        timeout_at(inviting.begun + END_WITHIN, transaction).await.map_err(late)?
    }
}

/// The groups that rows come into, each once.
fn groups_of<'a>(rows: &[Row<'a>]) -> Vec<&'a GroupPlace> {
    let mut seen = HashSet::new();
    let all = rows.iter().flat_map(|row| &row.draft.groups).filter(|group| !group.path.is_top());
    all.filter(|group| seen.insert(group.id)).collect()
}

/// The writes of a transaction: first those of the rows' people, then of their codes and of their groups, in order, so that
/// reasons are found by index.
fn changes(inviting: &Inviting<'_>, rows: &[Row<'_>]) -> Vec<Change> {
    let mut changes: Vec<Change> = rows.iter().map(|row| person_change(inviting, row)).collect();
    changes.extend(rows.iter().filter_map(Row::claim_code));
    let partition = groups::partition(inviting.random);
    changes.extend(groups_of(rows).into_iter().filter_map(|group| groups::joined(group, partition)));
    for row in rows {
        if row.joins() {
            let membership = Membership::new(row.draft.role, inviting.of);
            changes.push(Change::put(&keys::membership(row.draft.user, inviting.of), membership));
        }
    }
    let admins = rows.iter().filter(|row| row.joins() && row.draft.role == Role::Admin).count();
    if admins > 0
        && let Scope::Workspace(id) = inviting.of
    {
        changes.push(Change::update(keys::workspace(id), "ADD #admins :admins").if_present().with("admins", admins));
    }
    for kind in [outbox::Kind::Invitation, outbox::Kind::Added] {
        let people: Vec<_> =
            rows.iter().filter(|row| row.mail() == Some(kind)).map(|row| &row.draft.identifier).collect();
        for people in people.chunks(outbox::MOST_ADDRESSES) {
            let item = QueuedItem::people(kind, inviting.of, inviting.batch, people);
            changes.push(item.into_change(inviting.now, inviting.random));
        }
    }
    let told = Entry {
        at: inviting.now,
        actor: inviting.inviter,
        action: "people.invited",
        subjects: rows.iter().map(|row| row.draft.identifier.address.canonical().to_owned()).collect(),
    };
    changes.push(entry(inviting.of, &told, inviting.random));
    changes
}

fn person_change(inviting: &Inviting<'_>, row: &Row<'_>) -> Change {
    let draft = row.draft;
    let key = keys::person(inviting.of, &draft.identifier);
    let now = inviting.now.as_millisecond();
    let change = match (row.write, &draft.kind) {
        (Write::Group, _) => {
            let change = Change::update(key, format!("SET #updated_at = :now{}", grouped(draft)));
            let change = change.when("#status = :accepted").with("accepted", Status::Accepted).with("now", now);
            return with_groups(change, draft);
        }
        (Write::Amend(version), _) => {
            let (metadata, groups) = (kept(draft), grouped(draft));
            Change::update(
                key,
                format!(
                    "SET #role = :role, #batch = :batch, #inviter = :inviter, #updated_at = :now{metadata}{groups}"
                ),
            )
            .when(format!(
                "#status = :pending AND #version = :version AND #expires_at > :now AND {}",
                grantable(inviting)
            ))
            .with("version", version)
            .with("now", now)
        }
        (Write::Draft, DraftKind::Invite) => {
            // The id given first is kept. It isn't that of an account elsewhere: that would tell of it.
            let user = "#user = if_not_exists(#user, :user), #number = if_not_exists(#number, :number)";
            new_version(inviting, key, draft, user, "")
                .when(format!(
                    "attribute_not_exists(pk) OR #status IN (:declined, :revoked, :left) \
                     OR (#status = :pending AND (#expires_at <= :now OR (#invited_at <= :cooled AND #batch <> :batch AND {})))",
                    grantable(inviting)
                ))
                .with("cooled", now - i64::try_from(inviting.cooldown.as_millis()).unwrap_or(i64::MAX))
                .with("now", now)
                .with("state", Status::Pending)
                .with("delivery", DeliveryState::Queued)
        }
        (Write::Draft, DraftKind::Add { told, first_name, last_name }) => {
            let names = ", #first_name = :first_name, #last_name = :last_name";
            new_version(inviting, key, draft, "#user = :user, #number = :number", names)
                .when(format!(
                    "attribute_not_exists(pk) OR #status IN (:declined, :revoked, :left) \
                     OR (#status = :pending AND (#expires_at <= :now OR {}))",
                    grantable(inviting)
                ))
                .with("now", now)
                .with("state", Status::Accepted)
                .with("delivery", told.then_some(DeliveryState::Queued))
                .with("first_name", first_name)
                .with("last_name", last_name)
        }
    };
    let mut change = change.with("pending", Status::Pending).with("role", draft.role).with("batch", inviting.batch);
    change = change.with("inviter", inviting.inviter);
    if let Some(metadata) = &draft.metadata {
        change = change.with("metadata", metadata);
    }
    change = with_groups(change, draft);
    inviting.inviter_role.grantable().fold(change, |change, role| change.with(&format!("may_{}", role.name()), role))
}

fn new_version(inviting: &Inviting<'_>, key: keys::Key, draft: &Draft, user: &str, names: &str) -> Change {
    let code = if draft.identifier.code.is_some() { "#user_code = :user_code, " } else { "" };
    let update = format!(
        "SET {code}#email = :email, #person_id = :person_id, {user}{names}, #role = :role, #status = :state, \
         #version = if_not_exists(#version, :zero) + :one, #created_at = if_not_exists(#created_at, :invited_at), \
         #updated_at = :invited_at, #invited_at = :invited_at, #expires_at = :expires_at, #inviter = :inviter, #batch = :batch, \
         #queued_by = :batch, #delivery = :delivery{} \
         REMOVE #delivery_at, #delivery_detail, #accepted_by, #accepted_at{}",
        kept(draft),
        grouped(draft)
    );
    let mut change = Change::update(key, update);
    if let Some(code) = &draft.identifier.code {
        change = change.with("user_code", code);
    }
    change
        .with("email", draft.identifier.address.as_typed())
        .with("person_id", &draft.person_id)
        .with("user", draft.user)
        .with("number", draft.number)
        .with("zero", 0)
        .with("one", 1)
        .with("invited_at", inviting.now.as_millisecond())
        .with("expires_at", inviting.expires_at.as_millisecond())
        .with("declined", Status::Declined)
        .with("revoked", Status::Revoked)
        .with("left", Status::Left)
}

/// The part of an update that keeps the metadata, if there is any.
fn kept(draft: &Draft) -> &'static str {
    if draft.metadata.is_some() { ", #metadata = :metadata" } else { "" }
}

/// The part of an update that adds to the groups, if there are any. Whoever is gone has none left.
fn grouped(draft: &Draft) -> &'static str {
    if draft.groups.is_empty() { "" } else { " ADD #groups :groups" }
}

fn with_groups(change: Change, draft: &Draft) -> Change {
    if draft.groups.is_empty() { change } else { change.with("groups", StringSet(&draft.groups)) }
}

/// Nobody changes an invitation to a role above their own.
fn grantable(inviting: &Inviting<'_>) -> String {
    let names: Vec<_> = inviting.inviter_role.grantable().map(|role| format!(":may_{}", role.name())).collect();
    format!("#role IN ({})", names.join(", "))
}

/// Reads the reasons: rows with a final answer are taken out, the others go again.
fn judge<'a>(
    inviting: &Inviting<'_>,
    rows: Vec<Row<'a>>,
    refused: &Transacted,
    outcomes: &mut Vec<(usize, Drafted)>,
) -> Vec<Row<'a>> {
    let mut again = Vec::with_capacity(rows.len());
    let mut code = rows.len();
    let codes = rows.iter().filter(|row| row.draft.identifier.code.is_some()).count();
    let groups = groups_of(&rows).into_iter().zip(code + codes..);
    let gone: HashSet<GroupId> =
        groups.filter(|(_, index)| refused.refused(*index).is_some()).map(|(group, _)| group.id).collect();
    for (position, mut row) in rows.into_iter().enumerate() {
        if row.draft.identifier.code.is_some() {
            code += 1;
            if refused.refused(code - 1).is_some() {
                outcomes.push((row.index, Drafted::CodeTaken));
                continue;
            }
        }
        if row.draft.groups.iter().any(|group| gone.contains(&group.id)) {
            outcomes.push((row.index, Drafted::GroupGone));
            continue;
        }
        match refused.refused(position).map(|old| verdict(inviting, &row, old.clone())) {
            None => again.push(row),
            Some(Verdict::Again(write)) => {
                row.write = write;
                again.push(row);
            }
            Some(Verdict::Final(outcome)) => outcomes.push((row.index, outcome)),
        }
    }
    again
}

enum Verdict {
    Final(Drafted),
    Again(Write),
}

/// Why the row's condition failed, told by the item that was there.
fn verdict(inviting: &Inviting<'_>, row: &Row<'_>, old: Item) -> Verdict {
    let Ok(old) = from_item::<Person>(old) else { return Verdict::Again(Write::Draft) };
    // The item carries this request's mark: it was written, and only the reply was lost.
    if old.batch == inviting.batch {
        return Verdict::Final(row.outcome());
    }
    match inviting.foresee(matches!(row.draft.kind, DraftKind::Add { .. }), &row.draft.groups, Some(&old)) {
        Foreseen::New if row.draft.start == Start::New => Verdict::Again(Write::Draft),
        Foreseen::New => Verdict::Final(Drafted::Limited),
        Foreseen::Amended(version) => Verdict::Again(Write::Amend(version)),
        Foreseen::Grouped => Verdict::Again(Write::Group),
        Foreseen::Unchanged(outcome) => Verdict::Final(outcome),
    }
}
