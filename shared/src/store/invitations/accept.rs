//! Accepting an invitation: one transaction, so that of two acceptances exactly one wins.

use jiff::Timestamp;

use crate::{
    Result,
    domain::{Identity, Profile, Random, Scope, Transition},
    store::{
        Store,
        accounts::{profiles::claim_address, unverified::verified},
        audit::audit_log::{Entry, Subject, entry},
        invitations::transition::{admin_count_write, membership_write, record_write, wrote},
        mail::{outbox::QueuedItem, queued_letter::QueuedLetter},
        transact::Transacted,
    },
};

/// The account that an acceptance creates.
#[derive(Debug)]
pub struct NewAccount {
    /// The company's record of its new user; `None` if the invitation is to the company itself.
    pub company_record: Option<Transition>,
    /// The guest account that becomes this account.
    pub guest: Option<Identity>,
}

/// An acceptance, ready to be written.
#[derive(Debug)]
pub struct AcceptanceWrite<'a> {
    /// The workspace or company that the invitation is to.
    pub of: Scope,
    /// The decision about the invited person's record.
    pub transition: &'a Transition,
    /// The account that becomes a member.
    pub profile: &'a Profile,
    /// The name of the workspace or company.
    pub scope_name: &'a str,
    /// Set if the account is new.
    pub new_account: Option<NewAccount>,
    /// The current time.
    pub now: Timestamp,
}

/// The result of writing an acceptance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// The person is a member.
    Done,
    /// A record changed since the decision read it: the operation reads it and decides again.
    Changed,
    /// The address got an account meanwhile.
    AddressTaken,
}

impl Store {
    /// Writes an acceptance: record, membership, account, address and audit entry in one transaction.
    ///
    /// The inviter's right to let the person in is read just before, and is not checked by the transaction: hundreds of
    /// people who accept one inviter's batch at the same time would all check the inviter's membership, and DynamoDB
    /// cancels transactions that have one item in hand at the same time.
    pub async fn accept(&self, acceptance: &AcceptanceWrite<'_>, random: &dyn Random) -> Result<Accepted> {
        let AcceptanceWrite { of, transition, profile, now, .. } = *acceptance;
        let person = transition.after();
        let accepted = Subject::new(person.address.canonical()).with("role", person.role.name());
        let audit = Entry::new(now, profile.id, "invitation.accepted").about(accepted);
        let mut writes = vec![record_write(of, transition), entry(of, &audit, random)];
        writes.extend(membership_write(of, transition));
        writes.extend(admin_count_write(of, transition.admin_change()));
        let claim = writes.len();
        if let Some(NewAccount { company_record, guest }) = &acceptance.new_account {
            writes.push(claim_address(profile));
            writes.extend(verified(profile, guest.as_ref(), now));
            if person.welcomed {
                let (email, scope_name) = (profile.address.clone(), acceptance.scope_name.to_owned());
                let letter = QueuedItem::letter(QueuedLetter::Welcome { email, scope_name });
                writes.push(letter.into_change(now, random));
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
        if let Some(old) = transacted.refused(0) {
            return Ok(if wrote(transition, old) { Accepted::Done } else { Accepted::Changed });
        }
        // Otherwise the company's record of the person changed.
        let taken = transacted.refused(claim).is_some();
        Ok(if taken { Accepted::AddressTaken } else { Accepted::Changed })
    }
}
