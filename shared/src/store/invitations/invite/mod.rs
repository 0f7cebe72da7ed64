//! Inviting many: transactions of up to about ninety people, several in flight, a final answer for each row.

mod changes;
mod draft;

use std::collections::HashSet;

use futures::{StreamExt, stream};
use tokio::time::{Duration, timeout_at};

use crate::{
    Error, Internal, Result,
    domain::{GroupId, GroupPlace, MembershipState, Person},
    store::{
        Item, Store, from_item,
        invitations::{
            extra::GuestAccount,
            invite::changes::{changes, groups_of, sides},
        },
        mail::outbox,
        transact::Transacted,
    },
};

pub(super) use crate::store::invitations::invite::changes::grantable;

pub use crate::store::invitations::invite::draft::{Draft, DraftKind, Drafted, Foreseen, Inviting, Settled, Start};

/// Writes to people in one transaction; outbox items, the audit entry, a count of ADMINs and a run's note come on top, and
/// DynamoDB takes 100 in all.
const MAX_WRITES: usize = 90;

/// What one more letter takes of these: an item for whoever is invited, and one for whoever is added.
const LETTER_WRITES: usize = 2;

/// Transactions of one request under way at once.
const IN_FLIGHT: usize = 8;

/// How often the rest of a transaction goes again together before each row goes alone.
const ROUNDS: u32 = 4;

/// No row is begun after this, and none is waited for after the second: the gateway gives up at 30 s.
const BEGIN_WITHIN: Duration = Duration::from_secs(25);
const END_WITHIN: Duration = Duration::from_secs(28);

/// How a row is written next.
#[derive(Debug, Clone, Copy)]
enum Write {
    /// The record of somebody who has none.
    New,
    /// A new version of the record that is there.
    Version,
    /// Role and message of the live invitation of this version.
    Amend(u32),
    /// More groups of a member who is in some.
    Group,
    /// Groups of a member who is in the topmost one only, and stays in it.
    GroupFromTop,
    /// A new link for a member whose address isn't verified.
    Prove,
    /// The news, once more.
    Remind,
}

#[derive(Debug)]
struct Row<'a> {
    index: usize,
    draft: &'a Draft,
    write: Write,
    /// The groups of the person's record when the row was judged by it.
    seen: Option<Vec<GroupPlace>>,
    /// Whether a write of it failed, and may have been made none the less.
    unsure: bool,
}

impl Row<'_> {
    /// Whether writing it makes a member.
    fn joins(&self) -> bool {
        self.draft.joins() && matches!(self.write, Write::New | Write::Version)
    }

    fn writes(&self) -> usize {
        let person = match self.draft.kind {
            DraftKind::Add { .. } => 2 + usize::from(self.draft.is_service_account()),
            DraftKind::Provide(_) => 2 + GuestAccount::WRITES,
            DraftKind::Invite | DraftKind::InviteLater | DraftKind::MailAgain => 1,
        };
        person + usize::from(self.draft.identifier.code.is_some())
    }

    fn outcome(&self) -> Drafted {
        match self.write {
            Write::Amend(_) => Drafted::AlreadyInvited,
            Write::Group | Write::GroupFromTop => Drafted::Grouped,
            Write::New | Write::Version if self.draft.joins() => Drafted::Added,
            Write::New | Write::Version | Write::Prove | Write::Remind => Drafted::Invited,
        }
    }

    fn settled(&self) -> Settled {
        Settled { outcome: self.outcome(), is_new: matches!(self.write, Write::New) }
    }

    fn mail(&self) -> Option<outbox::Kind> {
        match (&self.draft.kind, self.write) {
            (_, Write::Prove) | (DraftKind::Invite | DraftKind::MailAgain, Write::New | Write::Version) => {
                Some(outbox::Kind::Invitation)
            }
            (_, Write::Remind) | (DraftKind::Add { told: true, .. }, Write::New | Write::Version) => {
                Some(outbox::Kind::Added)
            }
            _ => None,
        }
    }
}

