//! Rows that are about to be decided and written.

use crate::{
    Result, Usher,
    domain::{
        Entry, GuestAccount, Identity, InviteDecision, InviteOffer, InviteRefusal, InviteTerms, Password, Person,
        Profile, ProfileKind, ProfileStatus, Random, Transition, UserId, add_guest, invite, person_id,
    },
    operations::invitations::{
        default_name::local_part,
        invite_users::{
            invitation_target::InvitationTarget,
            letters::LetterBatches,
            request::Access,
            rows::{ValidRow, count},
        },
    },
    store::{InviteWrite, Numbers},
};

/// A row that is about to be decided: what it offers, and the records as they were read.
pub(super) struct PlannedRow {
    /// The row's index in the request.
    pub(super) index: usize,
    pub(super) offer: InviteOffer,
    /// The person's record as it was read; `None` if there was none, or none was read yet.
    pub(super) record: Option<Person>,
    guest: Option<PlannedGuest>,
    /// Whether the row may take one of the invitations that are left of the day.
    pub(super) may_take_quota: bool,
    /// Whether a write of the row failed so that nobody knows whether it was made.
    pub(super) unsure: bool,
    password: Option<Password>,
}

/// A guest account that is about to be created.
struct PlannedGuest {
    account: GuestAccount,
    /// The company's record of the person as it was read.
    record: Option<Person>,
}

/// A row with its decision.
pub(super) struct DecidedRow {
    pub(super) row: PlannedRow,
    pub(super) decision: InviteDecision,
    company_record: Option<Transition>,
}

impl DecidedRow {
    /// The row again, after a write of which nobody knows whether it was made.
    pub(super) fn into_unsure(self) -> PlannedRow {
        PlannedRow { unsure: true, ..self.row }
    }

    /// The row as the store takes it.
    pub(super) fn as_write(&self) -> InviteWrite<'_> {
        let guest = self.row.guest.as_ref().map(|guest| &guest.account);
        InviteWrite {
            row: self.row.index,
            offer: &self.row.offer,
            decision: &self.decision,
            guest: guest.zip(self.company_record.as_ref()),
        }
    }
}

impl PlannedRow {
    /// A row of which no more than its offer is known.
    pub(super) fn of_offer(offer: InviteOffer) -> Self {
        Self { index: 0, offer, record: None, guest: None, may_take_quota: true, unsure: false, password: None }
    }

    /// A row with the record of its person, as far as that was read.
    pub(super) fn new(
        row: ValidRow,
        record: Option<Person>,
        target: &InvitationTarget,
        letters: &LetterBatches,
        random: &dyn Random,
    ) -> Self {
        let ValidRow { index, invitee, colleague } = row;
        let person_id = target.person_id(&invitee);
        let options = invitee.personal;
        let entry = entry(&options.access, options.quiet, colleague.as_ref());
        let (password, record) = match options.access {
            Access::Password(password) if entry == Entry::GuestAccount => (Some(password), record),
            Access::Again(person) => (None, record.or(Some(*person))),
            _ => (None, record),
        };
        let new_user = || record.as_ref().map_or_else(|| UserId::random(random), |person| person.user);
        let (user, number) = match &colleague {
            Some(Identity { user, number, .. }) => (*user, *number),
            None => (new_user(), 0),
        };
        let (first_name, last_name) = match colleague {
            Some(Identity { first_name, last_name, .. }) => (Some(first_name), last_name),
            None => (invitee.name, invitee.last_name),
        };
        let offer = InviteOffer {
            person_id,
            user,
            number,
            role: invitee.role,
            groups: target.places(&invitee.groups),
            metadata: invitee.metadata,
            first_name,
            last_name,
            exclusive: options.exclusive_to.is_some(),
            welcomed: options.welcomed,
            entry,
            batch: letters.batch(&options.letter),
            identifier: invitee.identifier,
        };
        Self { index, offer, record, guest: None, may_take_quota: true, unsure: false, password }
    }

    /// Decides the row by the records as they were read.
    pub(super) fn decide(
        &self,
        terms: &InviteTerms<'_>,
    ) -> std::result::Result<(InviteDecision, Option<Transition>), InviteRefusal> {
        let decision = invite(&self.offer, self.record.as_ref(), terms)?;
        if decision.effect.takes_quota() && !self.may_take_quota {
            return Err(InviteRefusal::QuotaExhausted);
        }
        let company = self.guest.as_ref().map(|guest| add_guest(&guest.account, guest.record.as_ref(), terms));
        Ok((decision, company.transpose()?))
    }

