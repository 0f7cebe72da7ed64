//! Writes entities with ids that the caller has chosen. The local stack seeds its table with these writes. No deployed
//! function makes these writes.

use serde::Serialize;

use crate::{
    Result,
    domain::{Batch, Company, InvitationHash, Membership, Person, Profile, Scope, ServiceAccount, UserId, Workspace},
    store::{
        Store,
        accounts::profiles::claim_address,
        conditional_write::ConditionalWrite,
        invitations::{
            admission::InvitedBy,
            hash::{HASH_RETENTION, HashItem},
        },
        keys,
    },
};

/// A company of a seed, with its users, workspaces and service accounts.
#[derive(Debug)]
pub struct SeedCompany {
    /// The seeded company.
    pub company: Company,
    /// Who counts as the author of the company's service accounts in the audit log.
    pub administrator: UserId,
    /// Each user, with the user's record as a member of the company.
    pub people: Vec<(Profile, Person)>,
    /// The workspaces of the company.
    pub workspaces: Vec<SeedWorkspace>,
    /// Each service account, with its user.
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
            let of = Scope::Workspace(workspace.id);
            writes.extend(members.iter().flat_map(|person| member(of, person)));
            for invitation in invitations {
                writes.extend(self::invitation(of, workspace, invitation));
                self.put_batch(&invitation.batch, invitation.person.invited_at).await?;
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

/// A member's record, and the role that the member's requests are checked by.
fn member(of: Scope, person: &Person) -> [ConditionalWrite; 2] {
    let membership = Membership::new(person.role, of);
    [
        ConditionalWrite::put(&keys::person(of, &person.identifier()), person),
        ConditionalWrite::put(&keys::membership(person.user, of), membership),
    ]
}

/// An invitation's record and its hash.
fn invitation(of: Scope, workspace: &Workspace, invitation: &SeedInvitation) -> [ConditionalWrite; 2] {
    #[derive(Serialize)]
    struct Expiring {
        #[serde(flatten)]
        item: HashItem,
        purge_at: i64,
    }
    let SeedInvitation { person, hash, .. } = invitation;
    let key = keys::person(of, &person.identifier());
    let invited_by = Some(InvitedBy { inviter: person.inviter, company: workspace.company });
    let item = HashItem { person: key.clone(), version: person.version, invited_by };
    let item = Expiring { item, purge_at: (person.expires_at + HASH_RETENTION).as_second() };
    [ConditionalWrite::put(&key, person), ConditionalWrite::put(&keys::hash(&keys::digest(&hash.reveal())), item)]
}