impl Store {
    /// Invites people who differ from each other. Answers for each draft, in order; one row's failure is its own.
    pub async fn invite(&self, inviting: &Inviting<'_>, drafts: &[Draft]) -> Vec<Settled> {
        let mut chunks: Vec<Vec<Row<'_>>> = Vec::new();
        let mut room = 0;
        let (mut joined, mut letters) = (HashSet::new(), HashSet::new());
        for (index, draft) in drafts.iter().enumerate() {
            let write = match draft.start {
                // Whoever is to be mailed again is there.
                Start::New if matches!(draft.kind, DraftKind::MailAgain) => Write::Version,
                Start::New => Write::New,
                Start::Amend(version) => Write::Amend(version),
                Start::Group => Write::Group,
            };
            let row = Row { index, draft, write, seen: None, unsure: false };
            // A group is written once in a transaction, however many come into it, and a letter of its own is an item of the
            // outbox.
            let groups = draft.groups.iter().filter(|group| !joined.contains(&group.id)).count();
            let letter = if letters.contains(&draft.batch) { 0 } else { LETTER_WRITES };
            let mut writes = row.writes() + groups + letter;
            match chunks.last_mut() {
                Some(chunk) if room >= writes => chunk.push(row),
                _ => {
                    (room, writes) = (MAX_WRITES, row.writes() + draft.groups.len());
                    joined.clear();
                    letters.clear();
                    chunks.push(vec![row]);
                }
            }
            joined.extend(draft.groups.iter().map(|group| group.id));
            letters.insert(draft.batch);
            room -= writes;
        }
        let mut settled = vec![Settled::of(Drafted::Failed); drafts.len()];
        let chunks: Vec<_> = chunks.into_iter().map(|chunk| self.invite_chunk(inviting, chunk)).collect();
        let mut written = stream::iter(chunks).buffer_unordered(IN_FLIGHT);
        while let Some(answers) = written.next().await {
            for (index, answer) in answers {
                settled[index] = answer;
            }
        }
        settled
    }

    async fn invite_chunk(&self, inviting: &Inviting<'_>, mut rows: Vec<Row<'_>>) -> Vec<(usize, Settled)> {
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
                    outcomes.extend(rows.drain(..).map(|row| (row.index, row.settled())));
                }
                Ok(refused) => rows = judge(inviting, rows, &refused, &mut outcomes),
                Err(error) => {
                    tracing::warn!(?error, rows = rows.len(), "people not written");
                    for row in &mut rows {
                        row.unsure = true;
                    }
                }
            }
        }
        for row in rows {
            let outcome = self.invite_one(inviting, row).await;
            outcomes.push(outcome);
        }
        outcomes
    }

    async fn invite_one(&self, inviting: &Inviting<'_>, row: Row<'_>) -> (usize, Settled) {
        let index = row.index;
        let mut rows = vec![row];
        let mut outcomes = Vec::new();
        for _ in 0..ROUNDS {
            if inviting.begun.elapsed() > BEGIN_WITHIN {
                break;
            }
            match self.write_rows(inviting, &rows).await {
                Ok(Transacted::Done) => return (index, rows[0].settled()),
                Ok(refused) => rows = judge(inviting, rows, &refused, &mut outcomes),
                Err(_) => return (index, Settled::of(Drafted::Unknown)),
            }
            if let Some(outcome) = outcomes.pop() {
                return outcome;
            }
        }
        let unsure = rows.first().is_some_and(|row| row.unsure);
        (index, Settled::of(if unsure { Drafted::Unknown } else { Drafted::Failed }))
    }
}

impl Store {
    async fn write_rows(&self, inviting: &Inviting<'_>, rows: &[Row<'_>]) -> Result<Transacted> {
        let transaction = self.transact(changes(inviting, rows, &sides(inviting, rows)));
        let late = |_| Error::Unavailable(Internal::new("store: inviting took too long"));
        timeout_at(inviting.begun + END_WITHIN, transaction).await.map_err(late)?
    }
}

