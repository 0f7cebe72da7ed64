//! The writes by which people are invited: every rule is in their conditions.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;
use serde_dynamo::string_set::StringSet;

use crate::{
    domain::{BatchId, GroupPlace, Identifier, Membership, Role, Scope, Status},
    store::{
        audit::audit_log::{Entry, Subject, entry},
        conditional_write::ConditionalWrite,
        groups::group_records,
        invitations::{
            extra::{Extra, prove, remind},
            invite::{Draft, DraftKind, Drafted, Inviting, Row, Write},
        },
        keys,
        mail::outbox::{self, QueuedItem},
    },
};

/// The groups that rows come into, each once.
pub(super) fn groups_of<'a>(rows: &[Row<'a>]) -> Vec<&'a GroupPlace> {
    let mut seen = HashSet::new();
    let all = rows.iter().flat_map(|row| &row.draft.groups).filter(|group| !group.path.is_top());
    all.filter(|group| seen.insert(group.id)).collect()
}

/// A write beside that of a row's person whose failed condition is the row's answer.
pub(super) struct Side {
    /// The row's place.
    pub(super) row: usize,
    change: ConditionalWrite,
    pub(super) refused: Drafted,
}

/// The writes beside those of the rows' people.
pub(super) fn sides(inviting: &Inviting<'_>, rows: &[Row<'_>]) -> Vec<Side> {
    let mut sides = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        let side = |change, refused| Side { row: place, change, refused };
        sides.extend(claim_code(row).map(|change| side(change, Drafted::CodeTaken)));
        if row.joins() && row.draft.is_service_account() {
            let there = ConditionalWrite::check(keys::identity(&row.draft.identifier)).when("#user = :user");
            sides.push(side(there.with("user", row.draft.user), Drafted::AccountGone));
        }
        if let DraftKind::Provide(provided) = &row.draft.kind {
            let changes = provided.changes(inviting, row.draft);
            sides.extend(changes.into_iter().map(|change| side(change, Drafted::HasAccount)));
        }
    }
    sides
}

/// The writes of a transaction: first those of the rows' people, then those beside them and of their groups, in order, so
/// that reasons are found by index.
pub(super) fn changes(inviting: &Inviting<'_>, rows: &[Row<'_>], sides: &[Side]) -> Vec<ConditionalWrite> {
    let mut changes: Vec<ConditionalWrite> = rows.iter().map(|row| person_change(inviting, row)).collect();
    changes.extend(sides.iter().map(|side| side.change.clone()));
    let partition = group_records::partition(inviting.random);
    changes.extend(groups_of(rows).into_iter().filter_map(|group| group_records::joined(group, partition)));
    for row in rows {
        if row.joins() {
            let membership = Membership::new(row.draft.role, inviting.of);
            changes.push(ConditionalWrite::put(&keys::membership(row.draft.user, inviting.of), membership));
        }
    }
    let admins = rows.iter().filter(|row| row.joins() && row.draft.role == Role::Admin).count();
    if admins > 0
        && let Scope::Workspace(id) = inviting.of
    {
        changes.push(
            ConditionalWrite::update(keys::workspace(id), "ADD #admins :admins").if_present().with("admins", admins),
        );
    }
    for kind in [outbox::Kind::Invitation, outbox::Kind::Added] {
        let mut by_letter: BTreeMap<BatchId, Vec<&Identifier>> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.mail() == Some(kind)) {
            by_letter.entry(inviting.batch_of(row.draft)).or_default().push(&row.draft.identifier);
        }
        for (batch, people) in by_letter {
            for people in people.chunks(outbox::MAX_ADDRESSES) {
                let item = QueuedItem::people(kind, inviting.of, batch, people);
                changes.push(item.into_change(inviting.now, inviting.random));
            }
        }
    }
    if let Some(run) = inviting.run {
        changes.push(run.note(rows.iter().map(|row| (row.draft.row, row.outcome())), inviting.random));
    }
    let told = Entry::new(inviting.now, inviting.inviter, "people.invited");
    let told = rows.iter().fold(told, |told, row| told.about(subject(row)));
    changes.push(entry(inviting.of, &told, inviting.random));
    changes
}

