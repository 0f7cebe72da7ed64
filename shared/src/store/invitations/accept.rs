//! Accepting: one transaction, of which under any race exactly one wins.

use jiff::Timestamp;

use crate::{
    Result,
    domain::{Identity, Membership, Person, Profile, Random, Role, Scope, Status},
    store::{
        Store,
        accounts::{profiles::claim_address, unverified::verified},
        audit::audit_log::{Entry, Subject, entry},
        conditional_write::ConditionalWrite,
        from_item, keys,
        mail::{letters::QueuedLetter, outbox::QueuedItem},
        transact::Transacted,
    },
};

/// The account that an acceptance makes.
#[derive(Debug)]
pub struct NewAccount {
    /// The company's record of its new person; `None` if the invitation is to the company itself.
    pub colleague: Option<Person>,
    /// The record that it replaces, if there is one: somebody's who isn't a member of the company.
    pub replaced: Option<Person>,
    /// The account with a temporary password that was there, and is this one now.
    pub unverified: Option<Identity>,
}

/// An invitation about to be accepted.
#[derive(Debug)]
pub struct Acceptance<'a> {
    /// To what.
    pub of: Scope,
    /// The record as it was read.
    pub person: &'a Person,
    /// Who accepts.
    pub profile: &'a Profile,
    /// The name of what they join.
    pub scope_name: &'a str,
    /// Set if the profile is new.
    pub new_account: Option<NewAccount>,
    /// When.
    pub now: Timestamp,
    /// Names this attempt, so that it knows its own work if only the reply was lost.
    pub attempt: &'a str,
}

/// What accepting came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// A member now.
    Done,
    /// The record changed since it was read: to be read and judged again.
    Changed,
    /// The address got an account meanwhile.
    AddressTaken,
}

impl Store {
    /// Accepts an invitation: record, membership, address, profile and audit in one transaction.
    pub async fn accept(&self, acceptance: &Acceptance<'_>, random: &dyn Random) -> Result<Accepted> {
        let Acceptance { of, person, profile, now, .. } = *acceptance;
        let accepted = Subject::new(person.address.canonical()).with("role", person.role.name());
        let told = Entry::new(now, profile.id, "invitation.accepted").about(accepted);
        let mut changes = vec![
            record_change(acceptance),
            ConditionalWrite::put(&keys::membership(profile.id, of), Membership::new(person.role, of)),
            entry(of, &told, random),
        ];
        let was_member = person.status == Status::Accepted;
        if person.role == Role::Admin
            && !was_member
            && let Scope::Workspace(id) = of
        {
            changes.push(ConditionalWrite::update(keys::workspace(id), "ADD #admins :one").if_present().with("one", 1));
        }
        let identity = changes.len();
        if let Some(NewAccount { colleague, replaced, unverified }) = &acceptance.new_account {
            changes.push(claim_address(profile));
            changes.extend(verified(profile, unverified.as_ref(), now));
            if person.welcomed {
                let (email, scope_name) = (profile.address.clone(), acceptance.scope_name.to_owned());
                let letter = QueuedItem::letter(QueuedLetter::Welcome { email, scope_name });
                changes.push(letter.into_change(now, random));
            }
            if let Some(colleague) = colleague {
                let company = Scope::Company(profile.company);
                let record = ConditionalWrite::put(&keys::person(company, &colleague.identifier()), colleague);
                changes.push(match replaced {
                    None => record.if_absent(),
                    Some(there) => record
                        .when("#version = :version AND #role = :role AND #status = :status")
                        .with("version", there.version)
                        .with("role", there.role)
                        .with("status", there.status),
                });
                let membership = Membership::new(colleague.role, company);
                changes.push(ConditionalWrite::put(&keys::membership(profile.id, company), membership));
            }
        }
        let refused = self.transact(changes).await?;
        if matches!(refused, Transacted::Done) {
            return Ok(Accepted::Done);
        }
        if let Some(old) = refused.refused(0) {
            let ours = from_item::<Person>(old.clone()).is_ok_and(|old| {
                old.status == Status::Accepted && old.answered_by.as_deref() == Some(acceptance.attempt)
            });
            return Ok(if ours { Accepted::Done } else { Accepted::Changed });
        }
        // What is left is the company's record of the person, which changed meanwhile.
        let taken = refused.refused(identity).is_some();
        Ok(if taken { Accepted::AddressTaken } else { Accepted::Changed })
    }
}

/// The transition itself. The role is the one that was judged; the boundary of expiry is that of `Person::standing`.
fn record_change(acceptance: &Acceptance<'_>) -> ConditionalWrite {
    let Acceptance { of, person, profile, now, .. } = acceptance;
    ConditionalWrite::update(
        keys::person(*of, &person.identifier()),
        "SET #status = :accepted, #user = :user, #number = :number, #first_name = :first_name, \
         #last_name = :last_name, #accepted_at = :now, #updated_at = :now, #answered_by = :attempt REMOVE #unverified",
    )
    .when(
        "(#status = :pending OR (#status = :accepted AND #unverified = :true)) \
         AND #version = :version AND #expires_at > :now AND #role = :role",
    )
    .with("true", true)
    .with("accepted", Status::Accepted)
    .with("pending", Status::Pending)
    .with("version", person.version)
    .with("role", person.role)
    .with("now", now.as_millisecond())
    .with("attempt", acceptance.attempt)
    .with("user", profile.id)
    .with("number", profile.number)
    .with("first_name", &profile.first_name)
    .with("last_name", &profile.last_name)
}