/// Reads the reasons: rows with a final answer are taken out, the others go again.
fn judge<'a>(
    inviting: &Inviting<'_>,
    rows: Vec<Row<'a>>,
    refused: &Transacted,
    outcomes: &mut Vec<(usize, Settled)>,
) -> Vec<Row<'a>> {
    let mut again = Vec::with_capacity(rows.len());
    let beside = sides(inviting, &rows);
    let first = rows.len();
    let groups = groups_of(&rows).into_iter().zip(first + beside.len()..);
    let gone: HashSet<GroupId> =
        groups.filter(|(_, index)| refused.refused(*index).is_some()).map(|(group, _)| group.id).collect();
    for (position, mut row) in rows.into_iter().enumerate() {
        if row.draft.groups.iter().any(|group| gone.contains(&group.id)) {
            outcomes.push((row.index, Settled::of(Drafted::GroupGone)));
            continue;
        }
        let side =
            beside.iter().enumerate().find(|(at, side)| side.row == position && refused.refused(first + at).is_some());
        match (refused.refused(position).map(|old| verdict(inviting, &row, old.clone())), side) {
            (Some(Verdict::Final(outcome)), _) => outcomes.push((row.index, Settled::of(outcome))),
            (_, Some((_, side))) => outcomes.push((row.index, Settled::of(side.refused))),
            (None, None) => again.push(row),
            (Some(Verdict::Again(write, groups)), None) => {
                row.write = write;
                row.seen = Some(groups);
                again.push(row);
            }
        }
    }
    again
}

enum Verdict {
    Final(Drafted),
    /// Written like this, if the record's groups are still these.
    Again(Write, Vec<GroupPlace>),
}

/// Why the row's condition failed, told by the item that was there.
fn verdict(inviting: &Inviting<'_>, row: &Row<'_>, old: Item) -> Verdict {
    let again = matches!(row.draft.kind, DraftKind::MailAgain);
    let Ok(old) = from_item::<Person>(old) else {
        return if again { Verdict::Final(Drafted::Missing) } else { Verdict::Again(Write::New, Vec::new()) };
    };
    // The item carries this request's mark: it was written, and only the reply was lost. What was brought up to date is
    // still to be mailed for another; and another may have brought ours up to date since.
    let batch = inviting.batch_of(row.draft);
    if old.queued_by == Some(batch) {
        return Verdict::Final(row.outcome());
    }
    if old.batch == batch {
        return Verdict::Final(Drafted::AlreadyInvited);
    }
    if again {
        match old.standing(inviting.now) {
            MembershipState::Gone => return Verdict::Final(Drafted::Missing),
            MembershipState::Member if inviting.was_mailed(&old) => return Verdict::Final(Drafted::AlreadyInvited),
            MembershipState::Member if old.unverified => return Verdict::Again(Write::Prove, old.groups),
            MembershipState::Member => return Verdict::Again(Write::Remind, old.groups),
            MembershipState::Pending | MembershipState::Expired => {}
        }
    }
    match inviting.foresee(row.draft.joins(), &row.draft.groups, Some(&old)) {
        Foreseen::New if row.draft.start == Start::New => Verdict::Again(Write::Version, old.groups),
        Foreseen::New => Verdict::Final(Drafted::Limited),
        Foreseen::Amended(version) => Verdict::Again(Write::Amend(version), old.groups),
        Foreseen::Grouped if old.groups.is_empty() => Verdict::Again(Write::GroupFromTop, old.groups),
        Foreseen::Grouped => Verdict::Again(Write::Group, old.groups),
        // A member's record carries no mark of who brought them into a group.
        Foreseen::Unchanged(Drafted::AlreadyMember) if row.unsure && row.outcome() == Drafted::Grouped => {
            Verdict::Final(Drafted::Grouped)
        }
        Foreseen::Unchanged(outcome) => Verdict::Final(outcome),
    }
}
