//! Writing the rows that are open, as many as may be invited today.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::{
    Result, Usher,
    domain::{Batch, Identity, Person, Profile, ProfileKind, ProfileStatus, UserId, person_id},
    operations::invitations::{
        invite_users::{
            host::InvitationTarget,
            personal::{Access, Letters},
            rows::{Open, RowResult, Rows},
        },
        sign_up_by_invitation::local_part,
    },
    store::{Draft, DraftKind, Drafted, Foreseen, GuestAccount, Inviting, Numbers, RateLimit, Settled, Start},
};

/// What writing rows takes.
pub(super) struct Writing<'a> {
    pub(super) host: &'a InvitationTarget,
    pub(super) inviting: &'a Inviting<'a>,
    pub(super) batch: &'a Batch,
    pub(super) letters: &'a Letters,
    /// What may be invited today.
    pub(super) daily: &'a RateLimit<'a>,
    /// Whether the results have the records.
    pub(super) records: bool,
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
        let drafts = self.drafts(begun, writing).await?;
        self.store.put_batch(writing.batch, writing.inviting.now).await?;
        let settled = self.store.invite(writing.inviting, &drafts).await;
        for (draft, Settled { outcome, is_new }) in drafts.into_iter().zip(settled) {
            let record = (writing.records && is_new).then(|| Box::new(draft.record(writing.inviting)));
            rows.results[draft.row] = Some(RowResult { record, ..RowResult::drafted(outcome, draft.person_id) });
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
    pub(super) async fn give_back(&self, daily: &RateLimit<'_>, unused: u32, now: Timestamp) {
        if unused > 0
            && let Err(error) = self.store.give_back(daily, unused, now).await
        {
            tracing::warn!(?error, unused, "a reservation wasn't given back");
        }
    }

    /// The accounts of the rows that bring a password, by row. The id that was given with an invitation is the account's.
    async fn provided(
        &self,
        open: &mut [(Open, Start)],
        host: &InvitationTarget,
    ) -> Result<HashMap<usize, GuestAccount>> {
        let rows: Vec<_> = open.iter().map(|(row, _)| row).filter(|row| row.gives_password()).collect();
        if rows.is_empty() {
            return Ok(HashMap::new());
        }
        let hashes = self.hash_passwords(&rows).await?;
        let whom: Vec<_> = rows.iter().map(|row| &row.invitee.identifier).collect();
        let people = self.store.people_by_identifier(host.of, &whom).await?;
        let mut provided = HashMap::with_capacity(rows.len());
        for ((row, person), hash) in rows.iter().zip(people).zip(hashes) {
            let identifier = &row.invitee.identifier;
            let (id, number) =
                person.map_or_else(|| (UserId::random(self.random()), 0), |person| (person.user, person.number));
            let first_name = match &row.invitee.name {
                Some(name) => name.clone(),
                None => local_part(&identifier.address)?,
            };
            let profile = Profile {
                id,
                number,
                address: identifier.address.clone(),
                user_code: identifier.code.clone(),
                first_name,
                last_name: None,
                company: host.company.id,
                password: Some(hash),
                kind: ProfileKind::Person,
                status: ProfileStatus::Active,
                unverified: true,
                temporary_password: true,
                exclusive_to: row.invitee.personal.exclusive_to,
                epoch: 0,
                current_workspace: None,
                created_at: self.now(),
            };
            let person_id = person_id(&host.company.salt, identifier);
            provided.insert(row.index, GuestAccount { profile, person_id });
        }
        for (row, _) in open.iter_mut().filter(|(row, _)| row.gives_password()) {
            row.invitee.name = provided.get(&row.index).map(|provided| provided.profile.first_name.clone());
        }
        Ok(provided)
    }

    /// What each row should come to: a colleague becomes a member, anybody else is invited.
    async fn drafts(&self, mut open: Vec<(Open, Start)>, writing: &Writing<'_>) -> Result<Vec<Draft>> {
        let host = writing.host;
        let mut provided = self.provided(&mut open, host).await?;
        let strangers = count(open.iter().filter(|(row, _)| row.colleague.is_none()).count());
        let mut number = match strangers {
            0 => 0,
            users => self.store.take_numbers(Numbers { users, ..Numbers::default() }).await?.users,
        };
        let drafts = open.into_iter().map(|(Open { index, invitee, colleague }, start)| {
            let person_id = host.person_id(&invitee);
            let personal = invitee.personal;
            let (user, own_number, kind) = if matches!(personal.access, Access::Again) {
                (UserId::random(self.random()), 0, DraftKind::MailAgain)
            } else if let Some(colleague) = colleague {
                let told = colleague.kind == ProfileKind::Person && matches!(personal.access, Access::Mail);
                let told = told && !personal.quiet;
                let Identity { user, number, first_name, last_name, .. } = colleague;
                (user, number, DraftKind::Add { told, first_name, last_name })
            } else {
                number += 1;
                match provided.remove(&index) {
                    None => {
                        let later = matches!(personal.access, Access::Later);
                        let kind = if later { DraftKind::InviteLater } else { DraftKind::Invite };
                        (UserId::random(self.random()), number - 1, kind)
                    }
                    Some(mut provided) => {
                        if provided.profile.number == 0 {
                            provided.profile.number = number - 1;
                        }
                        (provided.profile.id, provided.profile.number, DraftKind::Provide(Box::new(provided)))
                    }
                }
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
                batch: writing.letters.batch(&personal.letter),
                name: invitee.name,
                last_name: invitee.last_name,
                exclusive: personal.exclusive_to.is_some(),
                welcomed: personal.welcomed,
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