/// What the audit tells of a row.
fn subject(row: &Row<'_>) -> Subject {
    let subject = Subject::new(row.draft.identifier.address.canonical()).with("role", row.draft.role.name());
    match row.outcome() {
        Drafted::Added => subject.with("outcome", "added"),
        Drafted::AlreadyInvited => subject.with("outcome", "alreadyInvited"),
        Drafted::Grouped => subject.with("outcome", "grouped"),
        _ => subject,
    }
}

fn person_change(inviting: &Inviting<'_>, row: &Row<'_>) -> ConditionalWrite {
    let draft = row.draft;
    let key = keys::person(inviting.of, &draft.identifier);
    let now = inviting.now.as_millisecond();
    let reach = Reach::of(inviting, row);
    let change = match (row.write, &draft.kind) {
        (Write::New, _) => return ConditionalWrite::put(&key, draft.record(inviting)).if_absent(),
        (Write::Group | Write::GroupFromTop, _) => {
            let from_top = matches!(row.write, Write::GroupFromTop);
            let top = inviting.top.filter(|top| from_top && !draft.groups.contains(top));
            let groups: Vec<_> = draft.groups.iter().chain(top).collect();
            let there = if from_top { "attribute_not_exists(#groups)" } else { "attribute_exists(#groups)" };
            return ConditionalWrite::update(key, format!("SET #updated_at = :now{}", grouped(draft)))
                .when(format!("#status = :accepted AND {there}"))
                .with("accepted", Status::Accepted)
                .with("now", now)
                .with("groups", StringSet(&groups));
        }
        (Write::Amend(version), _) => {
            let set = format!("SET #batch = :batch, #inviter = :inviter, #updated_at = :now{}", given(draft));
            ConditionalWrite::update(key, set)
                .when(format!("#status = :pending AND #version = :version AND #expires_at > :now AND {}", reach.live))
                .with("version", version)
                .with("now", now)
        }
        (Write::Prove, _) => return prove(inviting, key, draft),
        (Write::Remind, _) => return remind(inviting, key, draft),
        (Write::Version, DraftKind::Provide(_)) => {
            new_version(inviting, key, draft, ", #number = :number")
                // The id that was given with an invitation is the account's.
                .when(format!(
                    "#batch <> :batch AND #user = :user AND (#status IN (:declined, :revoked, :left) \
                     OR (#status = :pending AND ({} OR {})))",
                    reach.expired, reach.live
                ))
                .with("user", draft.user)
                .with("number", draft.number)
                .with("now", now)
                .with("state", Status::Accepted)
        }
        (Write::Version, DraftKind::Invite | DraftKind::InviteLater | DraftKind::MailAgain) => {
            let open = format!(
                "(#status = :pending AND ({} \
                 OR ((#invited_at <= :cooled OR attribute_not_exists(#delivery)) AND {})))",
                reach.expired, reach.live
            );
            let condition = if matches!(draft.kind, DraftKind::MailAgain) {
                format!("#batch <> :batch AND {open}")
            } else {
                format!("#batch <> :batch AND (#status IN (:declined, :revoked, :left) OR {open})")
            };
            // The id given first is kept. It isn't that of an account elsewhere: that would tell of it.
            new_version(inviting, key, draft, "")
                .when(condition)
                .with("cooled", inviting.cooled())
                .with("now", now)
                .with("state", Status::Pending)
        }
        (Write::Version, DraftKind::Add { first_name, last_name, .. }) => {
            let member = ", #user = :user, #number = :number, #first_name = :first_name, #last_name = :last_name";
            new_version(inviting, key, draft, member)
                .when(format!(
                    "#batch <> :batch AND (#status IN (:declined, :revoked, :left) \
                     OR (#status = :pending AND ({} OR {})))",
                    reach.expired, reach.live
                ))
                .with("now", now)
                .with("state", Status::Accepted)
                .with("user", draft.user)
                .with("number", draft.number)
                .with("first_name", first_name)
                .with("last_name", last_name)
        }
    };
    let change = change.with("pending", Status::Pending).with("batch", inviting.batch_of(draft));
    let mut change = with_given(change.with("inviter", inviting.inviter), draft);
    if let Some(groups) = reach.groups {
        change = change.with("seen", StringSet(groups));
    }
    inviting.inviter_role.grantable().fold(change, |change, role| change.with(&format!("may_{}", role.name()), role))
}

