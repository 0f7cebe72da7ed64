//! The rows of a request on the way to the store: a valid row becomes a planned row, and then a decided row.

use crate::{
    Result, Usher,
    domain::{
        Entry, GuestAccount, Identity, InviteDecision, InviteOffer, InviteRefusal, InviteTerms, Password, Person,
        Profile, ProfileKind, Random, Transition, UserId, UserIds, add_guest, invite, person_id,
    },
    operations::invitations::{
        default_name::local_part,
        invite_users::{
            invitation_target::InvitationTarget,
            letters::LetterBatches,
            request::EntryMethod,
            rows::{ValidRow, count},
        },
    },
    store::{IntegerIds, InviteWrite},
};

/// A row of a request about which the service has not decided yet: the row's offer, and the records that the decision
/// needs, as they were read from the store.
pub(super) struct PlannedRow {
    /// The index of the row in the inviting request.
    pub(super) index: usize,
    /// The membership that the row offers.
    pub(super) offer: InviteOffer,
    /// The person's record as it was read from the store. `None` if the person has no record, or if the record was not
    /// read yet.
    pub(super) record: Option<Person>,
    /// The guest account that the row creates, if the row has a temporary password.
    guest: Option<PlannedGuest>,
    /// Whether the row may use one invitation of the daily quota.
    pub(super) may_take_quota: bool,
    /// Whether the reply to a write of the row was lost, so that the row may have been written.
    pub(super) maybe_written: bool,
    /// The temporary password of the guest account, until the password is hashed.
    password: Option<Password>,
}

/// A guest account that the row's transaction creates.
struct PlannedGuest {
    account: GuestAccount,
    /// The company's record of the person, as the record was read from the store. `None` if the company has no record
    /// of the person, or if the record was not read yet.
    record: Option<Person>,
}

/// A row with its decision, ready to be written.
pub(super) struct DecidedRow {
    pub(super) row: PlannedRow,
    pub(super) decision: InviteDecision,
    /// The transition of the company's record of the person, if the row creates a guest account.
    company_record: Option<Transition>,
}

impl DecidedRow {
    /// Turns the decided row into an undecided row again, after the store's reply to the row's write was lost.
    pub(super) fn into_maybe_written(self) -> PlannedRow {
        PlannedRow { maybe_written: true, ..self.row }
    }

    /// The row in the form that the store writes.
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
    /// A row that only offers a membership and creates no guest account.
    pub(super) fn of_offer(offer: InviteOffer) -> Self {
        Self { index: 0, offer, record: None, guest: None, may_take_quota: true, maybe_written: false, password: None }
    }

    /// Plans a valid row. `record` is the record of the row's person, if the record was read already.
    pub(super) fn new(
        row: ValidRow,
        record: Option<Person>,
        target: &InvitationTarget,
        letters: &LetterBatches,
        random: &dyn Random,
    ) -> Self {
        let ValidRow { index, invitee, colleague } = row;
        let person_id = target.person_id(&invitee);
        let options = invitee.options;
        let entry = entry(&options.access, options.quiet, colleague.as_ref());
        let (password, record) = match options.access {
            EntryMethod::Password(password) if entry == Entry::GuestAccount => (Some(password), record),
            EntryMethod::Again(person) => (None, record.or(Some(*person))),
            _ => (None, record),
        };
        let own_or_new_user = || record.as_ref().map_or_else(|| UserId::random(random), |person| person.user);
        let (user, number) = match &colleague {
            Some(Identity { user, number, .. }) => (*user, *number),
            None => (own_or_new_user(), 0),
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
            groups: target.group_places(&invitee.groups),
            metadata: invitee.metadata,
            first_name,
            last_name,
            exclusive: options.exclusive_to.is_some(),
            welcomed: options.welcomed,
            entry,
            batch: letters.batch(&options.letter),
            identifier: invitee.identifier,
        };
        Self { index, offer, record, guest: None, may_take_quota: true, maybe_written: false, password }
    }

