//! Writes entities with ids that the caller has chosen. The local stack seeds its table with the writes in
//! `store/seed.rs`. No deployed function calls the writes for seeding, so the linker leaves them out of the Lambda
//! program. The writes for seeding belong to the store nevertheless, because only the store knows the keys and the
//! attributes of items.

use crate::{
    Result,
    domain::{Batch, Company, InvitationHash, Membership, Person, Profile, Scope, ServiceAccount, UserId, Workspace},
    store::{
        Store, accounts::profiles::claim_address, conditional_write::ConditionalWrite,
        invitations::hash::hash_item_write, keys,
    },
};

/// A company of a seed, with its users, workspaces and service accounts.
#[derive(Debug)]
pub struct SeedCompany {
    /// The seeded company.
    pub company: Company,
    /// The user who counts as the creator of the company's service accounts in the audit log.
    pub administrator: UserId,
    /// Each seeded user, with the user's record as a member of the company.
    pub people: Vec<(Profile, Person)>,
    /// The workspaces of the company.
    pub workspaces: Vec<SeedWorkspace>,
    /// Each seeded service account, with the account's profile as a user of the company.
    pub service_accounts: Vec<(ServiceAccount, Profile)>,
}

/// A workspace with its members and invitations.
#[derive(Debug)]
pub struct SeedWorkspace {
    /// The seeded workspace.
    pub workspace: Workspace,
    /// The record of the member who counts as the workspace's creator.
    pub creator: Person,
    /// The records of all other members.
    pub members: Vec<Person>,
    /// The pending invitations of the workspace.
    pub invitations: Vec<SeedInvitation>,
}

/// A pending invitation with the hash of the link that opens the invitation.
#[derive(Debug)]
pub struct SeedInvitation {
    /// The invited person's record.
    pub person: Person,
    /// The hash of the invitation's link.
    pub hash: InvitationHash,
    /// The message and the names that the invitation shows.
    pub batch: Batch,
}

impl Store {
    /// Writes a company with its users, workspaces and service accounts, one item after the other.
    ///
    /// # Errors
    /// The table can't be written, or a workspace's id is taken.
    pub async fn seed(&self, seed: &SeedCompany) -> Result<()> {
        let SeedCompany { company, administrator, people, workspaces, service_accounts } = seed;
        let mut writes = vec![ConditionalWrite::put(&keys::company(company.id), company)];
        for (profile, person) in people {
            writes.extend([ConditionalWrite::put(&keys::profile(profile.id), profile), claim_address(profile)]);
            writes.extend(member(Scope::Company(company.id), person));
        }
        for SeedWorkspace { workspace, creator, members, invitations } in workspaces {
            self.create_workspace(workspace, creator).await?;
            let scope = Scope::Workspace(workspace.id);
            writes.extend(members.iter().flat_map(|person| member(scope, person)));
            for SeedInvitation { person, hash, batch } in invitations {
                let key = keys::person(scope, &person.identifier());
                let hash_item = hash_item_write(&key, person, Some(workspace.company), hash);
                writes.extend([ConditionalWrite::put(&key, person), hash_item]);
                self.put_batch(batch, person.invited_at).await?;
            }
        }
        for write in writes {
            self.write(write).await?;
        }
        for (account, profile) in service_accounts {
            self.create_service_account(account, profile, *administrator).await?;
        }
        Ok(())
    }
}

/// A member's record, and the membership whose role decides what the member may do.
fn member(scope: Scope, person: &Person) -> [ConditionalWrite; 2] {
    let membership = Membership::new(person.role, scope);
    [
        ConditionalWrite::put(&keys::person(scope, &person.identifier()), person),
        ConditionalWrite::put(&keys::membership(person.user, scope), membership),
    ]
}