    /// As [`PlannedRow::decide`], with the row.
    ///
    /// # Errors
    /// The row's index with the refusal.
    pub(super) fn decided(self, terms: &InviteTerms<'_>) -> std::result::Result<DecidedRow, (usize, InviteRefusal)> {
        match self.decide(terms) {
            Ok((decision, company_record)) => Ok(DecidedRow { row: self, decision, company_record }),
            Err(refusal) => Err((self.index, refusal)),
        }
    }

    /// Takes the company's record of the person as it is now.
    pub(super) fn see_company_record(&mut self, found: Option<Person>) {
        if let Some(guest) = &mut self.guest {
            guest.record = found;
        }
    }
}

fn entry(access: &Access, quiet: bool, colleague: Option<&Identity>) -> Entry {
    match (access, colleague) {
        (Access::Again(_), _) => Entry::MailAgain,
        (_, Some(colleague)) => {
            let by_mail = matches!(access, Access::Mail) && !quiet;
            Entry::Colleague { mailed: colleague.kind == ProfileKind::Person && by_mail }
        }
        (Access::Password(_), None) => Entry::GuestAccount,
        (Access::Later, None) => Entry::Invitation { mailed: false },
        (Access::Mail, None) => Entry::Invitation { mailed: true },
    }
}

impl Usher {
    /// Gives the rows the accounts that they create: guest accounts with their passwords' hashes, and integer ids.
    pub(super) async fn assign_accounts(&self, rows: &mut [PlannedRow], target: &InvitationTarget) -> Result<()> {
        self.plan_guests(rows, target).await?;
        let new = |row: &PlannedRow| matches!(row.offer.entry, Entry::Invitation { .. } | Entry::GuestAccount);
        let users = count(rows.iter().filter(|row| new(row)).count());
        if users == 0 {
            return Ok(());
        }
        let mut number = self.store.take_numbers(Numbers { users, ..Numbers::default() }).await?.users;
        for row in rows.iter_mut().filter(|row| new(row)) {
            if row.offer.number == 0 {
                row.offer.number = number;
            }
            if let Some(guest) = &mut row.guest {
                guest.account.profile.number = row.offer.number;
            }
            number += 1;
        }
        Ok(())
    }

    /// The guest accounts of the rows that bring a password. A person keeps the ids that an earlier invitation gave.
    async fn plan_guests(&self, rows: &mut [PlannedRow], target: &InvitationTarget) -> Result<()> {
        let mut guests: Vec<_> = rows.iter_mut().filter(|row| row.password.is_some()).collect();
        if guests.is_empty() {
            return Ok(());
        }
        let passwords = guests.iter_mut().filter_map(|row| row.password.take()).collect();
        let hashes = self.hash_passwords(passwords).await?;
        let identifiers: Vec<_> = guests.iter().map(|row| row.offer.identifier.clone()).collect();
        let records = self.store.people_by_identifier(target.of, &identifiers.iter().collect::<Vec<_>>()).await?;
        for ((row, record), hash) in guests.into_iter().zip(records).zip(hashes) {
            let PlannedRow { offer, .. } = row;
            if let Some(record) = &record {
                (offer.user, offer.number) = (record.user, record.number);
            }
            let first_name = match &offer.first_name {
                Some(name) => name.clone(),
                None => local_part(&offer.identifier.address)?,
            };
            offer.first_name = Some(first_name.clone());
            let profile = Profile {
                id: offer.user,
                number: offer.number,
                address: offer.identifier.address.clone(),
                user_code: offer.identifier.code.clone(),
                first_name,
                last_name: None,
                company: target.company.id,
                password: Some(hash),
                kind: ProfileKind::Person,
                status: ProfileStatus::Active,
                unverified: true,
                temporary_password: true,
                exclusive_to: offer.exclusive.then(|| target.workspace()).flatten(),
                epoch: 0,
                current_workspace: None,
                created_at: self.now(),
            };
            let person_id = person_id(&target.company.salt, &offer.identifier);
            let account = GuestAccount { profile, person_id, batch: offer.batch };
            row.guest = Some(PlannedGuest { account, record: None });
            row.record = record;
        }
        Ok(())
    }
}
