//! What a row may bring beside an ordinary invitation: an account with a temporary password, another mail for somebody who is
//! there, marks on the record.

use crate::{
    domain::{CompanyId, DeliveryState, Identity, Membership, PersonId, Profile, Role, Scope, Status},
    store::{
        conditional_write::ConditionalWrite,
        invitations::invite::{Draft, DraftKind, Inviting, grantable},
        keys,
    },
};

/// An account with a temporary password, to be made with its row.
#[derive(Debug, Clone)]
pub struct GuestAccount {
    /// The user.
    pub profile: Profile,
    /// The public id that they have in the company.
    pub person_id: PersonId,
}

impl GuestAccount {
    /// The writes beside those of a member.
    pub(super) const WRITES: usize = 5;

    /// The account: only for an address without one, and whoever isn't in the company. In the company they are an ordinary
    /// user.
    pub(super) fn changes(&self, inviting: &Inviting<'_>, draft: &Draft) -> Vec<ConditionalWrite> {
        let Self { profile, .. } = self;
        let company = Scope::Company(profile.company);
        vec![
            ConditionalWrite::check(keys::identity(&draft.identifier)).when("attribute_not_exists(#user)"),
            ConditionalWrite::put(&keys::unverified(&draft.identifier), Identity::of(profile)).if_absent(),
            ConditionalWrite::put(&keys::profile(profile.id), profile).if_absent(),
            ConditionalWrite::put(&keys::membership(profile.id, company), Membership::new(Role::Viewer, company)),
            self.colleague(profile.company, inviting, draft),
        ]
    }

    /// The company's record of them.
    fn colleague(&self, company: CompanyId, inviting: &Inviting<'_>, draft: &Draft) -> ConditionalWrite {
        let code = if draft.identifier.code.is_some() { "#user_code = :user_code, " } else { "" };
        let update = format!(
            "SET {code}#email = :email, #person_id = :person_id, #user = :user, #number = :number, \
             #first_name = :first_name, #role = :role, #status = :accepted, #unverified = :true, \
             #version = if_not_exists(#version, :zero) + :one, #created_at = if_not_exists(#created_at, :now), \
             #updated_at = :now, #invited_at = :now, #accepted_at = :now, #expires_at = :now, #inviter = :inviter, \
             #batch = :batch REMOVE #answered_by, #delivery, #queued_by, #last_name"
        );
        let mut change = ConditionalWrite::update(keys::person(Scope::Company(company), &draft.identifier), update)
            .when(
                "attribute_not_exists(pk) OR #status IN (:declined, :revoked, :left) \
             OR (#status = :pending AND #expires_at <= :now)",
            );
        if let Some(code) = &draft.identifier.code {
            change = change.with("user_code", code);
        }
        change
            .with("email", draft.identifier.address.as_typed())
            .with("person_id", &self.person_id)
            .with("user", self.profile.id)
            .with("number", self.profile.number)
            .with("first_name", &self.profile.first_name)
            .with("role", Role::Viewer)
            .with("accepted", Status::Accepted)
            .with("true", true)
            .with("zero", 0)
            .with("one", 1)
            .with("now", inviting.now.as_millisecond())
            .with("inviter", inviting.inviter)
            .with("batch", inviting.batch_of(draft))
            .with("declined", Status::Declined)
            .with("revoked", Status::Revoked)
            .with("left", Status::Left)
            .with("pending", Status::Pending)
    }
}

/// What a new version of a record says only of some.
pub(super) struct Extra {
    /// More to set.
    pub(super) set: String,
    /// More to remove.
    pub(super) remove: String,
}

impl Extra {
    pub(super) fn of(draft: &Draft) -> Self {
        let again = matches!(draft.kind, DraftKind::MailAgain);
        let adds = matches!(draft.kind, DraftKind::Add { .. });
        let mut extra = Self { set: String::new(), remove: String::new() };
        let mut mark = |name: &str, there: bool| {
            if there {
                extra.set += &[", #", name, " = :", name].concat();
            } else if !again {
                extra.remove += &[", #", name].concat();
            }
        };
        mark("delivery", draft.is_mailed());
        mark("unverified", matches!(draft.kind, DraftKind::Provide(_)));
        mark("exclusive", draft.exclusive);
        mark("welcomed", draft.welcomed);
        if adds || matches!(draft.kind, DraftKind::Provide(_)) {
            extra.set.push_str(", #accepted_at = :invited_at");
        } else {
            extra.remove.push_str(", #accepted_at");
        }
        if draft.identifier.code.is_some() {
            extra.set.push_str(", #user_code = :user_code");
        }
        // A colleague has their own name.
        if draft.name.is_some() && !adds {
            extra.set.push_str(", #first_name = :first_name");
        }
        if draft.last_name.is_some() && !adds {
            extra.set.push_str(", #last_name = :last_name");
        }
        extra
    }

    /// The values of what is set.
    pub(super) fn with(mut change: ConditionalWrite, draft: &Draft) -> ConditionalWrite {
        if draft.is_mailed() {
            change = change.with("delivery", DeliveryState::Queued);
        }
        if matches!(draft.kind, DraftKind::Provide(_)) {
            change = change.with("unverified", true);
        }
        if draft.exclusive {
            change = change.with("exclusive", true);
        }
        if draft.welcomed {
            change = change.with("welcomed", true);
        }
        if let Some(code) = &draft.identifier.code {
            change = change.with("user_code", code);
        }
        if matches!(draft.kind, DraftKind::Add { .. }) {
            return change;
        }
        if let Some(name) = &draft.name {
            change = change.with("first_name", name);
        }
        match &draft.last_name {
            None => change,
            Some(name) => change.with("last_name", name),
        }
    }
}

/// A new link for a member whose address isn't verified: who signs up by it is the member from then on.
pub(super) fn prove(inviting: &Inviting<'_>, key: keys::Key, draft: &Draft) -> ConditionalWrite {
    let update = "SET #version = #version + :one, #expires_at = :expires_at, #inviter = :inviter";
    let change = mail_again(inviting, key, draft, update, "#unverified = :true");
    change
        .with("one", 1)
        .with("expires_at", inviting.expires_at.as_millisecond())
        .with("inviter", inviting.inviter)
        .with("true", true)
}

/// The news that they are a member, once more.
pub(super) fn remind(inviting: &Inviting<'_>, key: keys::Key, draft: &Draft) -> ConditionalWrite {
    mail_again(inviting, key, draft, "SET #updated_at = :now", "attribute_not_exists(#unverified)")
}

fn mail_again(inviting: &Inviting<'_>, key: keys::Key, draft: &Draft, update: &str, state: &str) -> ConditionalWrite {
    let update = format!(
        "{update}, #invited_at = :now, #batch = :batch, #queued_by = :batch, #delivery = :delivery \
         REMOVE #delivery_at, #delivery_detail"
    );
    let change = ConditionalWrite::update(key, update)
        .when(format!(
            "#status = :accepted AND {state} AND #batch <> :batch AND {} \
             AND (#invited_at <= :cooled OR attribute_not_exists(#delivery))",
            grantable(inviting)
        ))
        .with("accepted", Status::Accepted)
        .with("now", inviting.now.as_millisecond())
        .with("batch", inviting.batch_of(draft))
        .with("delivery", DeliveryState::Queued)
        .with("cooled", inviting.cooled());
    inviting.inviter_role.grantable().fold(change, |change, role| change.with(&format!("may_{}", role.name()), role))
}
