//! Checks that a seed file's entries fit together: that each reference leads to an entry, and that each id is used only
//! once.

use std::collections::BTreeSet;

use shared::domain::{Permission, Role};

use super::file::{CompanyEntry, SeedFile, WorkspaceEntry};

/// Checks all entries of the seed file.
///
/// # Errors
/// If an entry is wrong, the error is a message that begins with the path of the wrong field, such as
/// `companies[0].workspaces[1].members[0].email`.
pub(super) fn check(file: &SeedFile) -> Result<(), String> {
    let mut used = UsedOnce::default();
    for (index, company) in file.companies.iter().enumerate() {
        check_company(&format!("companies[{index}]"), company, &mut used)?;
    }
    Ok(())
}

/// The ids, addresses, hashes and tokens that the file has used so far.
#[derive(Default)]
struct UsedOnce(BTreeSet<String>);

impl UsedOnce {
    fn add(&mut self, path: &str, field: &str, value: &str) -> Result<(), String> {
        if self.0.insert(value.to_owned()) { Ok(()) } else { Err(format!("{path}.{field}: it is used twice")) }
    }
}

fn check_company(path: &str, company: &CompanyEntry, used: &mut UsedOnce) -> Result<(), String> {
    used.add(path, "id", &company.id.to_string())?;
    for (index, person) in company.people.iter().enumerate() {
        let path = format!("{path}.people[{index}]");
        used.add(&path, "id", &person.id.to_string())?;
        used.add(&path, "email", person.email.canonical())?;
    }
    if !company.people.iter().any(|person| person.role == Role::Admin) {
        return Err(format!("{path}.people: a company needs a person with the role ADMIN"));
    }
    let mut names = UsedOnce::default();
    for (index, account) in company.service_accounts.iter().enumerate() {
        let path = format!("{path}.serviceAccounts[{index}]");
        used.add(&path, "id", &account.id.to_string())?;
        used.add(&path, "token", &account.token)?;
        names.add(&path, "name", account.name.as_ref())?;
    }
    for (index, workspace) in company.workspaces.iter().enumerate() {
        check_workspace(&format!("{path}.workspaces[{index}]"), company, workspace, used)?;
    }
    Ok(())
}

fn check_workspace(
    path: &str,
    company: &CompanyEntry,
    workspace: &WorkspaceEntry,
    used: &mut UsedOnce,
) -> Result<(), String> {
    used.add(path, "id", &workspace.id.to_string())?;
    let person = |email: &str| company.people.iter().find(|person| person.email.canonical() == email);
    let mut present = UsedOnce::default();
    for (index, member) in workspace.members.iter().enumerate() {
        let path = format!("{path}.members[{index}]");
        present.add(&path, "email", member.email.canonical())?;
        if person(member.email.canonical()).is_none() {
            return Err(format!("{path}.email: no person of the company has this address"));
        }
    }
    if !workspace.members.iter().any(|member| member.role == Role::Admin) {
        return Err(format!("{path}.members: a workspace needs a member with the role ADMIN"));
    }
    let may_invite = |email: &str| {
        let admin = person(email).is_some_and(|person| person.role == Role::Admin);
        let mut members = workspace.members.iter().filter(|member| member.email.canonical() == email);
        admin || members.any(|member| member.role.may(Permission::Invite))
    };
    for (index, invitation) in workspace.invitations.iter().enumerate() {
        let path = format!("{path}.invitations[{index}]");
        present.add(&path, "email", invitation.email.canonical())?;
        used.add(&path, "hash", &invitation.hash.reveal())?;
        if let Some(id) = invitation.user_id {
            used.add(&path, "userId", &id.to_string())?;
        }
        if !may_invite(invitation.invited_by.canonical()) {
            return Err(format!("{path}.invitedBy: nobody with this address may invite into the workspace"));
        }
    }
    Ok(())
}