    /// Decides about the row by the records that were read. Returns the decision, and the transition of the company's
    /// record of the person if the row creates a guest account.
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

    /// Decides about the row as [`PlannedRow::decide`] does, and returns the row with the decision.
    ///
    /// # Errors
    /// If the row is refused, the error is the row's index with the refusal.
    pub(super) fn into_decided(
        self,
        terms: &InviteTerms<'_>,
    ) -> std::result::Result<DecidedRow, (usize, InviteRefusal)> {
        match self.decide(terms) {
            Ok((decision, company_record)) => Ok(DecidedRow { row: self, decision, company_record }),
            Err(refusal) => Err((self.index, refusal)),
        }
    }

    /// Replaces the company's record of the row's person by the newer record `found`.
    pub(super) fn set_company_record(&mut self, found: Option<Person>) {
        if let Some(guest) = &mut self.guest {
            guest.record = found;
        }
    }
}

/// The way in which the row's person becomes a member.
fn entry(access: &EntryMethod, quiet: bool, colleague: Option<&Identity>) -> Entry {
    match (access, colleague) {
        (EntryMethod::Again(_), _) => Entry::MailAgain,
        (_, Some(colleague)) => {
            let by_mail = matches!(access, EntryMethod::Mail) && !quiet;
            Entry::Colleague { mailed: colleague.kind == ProfileKind::Person && by_mail }
        }
        (EntryMethod::Password(_), None) => Entry::GuestAccount,
        (EntryMethod::Later, None) => Entry::Invitation { mailed: false },
        (EntryMethod::Mail, None) => Entry::Invitation { mailed: true },
    }
}

impl Usher {
    /// Prepares the accounts that the rows will create: hashes the passwords of guest accounts, and takes integer ids
    /// for new people.
    pub(super) async fn assign_accounts(&self, rows: &mut [PlannedRow], target: &InvitationTarget) -> Result<()> {
        self.plan_guests(rows, target).await?;
        let needs_number = |row: &PlannedRow| matches!(row.offer.entry, Entry::Invitation { .. } | Entry::GuestAccount);
        let users = count(rows.iter().filter(|row| needs_number(row)).count());
        if users == 0 {
            return Ok(());
        }
        let mut number = self.store.take_integer_ids(IntegerIds { users, ..IntegerIds::default() }).await?.users;
        for row in rows.iter_mut().filter(|row| needs_number(row)) {
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

    /// Decides which guest accounts the rows with a temporary password will create, without creating the accounts yet.
    /// A person who was invited before keeps the ids of the person's record.
    async fn plan_guests(&self, rows: &mut [PlannedRow], target: &InvitationTarget) -> Result<()> {
        let mut guests: Vec<_> = rows.iter_mut().filter(|row| row.password.is_some()).collect();
        if guests.is_empty() {
            return Ok(());
        }
        let passwords = guests.iter_mut().filter_map(|row| row.password.take()).collect();
        let hashes = self.hash_passwords(passwords).await?;
        let identifiers: Vec<_> = guests.iter().map(|row| row.offer.identifier.clone()).collect();
        let records = self.store.people_by_identifier(target.scope, &identifiers.iter().collect::<Vec<_>>()).await?;
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
            let ids = UserIds { id: offer.user, number: offer.number };
            let profile = Profile {
                password: Some(hash),
                unverified: true,
                temporary_password: true,
                exclusive_to: offer.exclusive.then(|| target.workspace()).flatten(),
                ..Profile::new(ids, offer.identifier.clone(), first_name, target.company.id, self.now())
            };
            let person_id = person_id(&target.company.salt, &offer.identifier);
            let account = GuestAccount { profile, person_id, batch: offer.batch };
            row.guest = Some(PlannedGuest { account, record: None });
            row.record = record;
        }
        Ok(())
    }
}
