//! Writing the rows that are open, as many as may be invited today.

use jiff::Timestamp;

use crate::{
    Result, Usher,
    domain::{Person, UserId},
    store::{Batch, Brake, Draft, DraftKind, Drafted, Foreseen, Identity, Inviting, Numbers, ProfileKind, Start},
};

use super::{
    host::Host,
    rows::{Open, RowResult, Rows},
};

/// What writing rows takes.
pub(super) struct Writing<'a> {
    pub(super) host: &'a Host,
    pub(super) inviting: &'a Inviting<'a>,
    pub(super) batch: &'a Batch,
    /// What may be invited today.
    pub(super) daily: &'a Brake<'a>,
}

impl Usher {
    /// Writes as many rows as there are slots for.
    pub(super) async fn write_rows(
        &self,
        rows: &mut Rows,
        open: Vec<Open>,
        writing: &Writing<'_>,
        slots: u32,
    ) -> Result<()> {
        // If there aren't enough for all, the records tell who takes none.
        let begun = if count(open.len()) <= slots {
            open.into_iter().map(|row| (row, Start::New)).collect()
        } else {
            let people = self.people_there(&open, writing).await?;
            allot(rows, open, people, writing, slots)?
        };
        if begun.is_empty() {
            return Ok(());
        }
        let drafts = self.drafts(begun, writing.host).await?;
        self.store.put_batch(writing.batch, writing.inviting.now).await?;
        let outcomes = self.store.invite(writing.inviting, &drafts).await;
        for (draft, outcome) in drafts.into_iter().zip(outcomes) {
            rows.results[draft.row] = Some(RowResult::drafted(outcome, draft.person_id));
        }
        Ok(())
    }

    /// What writing the rows would come to, told by the records there are.
    pub(super) async fn foresee_rows(&self, rows: &mut Rows, open: Vec<Open>, writing: &Writing<'_>) -> Result<()> {
        let left = self.store.left(writing.daily, writing.inviting.now).await?;
        let people = self.people_there(&open, writing).await?;
        for (row, start) in allot(rows, open, people, writing, left)? {
            let outcome = match start {
                Start::Amend(_) => Drafted::AlreadyInvited,
                Start::Group => Drafted::Grouped,
                Start::New if row.colleague.is_some() => Drafted::Added,
                Start::New => Drafted::Invited,
            };
            rows.results[row.index] = Some(RowResult::drafted(outcome, writing.host.person_id(&row.invitee)));
        }
        Ok(())
    }

    async fn people_there(&self, open: &[Open], writing: &Writing<'_>) -> Result<Vec<Option<Person>>> {
        let invited: Vec<_> = open.iter().map(|row| &row.invitee.identifier).collect();
        self.store.people_by_identifier(writing.host.of, &invited).await
    }

    /// If giving back fails fewer may be invited today, which is no reason to fail what was written.
    pub(super) async fn give_back(&self, daily: &Brake<'_>, unused: u32, now: Timestamp) {
        if unused > 0
            && let Err(error) = self.store.give_back(daily, unused, now).await
        {
            tracing::warn!(?error, unused, "a reservation wasn't given back");
        }
    }

    /// What each row should come to: a colleague becomes a member, anybody else is invited.
    async fn drafts(&self, open: Vec<(Open, Start)>, host: &Host) -> Result<Vec<Draft>> {
        let strangers = count(open.iter().filter(|(row, _)| row.colleague.is_none()).count());
        let mut number = match strangers {
            0 => 0,
            users => self.store.take_numbers(Numbers { users, ..Numbers::default() }).await?.users,
        };
        let drafts = open.into_iter().map(|(Open { index, invitee, colleague }, start)| {
            let person_id = host.person_id(&invitee);
            let (user, own_number, kind) = if let Some(colleague) = colleague {
                let told = colleague.kind == ProfileKind::Person;
                let Identity { user, number, first_name, last_name, .. } = colleague;
                (user, number, DraftKind::Add { told, first_name, last_name })
            } else {
                number += 1;
                (UserId::random(self.random()), number - 1, DraftKind::Invite)
            };
            Draft {
                row: index,
                identifier: invitee.identifier,
                role: invitee.role,
                metadata: invitee.metadata,
                groups: host.places(&invitee.groups),
                person_id,
                user,
                number: own_number,
                kind,
                start,
            }
        });
        Ok(drafts.collect())
    }
}

/// Gives the rows what may still be invited today, in order: whoever is a member or was invited a moment ago takes nothing of
/// it. Rows that are left without are limited.
fn allot(
    rows: &mut Rows,
    open: Vec<Open>,
    people: Vec<Option<Person>>,
    writing: &Writing<'_>,
    mut left: u32,
) -> Result<Vec<(Open, Start)>> {
    let Writing { host, inviting, daily, .. } = *writing;
    let mut begun = Vec::with_capacity(open.len());
    for (row, person) in open.into_iter().zip(people) {
        match inviting.foresee(row.colleague.is_some(), &host.places(&row.invitee.groups), person.as_ref()) {
            Foreseen::New if left > 0 => {
                left -= 1;
                begun.push((row, Start::New));
            }
            Foreseen::New => rows.limit(row.index, daily.left(inviting.now))?,
            Foreseen::Grouped => begun.push((row, Start::Group)),
            Foreseen::Amended(version) => begun.push((row, Start::Amend(version))),
            Foreseen::Unchanged(outcome) => {
                rows.results[row.index] = Some(RowResult::drafted(outcome, host.person_id(&row.invitee)));
            }
        }
    }
    Ok(begun)
}

/// A count of rows, which are few.
pub(super) fn count(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}
