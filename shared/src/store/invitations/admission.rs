//! The records that decide whether an invited person may still join a workspace or company.

use serde::{Deserialize, Serialize};

use crate::{
    Result,
    domain::{CallerStanding, Company, CompanyId, Person, UserId},
    store::{
        Store, keys,
        members::membership_records::{caller_keys, take_caller_records},
        read::Found,
    },
};

/// The inviter of an invitation, and the company of the invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitedBy {
    /// The user who sent the invitation.
    pub inviter: UserId,
    /// The company of the invitation: the invited scope itself, or the company of the invited workspace.
    pub company: CompanyId,
}

/// The records that an operation reads just before an invited person joins.
#[derive(Debug)]
pub struct AdmissionRecords {
    /// The inviter of the invitation.
    pub by: InvitedBy,
    /// The inviter's profile and current roles.
    pub inviter: CallerStanding,
    /// The company of the invitation. `None` if the company does not exist.
    pub company: Option<Company>,
    /// The company's record of a person who is invited to one of its workspaces. `None` if the company has no record
    /// of the person, or if the invitation is to the company itself.
    pub colleague: Option<Person>,
}

impl Store {
    /// Reads the records that decide whether the person with this record key may still join.
    pub async fn admission(&self, record: &keys::Key, invited_by: InvitedBy) -> Result<AdmissionRecords> {
        let mut found = self.get_many(admission_keys(record, invited_by)).await?;
        take_admission(&mut found, record, invited_by)
    }
}

/// The keys of the records that [`take_admission`] takes.
pub(in crate::store) fn admission_keys(record: &keys::Key, invited_by: InvitedBy) -> Vec<keys::Key> {
    let InvitedBy { inviter, company } = invited_by;
    let mut keys = caller_keys(inviter, company, record.workspace());
    keys.push(keys::company(company));
    keys.extend(record.workspace().map(|_| keys::colleague_of(record, company)));
    keys
}

/// Takes the records that decide whether the person may still join from items that were read together.
pub(in crate::store) fn take_admission(
    found: &mut Found,
    record: &keys::Key,
    invited_by: InvitedBy,
) -> Result<AdmissionRecords> {
    let InvitedBy { inviter, company } = invited_by;
    let colleague = record.workspace().map(|_| found.take(&keys::colleague_of(record, company))).transpose()?;
    Ok(AdmissionRecords {
        by: invited_by,
        inviter: take_caller_records(found, inviter, company, record.workspace())?,
        company: found.take(&keys::company(company))?,
        colleague: colleague.flatten(),
    })
}
