//! Makes the store's records from the entries of a seed file. Before the records are made, [`super::check`] has
//! accepted the entries.

use jiff::{SignedDuration, Timestamp};
use shared::{
    domain::{
        Batch, BatchId, Company, EmailAddress, HashingMemory, Identifier, PasswordHash, Person, Profile, ProfileKind,
        Random, RecordStatus, Role, ServiceAccount, ShortId, UserId, UserIds, Workspace, person_id,
    },
    store::{IntegerIds, SeedCompany, SeedInvitation, SeedWorkspace, token_digest},
};

use super::file::{CompanyEntry, InvitationEntry, ServiceAccountEntry, WorkspaceEntry};

/// The settings and the source of ids that all records of a seeded company are made with.
pub(super) struct RecordMaker<'a> {
    pub(super) random: &'a dyn Random,
    pub(super) now: Timestamp,
    /// How long a seeded invitation can be accepted.
    pub(super) invitation_ttl: SignedDuration,
    /// The next integer id for users, for companies and for workspaces.
    pub(super) next: IntegerIds,
}

/// How many integer ids of each kind the records of a seeded company need.
pub(super) fn numbers_of(entry: &CompanyEntry) -> IntegerIds {
    let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let invitations: usize = entry.workspaces.iter().map(|workspace| workspace.invitations.len()).sum();
    IntegerIds {
        users: count(entry.people.len() + entry.service_accounts.len() + invitations),
        companies: 1,
        workspaces: count(entry.workspaces.len()),
    }
}

impl RecordMaker<'_> {
    /// The records of a company, or `None` if the company or a workspace has no administrator.
    pub(super) fn company(&mut self, entry: &CompanyEntry) -> Option<SeedCompany> {
        let company = Company {
            id: entry.id,
            number: self.next.companies,
            name: entry.name.clone(),
            salt: self.salt(),
            created_at: self.now,
        };
        let mut memory = HashingMemory::default();
        let mut people = Vec::with_capacity(entry.people.len());
        for person in &entry.people {
            let ids = UserIds { id: person.id, number: self.take_user_number() };
            let (identifier, first_name) = (person.email.clone().into(), person.first_name.clone());
            let profile = Profile {
                last_name: person.last_name.clone(),
                password: Some(PasswordHash::create(&person.password, self.random, &mut memory)),
                ..Profile::new(ids, identifier, first_name, entry.id, self.now)
            };
            let record = self.member(&profile, person.role, &company.salt);
            people.push((profile, record));
        }
        let profiles: Vec<_> = people.iter().map(|(profile, _)| profile).collect();
        let mut workspaces = Vec::with_capacity(entry.workspaces.len());
        for workspace in &entry.workspaces {
            workspaces.push(self.workspace(&company, &profiles, workspace)?);
        }
        let administrator = people.iter().find(|(_, person)| person.role == Role::Admin)?.0.id;
        let mut service_accounts = Vec::with_capacity(entry.service_accounts.len());
        for account in &entry.service_accounts {
            service_accounts.push(self.service_account(&company, account)?);
        }
        Some(SeedCompany { company, administrator, people, workspaces, service_accounts })
    }

    fn workspace(&mut self, company: &Company, people: &[&Profile], entry: &WorkspaceEntry) -> Option<SeedWorkspace> {
        let salt = self.salt();
        let mut members: Vec<_> = entry
            .members
            .iter()
            .filter_map(|member| Some(self.member(find(people, &member.email)?, member.role, &salt)))
            .collect();
        let creator = members.iter().position(|member| member.role == Role::Admin)?;
        let creator = members.remove(creator);
        let number = self.next.workspaces;
        self.next.workspaces += 1;
        let workspace = Workspace {
            id: entry.id,
            number,
            short_id: ShortId::random(self.random),
            company: company.id,
            name: entry.name.clone(),
            description: None,
            salt,
            admins: u32::try_from(members.iter().filter(|member| member.role == Role::Admin).count()).ok()? + 1,
            published: true,
            created_by: creator.user,
            created_at: self.now,
            updated_at: self.now,
        };
        let mut invitations = Vec::with_capacity(entry.invitations.len());
        for invitation in &entry.invitations {
            let inviter = find(people, &invitation.invited_by)?;
            let user = find(people, &invitation.email);
            invitations.push(self.invitation(company, &workspace, inviter, (invitation, user)));
        }
        Some(SeedWorkspace { workspace, creator, members, invitations })
    }

    /// A pending invitation. The profile is present if the invited person is a user of the seeded company.
    fn invitation(
        &mut self,
        company: &Company,
        workspace: &Workspace,
        inviter: &Profile,
        (entry, profile): (&InvitationEntry, Option<&Profile>),
    ) -> SeedInvitation {
        let batch = Batch {
            id: BatchId::random(self.random),
            company: company.id,
            inviter_name: inviter.full_name(),
            scope_name: workspace.name.to_string(),
            company_name: company.name.to_string(),
            message: entry.message.clone(),
            sender: None,
            template: None,
            registered: false,
        };
        let number = self.take_user_number();
        let (user, number) = match profile {
            Some(profile) => (profile.id, profile.number),
            None => (entry.user_id.unwrap_or_else(|| UserId::random(self.random)), number),
        };
        let identifier = Identifier::from(entry.email.clone());
        let id = person_id(&workspace.salt, &identifier);
        let person = Person {
            address: identifier.address,
            user_code: identifier.code,
            user,
            number,
            status: RecordStatus::Pending,
            version: 1,
            expires_at: self.now + self.invitation_ttl,
            accepted_at: None,
            first_name: None,
            last_name: None,
            ..Person::member(inviter, entry.role, id, batch.id, self.now)
        };
        SeedInvitation { person, hash: entry.hash, batch }
    }

    fn service_account(&mut self, company: &Company, entry: &ServiceAccountEntry) -> Option<(ServiceAccount, Profile)> {
        let address = format!("{}-seed@{}.iam.serviceaccount.com", entry.name, company.name.slug());
        let address = EmailAddress::parse(&address).ok()?;
        let account = ServiceAccount {
            id: entry.id,
            name: entry.name.to_string(),
            address: address.clone(),
            description: None,
            account_admin: entry.account_admin,
            token: token_digest(&entry.token),
            expires_at: None,
            created_at: self.now,
        };
        let ids = UserIds { id: entry.id, number: self.take_user_number() };
        let new = Profile::new(ids, address.into(), entry.name.clone(), company.id, self.now);
        Some((account, Profile { kind: ProfileKind::ServiceAccount, ..new }))
    }

    fn member(&self, profile: &Profile, role: Role, salt: &str) -> Person {
        let (id, batch) = (person_id(salt, &profile.identifier()), BatchId::random(self.random));
        Person::member(profile, role, id, batch, self.now)
    }

    fn salt(&self) -> String {
        self.random.uuid().to_string()
    }

    fn take_user_number(&mut self) -> u32 {
        self.next.users += 1;
        self.next.users - 1
    }
}

/// The profile of the person with this e-mail address.
fn find<'a>(people: &[&'a Profile], email: &EmailAddress) -> Option<&'a Profile> {
    people.iter().copied().find(|profile| profile.address.canonical() == email.canonical())
}
