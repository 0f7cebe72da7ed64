//! Inviting many: transactions of up to about ninety people, several in flight, a final answer for each row.

mod changes;
mod draft;

use std::collections::HashSet;

use futures::{StreamExt, stream};
use tokio::time::{Duration, timeout_at};

use crate::{
    Error, Internal, Result,
    domain::{GroupId, Person},
    store::{Item, Store, from_item, outbox, transact::Transacted},
};

use changes::{changes, groups_of};

pub use draft::{Draft, DraftKind, Drafted, Foreseen, Inviting, Start};

/// Writes to people in one transaction; outbox items, the audit entry, a count of ADMINs and a run's note come on top, and
/// DynamoDB takes 100 in all.
const MOST_WRITES: usize = 90;

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
    // The item carries this request's mark: it was written, and only the reply was lost. What was brought up to date is
    // still to be mailed for another.
    if old.batch == inviting.batch {
        let amended = old.queued_by != Some(inviting.batch);
        return Verdict::Final(if amended { Drafted::AlreadyInvited } else { row.outcome() });
    }
    match inviting.foresee(matches!(row.draft.kind, DraftKind::Add { .. }), &row.draft.groups, Some(&old)) {
        Foreseen::New if row.draft.start == Start::New => Verdict::Again(Write::Draft),
        Foreseen::New => Verdict::Final(Drafted::Limited),
        Foreseen::Amended(version) => Verdict::Again(Write::Amend(version)),
        Foreseen::Grouped => Verdict::Again(Write::Group),
        Foreseen::Unchanged(outcome) => Verdict::Final(outcome),
    }
}