/// A new version of a record, which also sets `more`.
fn new_version(inviting: &Inviting<'_>, key: keys::Key, draft: &Draft, more: &str) -> ConditionalWrite {
    let Extra { set, remove } = Extra::of(draft);
    let update = format!(
        "SET #email = :email, #status = :state, #version = #version + :one, #updated_at = :invited_at, \
         #invited_at = :invited_at, #expires_at = :expires_at, #inviter = :inviter, #batch = :batch, \
         #queued_by = :batch{more}{set}{} REMOVE #delivery_at, #delivery_detail, #answered_by{remove}",
        given(draft)
    );
    let mut change = Extra::with(ConditionalWrite::update(key, update), draft);
    if !matches!(draft.kind, DraftKind::MailAgain) {
        change = change.with("declined", Status::Declined).with("revoked", Status::Revoked).with("left", Status::Left);
    }
    change
        .with("email", draft.identifier.address.as_typed())
        .with("one", 1)
        .with("invited_at", inviting.now.as_millisecond())
        .with("expires_at", inviting.expires_at.as_millisecond())
}

/// The end of an update, which gives the role, and the metadata and groups if there are any. Whoever is only mailed again
/// stays what they are, also if that was changed since it was read.
fn given(draft: &Draft) -> String {
    if matches!(draft.kind, DraftKind::MailAgain) {
        return String::new();
    }
    let metadata = if draft.metadata.is_some() { ", #metadata = :metadata" } else { "" };
    format!(", #role = :role{metadata}{}", grouped(draft))
}

fn with_given(change: ConditionalWrite, draft: &Draft) -> ConditionalWrite {
    if matches!(draft.kind, DraftKind::MailAgain) {
        return change;
    }
    let change = with_groups(change.with("role", draft.role), draft);
    match &draft.metadata {
        Some(metadata) => change.with("metadata", metadata),
        None => change,
    }
}

/// The part of an update that adds to the groups, if there are any. Whoever is gone has none left.
fn grouped(draft: &Draft) -> &'static str {
    if draft.groups.is_empty() { "" } else { " ADD #groups :groups" }
}

/// Which invitations that are there the inviter may change.
struct Reach<'a> {
    live: String,
    expired: &'static str,
    /// The groups that the record must have, for an inviter who may not let people into others.
    groups: Option<&'a [GroupPlace]>,
}

impl<'a> Reach<'a> {
    fn of(inviting: &Inviting<'_>, row: &'a Row<'_>) -> Self {
        let grantable = grantable(inviting);
        if inviting.confined_to.is_none() {
            return Self { live: grantable, expired: "#expires_at <= :now", groups: None };
        }
        let groups = row.seen.as_deref().filter(|groups| !groups.is_empty());
        let live = match groups {
            // The topmost group isn't theirs, and the others are to be judged first.
            None => format!("({grantable} AND attribute_not_exists(pk))"),
            Some(_) => format!("({grantable} AND #groups = :seen)"),
        };
        let expired = match groups {
            None => "(#expires_at <= :now AND attribute_not_exists(#groups))",
            Some(_) => "(#expires_at <= :now AND (attribute_not_exists(#groups) OR #groups = :seen))",
        };
        Self { live, expired, groups }
    }
}

fn with_groups(change: ConditionalWrite, draft: &Draft) -> ConditionalWrite {
    if draft.groups.is_empty() { change } else { change.with("groups", StringSet(&draft.groups)) }
}

/// Nobody changes an invitation to a role above their own.
pub(in crate::store::invitations) fn grantable(inviting: &Inviting<'_>) -> String {
    let names: Vec<_> = inviting.inviter_role.grantable().map(|role| format!(":may_{}", role.name())).collect();
    format!("#role IN ({})", names.join(", "))
}

/// Takes the person's code for their address, for good.
fn claim_code(row: &Row<'_>) -> Option<ConditionalWrite> {
    #[derive(Serialize)]
    struct Claim<'a> {
        email: &'a str,
    }
    let Identifier { address, code } = &row.draft.identifier;
    let email = address.canonical();
    let claim = ConditionalWrite::put(&keys::user_code(code.as_ref()?), Claim { email });
    Some(claim.when("attribute_not_exists(pk) OR #email = :email").with("email", email))
}
