//! Writes the acceptance of an invitation in one transaction, so that of two concurrent acceptances exactly one
//! succeeds.

use jiff::Timestamp;

use crate::{
    Result,
    domain::{Identity, Profile, Scope, Transition},
    store::{
        Store,
        accounts::{profiles::claim_address, unverified::verified_account_writes},
        audit::audit_log::{AuditEntry, Subject, audit_write},
        invitations::transition::{admin_count_write, is_result_of, record_write},
        mail::{outbox::OutboxItem, queued_letter::QueuedLetter},
        members::membership_records::membership_write,
        transact::Transacted,
    },
};

/// The account that accepting an invitation creates for a person who signs up.
#[derive(Debug)]
pub struct NewAccount {
    /// The decision about the company's record of its new user. The decision is `None` if the invitation is to the
    /// company itself.
    pub company_record: Option<Transition>,
    /// The guest account of the address, if the address has a guest account. The acceptance turns the guest account
    /// into the new account.
    pub guest: Option<Identity>,
}

/// The acceptance of an invitation, ready to be written to the table.
#[derive(Debug)]
pub struct AcceptanceWrite<'a> {
    /// The workspace or company of the invitation.
    pub scope: Scope,
    /// The decision about the invited person's record.
    pub transition: &'a Transition,
    /// The profile of the account that becomes a member.
    pub profile: &'a Profile,
    /// The name of the workspace or company of the invitation.
    pub scope_name: &'a str,
    /// The further records that the acceptance writes if the acceptance creates the account. `None` if the invited
    /// person already has an account.
    pub new_account: Option<NewAccount>,
    /// The current time, as the operation read the clock.
    pub now: Timestamp,
}

/// The result of writing the acceptance of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// The acceptance is written: the invited person is a member.
    Done,
    /// Nothing is written, because a record changed after the decision read the record. After such a conflict, the
    /// operation reads the record again and decides again.
    Changed,
    /// Nothing is written, because the address got an account after the decision read that the address had no account.
    AddressTaken,
}

impl Store {
    /// Writes an acceptance: the record, the membership, the account, the address and the audit entry, in one
    /// transaction.
    ///
    /// Just before the transaction that accepts an invitation, the operation reads whether the inviter may still let
    /// the invited person in. The transaction itself does not check the inviter's rights. If hundreds of people
    /// accepted one inviter's batch at the same time, all their transactions would check the inviter's membership, and
    /// DynamoDB cancels a transaction that shares an item with another transaction at the same moment.
    pub async fn accept(&self, acceptance: &AcceptanceWrite<'_>) -> Result<Accepted> {
        let AcceptanceWrite { scope, transition, profile, now, .. } = *acceptance;
        let person = transition.after();
        let subject = Subject::new(person.address.canonical()).with("role", person.role.name());
        let audit = AuditEntry::new(now, profile.id, "invitation.accepted").about(subject);
        let mut writes = vec![record_write(scope, transition), audit_write(scope, &audit, self.random())];
        writes.extend(membership_write(scope, transition));
        writes.extend(admin_count_write(scope, transition.admin_change()));
        let address_write_index = writes.len();
        if let Some(NewAccount { company_record, guest }) = &acceptance.new_account {
            writes.push(claim_address(profile));
            writes.extend(verified_account_writes(profile, guest.as_ref(), now));
            if person.welcomed {
                let (email, scope_name) = (profile.address.clone(), acceptance.scope_name.to_owned());
                let letter = OutboxItem::letter(QueuedLetter::Welcome { email, scope_name });
                writes.push(letter.into_write(now, self.random()));
            }
            if let Some(record) = company_record {
                let company = Scope::Company(profile.company);
                writes.push(record_write(company, record));
                writes.extend(membership_write(company, record));
            }
        }
        let transacted = self.transact(writes).await?;
        if matches!(transacted, Transacted::Done) {
            return Ok(Accepted::Done);
        }
        if let Some(stored) = transacted.refused(0) {
            return Ok(if is_result_of(transition, stored) { Accepted::Done } else { Accepted::Changed });
        }
        // If the write of the address did not fail, DynamoDB can have refused only the write of the company's record of
        // the person, because that record changed.
        let address_taken = transacted.refused(address_write_index).is_some();
        Ok(if address_taken { Accepted::AddressTaken } else { Accepted::Changed })
    }
}
