//! What decides whether an invited person may still be let in.

use serde::{Deserialize, Serialize};

use crate::{
    Result,
    domain::{CallerStanding, Company, CompanyId, Person, UserId},
    store::{
        Store,
        accounts::profiles::{caller_keys, take_records},
        keys,
        read::Found,
    },
};

/// Who invited somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitedBy {
    /// The user.
    pub inviter: UserId,
    /// The company whose workspace it is to, or which it is to itself.
    pub company: CompanyId,
}

/// What is read just before somebody is let in.
#[derive(Debug)]
pub struct AdmissionRecords {
    /// Who invited.
    pub by: InvitedBy,
    /// The inviter.
    pub inviter: CallerStanding,
    /// The company.
    pub company: Option<Company>,
    /// The company's record of somebody who is invited to one of its workspaces, if there is one.
    pub colleague: Option<Person>,
}

impl Store {
    /// What decides whether the person of a record may still be let in.
    pub async fn admission(&self, person: &keys::Key, by: InvitedBy) -> Result<AdmissionRecords> {
        let mut found = self.get_many(admission_keys(person, by)).await?;
        take_admission(&mut found, person, by)
    }
}

pub(in crate::store) fn admission_keys(person: &keys::Key, by: InvitedBy) -> Vec<keys::Key> {
    let InvitedBy { inviter, company } = by;
    let mut keys = caller_keys(inviter, company, person.workspace());
    keys.push(keys::company(company));
    keys.extend(person.workspace().map(|_| keys::colleague_of(person, company)));
    keys
}

pub(in crate::store) fn take_admission(
    found: &mut Found,
    person: &keys::Key,
    by: InvitedBy,
) -> Result<AdmissionRecords> {
    let InvitedBy { inviter, company } = by;
    let colleague = person.workspace().map(|_| found.take(&keys::colleague_of(person, company))).transpose()?;
    Ok(AdmissionRecords {
        by,
        inviter: take_records(found, inviter, company, person.workspace())?,
        company: found.take(&keys::company(company))?,
        colleague: colleague.flatten(),
    })
}
