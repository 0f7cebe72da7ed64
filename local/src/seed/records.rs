//! Makes the store's records from the entries of a seed file. [`super::check`] has accepted the entries before.

use jiff::{SignedDuration, Timestamp};
use shared::{
    domain::{
        Batch, BatchId, Company, CompanyId, EmailAddress, HashingMemory, Identifier, PasswordHash, Person, PersonName,
        Profile, ProfileKind, ProfileStatus, Random, RecordStatus, Role, ServiceAccount, ShortId, UserId, Workspace,
        person_id,
    },
    store::{IntegerIds, SeedCompany, SeedInvitation, SeedWorkspace, token_digest},
};

use super::file::{CompanyEntry, InvitationEntry, ServiceAccountEntry, WorkspaceEntry};

/// The settings and the source of ids that all records of a seeded company are made with.
pub(super) struct RecordMaker<'a> {
    pub(super) random: &'a dyn Random,
    pub(super) now: Timestamp,
    /// How long an invitation can be accepted.
    pub(super) invitation_ttl: SignedDuration,
    /// The next integer id of each kind.
    pub(super) next: IntegerIds,
}

/// The name and address of a user.
struct UserName<'a> {
    id: UserId,
    email: &'a EmailAddress,
    first_name: &'a PersonName,
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
            let name = UserName { id: person.id, email: &person.email, first_name: &person.first_name };
            let mut profile = self.user(&name, entry.id, ProfileKind::Person);
            profile.last_name.clone_from(&person.last_name);
            profile.password = Some(PasswordHash::create(&person.password, self.random, &mut memory));
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

    /// A pending invitation. The entry's profile is present if the invited person is a person of the company.
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
        let person = Person {
            user,
            number,
            status: RecordStatus::Pending,
            version: 1,
            expires_at: self.now + self.invitation_ttl,
            inviter: inviter.id,
            batch: batch.id,
            accepted_at: None,
            first_name: None,
            last_name: None,
            ..self.person(&identifier, inviter, entry.role, &workspace.salt)
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
        let name = UserName { id: entry.id, email: &address, first_name: &entry.name };
        Some((account, self.user(&name, company.id, ProfileKind::ServiceAccount)))
    }

    /// The profile of a user without a password.
    fn user(&mut self, name: &UserName<'_>, company: CompanyId, kind: ProfileKind) -> Profile {
        Profile {
            id: name.id,
            number: self.take_user_number(),
            address: name.email.clone(),
            user_code: None,
            first_name: name.first_name.clone(),
            last_name: None,
            company,
            password: None,
            kind,
            status: ProfileStatus::Active,
            unverified: false,
            temporary_password: false,
            exclusive_to: None,
            epoch: 0,
            current_workspace: None,
            created_at: self.now,
        }
    }

    fn member(&self, profile: &Profile, role: Role, salt: &str) -> Person {
        self.person(&profile.identifier(), profile, role, salt)
    }

    /// A member's record. For a member, `profile` is the member's own profile. For an invited person, `profile` is the
    /// inviter's profile.
    fn person(&self, identifier: &Identifier, profile: &Profile, role: Role, salt: &str) -> Person {
        Person {
            address: identifier.address.clone(),
            user_code: None,
            unverified: false,
            exclusive: false,
            welcomed: false,
            person_id: person_id(salt, identifier),
            user: profile.id,
            number: profile.number,
            role,
            status: RecordStatus::Accepted,
            revision: 1,
            version: 0,
            groups: Vec::new(),
            created_at: self.now,
            updated_at: self.now,
            invited_at: self.now,
            expires_at: self.now,
            inviter: profile.id,
            batch: BatchId::random(self.random),
            delivery: None,
            delivery_at: None,
            delivery_detail: None,
            delivery_step: None,
            queued_by: None,
            first_name: Some(profile.first_name.clone()),
            last_name: profile.last_name.clone(),
            answered_by: None,
            metadata: None,
            accepted_at: Some(self.now),
        }
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
