//! Writing the rows that are open, as many as may be invited today.

use jiff::Timestamp;

use crate::{
    Result, Usher,
    domain::UserId,
    store::{self, Batch, Brake, Draft, DraftKind, Drafted, Foreseen, Identity, Inviting, Numbers, ProfileKind, Start},
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
    /// Reserves what may still be invited today, writes the rows, and gives back what wasn't needed.
    pub(super) async fn write_rows(&self, rows: &mut Rows, open: Vec<Open>, writing: &Writing<'_>) -> Result<()> {
        let Writing { daily, inviting, .. } = *writing;
        let reserved = self.store.reserve(daily, count(open.len()), inviting.now).await?;
        let made = self.write_reserved(rows, open, writing, reserved).await;
        self.give_back(daily, reserved.saturating_sub(*made.as_ref().unwrap_or(&0)), inviting.now).await;
        made.map(|_| ())
    }

    /// Answers how many were invited or added.
    async fn write_reserved(
        &self,
        rows: &mut Rows,
        open: Vec<Open>,
        writing: &Writing<'_>,
        reserved: u32,
    ) -> Result<u32> {
        let begun = self.allot(rows, open, writing, reserved).await?;
        if begun.is_empty() {
            return Ok(0);
        }
        let drafts = self.drafts(begun, writing.host).await?;
        self.store.put_batch(writing.batch, writing.inviting.now).await?;
        let (indexes, drafts): (Vec<_>, Vec<_>) = drafts.into_iter().unzip();
        let outcomes = self.store.invite(writing.inviting, &drafts).await;
        let made = outcomes.iter().filter(|outcome| matches!(outcome, Drafted::Invited | Drafted::Added)).count();
        for ((index, draft), outcome) in indexes.into_iter().zip(drafts).zip(outcomes) {
            rows.results[index] = Some(RowResult::drafted(outcome, draft.person_id));
        }
        Ok(count(made))
    }

    /// Gives the rows what was reserved, in order. If it isn't enough for all, the records are read: whoever is a member or
    /// was invited a moment ago takes nothing of it. Rows that are left without are limited.
    async fn allot(
        &self,
        rows: &mut Rows,
        open: Vec<Open>,
        writing: &Writing<'_>,
        mut reserved: u32,
    ) -> Result<Vec<(Open, Start)>> {
        let Writing { host, inviting, daily, .. } = *writing;
        if count(open.len()) <= reserved {
            return Ok(open.into_iter().map(|row| (row, Start::New)).collect());
        }
        let invited: Vec<_> = open.iter().map(|row| &row.invitee.identifier).collect();
        let people = self.store.people_by_identifier(host.of, &invited).await?;
        let mut begun = Vec::with_capacity(open.len());
        for (row, person) in open.into_iter().zip(people) {
            match inviting.foresee(row.colleague.is_some(), &host.places(&row.invitee.groups), person.as_ref()) {
                Foreseen::New if reserved > 0 => {
                    reserved -= 1;
                    begun.push((row, Start::New));
                }
                Foreseen::New => rows.limit(row.index, daily.left(inviting.now))?,
                Foreseen::Grouped => begun.push((row, Start::Group)),
                Foreseen::Amended(version) => begun.push((row, Start::Amend(version))),
                Foreseen::Unchanged(outcome) => {
                    let id = store::person_id(&host.salt, &row.invitee.identifier);
                    rows.results[row.index] = Some(RowResult::drafted(outcome, id));
                }
            }
        }
        Ok(begun)
    }

    /// If giving back fails fewer may be invited today, which is no reason to fail what was written.
    async fn give_back(&self, daily: &Brake<'_>, unused: u32, now: Timestamp) {
        if unused > 0
            && let Err(error) = self.store.give_back(daily, unused, now).await
        {
            tracing::warn!(?error, unused, "a reservation wasn't given back");
        }
    }

    /// What each row should come to: a colleague becomes a member, anybody else is invited.
    async fn drafts(&self, open: Vec<(Open, Start)>, host: &Host) -> Result<Vec<(usize, Draft)>> {
        let strangers = count(open.iter().filter(|(row, _)| row.colleague.is_none()).count());
        let mut number = match strangers {
            0 => 0,
            users => self.store.take_numbers(Numbers { users, ..Numbers::default() }).await?.users,
        };
        let drafts = open.into_iter().map(|(Open { index, invitee, colleague }, start)| {
            let person_id = store::person_id(&host.salt, &invitee.identifier);
            let (user, own_number, kind) = if let Some(colleague) = colleague {
                let told = colleague.kind == ProfileKind::Person;
                let Identity { user, number, first_name, last_name, .. } = colleague;
                (user, number, DraftKind::Add { told, first_name, last_name })
            } else {
                number += 1;
                (UserId::random(self.random()), number - 1, DraftKind::Invite)
            };
            let draft = Draft {
                identifier: invitee.identifier,
                role: invitee.role,
                metadata: invitee.metadata,
                groups: host.places(&invitee.groups),
                person_id,
                user,
                number: own_number,
                kind,
                start,
            };
            (index, draft)
        });
        Ok(drafts.collect())
    }
}

/// A count of rows, which are few.
fn count(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}
