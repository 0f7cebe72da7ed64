//! Tests of the decisions about invitations and memberships: examples of each rule, and properties that hold for every
//! sequence of decisions.

use jiff::{SignedDuration, Timestamp};
use proptest::{prelude::*, sample::select};
use uuid::Uuid;

use crate::domain::{
    Acceptance, BatchId, DeliveryState, EmailAddress, Entry, GroupPath, GroupRef, InvitationDead, InviteDecision,
    InviteEffect, InviteOffer, InviteRefusal, InviteTerms, InviterRights, MailKind, ManageRefusal, Manager, Membership,
    MembershipState, Person, PersonName, Profile, Role, Scope, Transition, UserId, UserIds, accept, change_groups,
    change_role, decline, end, end_with_account, invite, person_id, resend, revoke,
};

const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
const COOLDOWN: SignedDuration = SignedDuration::from_mins(1);

fn user(number: u128) -> UserId {
    Uuid::from_u128(number).to_string().parse().unwrap()
}

fn batch(number: u128) -> BatchId {
    Uuid::from_u128(number).to_string().parse().unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn group(number: u32) -> GroupRef {
    let id = Uuid::from_u128(u128::from(number)).to_string().parse().unwrap();
    GroupRef { id, path: GroupPath::top().child(number).unwrap() }
}

fn terms(role: Role, now: Timestamp) -> InviteTerms<'static> {
    let rights = InviterRights { user: user(1), role, confined_to: None };
    InviteTerms { rights, top_group: None, now, expires_at: now + WEEK, cooldown: COOLDOWN }
}

fn offer(entry: Entry, role: Role, request: u128) -> InviteOffer {
    let identifier = EmailAddress::parse("grace@example.com").unwrap().into();
    let id = person_id("salt", &identifier);
    InviteOffer { entry, ..InviteOffer::new(identifier, id, UserIds { id: user(7), number: 7 }, role, batch(request)) }
}

const BY_MAIL: Entry = Entry::Invitation { mailed: true };

fn invited(role: Role) -> Person {
    invite(&offer(BY_MAIL, role, 1), None, &terms(Role::Admin, at(0))).unwrap().transition.into_after()
}

fn profile() -> Profile {
    let identifier = EmailAddress::parse("grace@example.com").unwrap().into();
    let company = Uuid::from_u128(9).to_string().parse().unwrap();
    let name = PersonName::parse("Grace").unwrap();
    Profile::new(UserIds { id: user(7), number: 7 }, identifier, name, company, at(0))
}

fn accepted(record: &Person, now: Timestamp) -> Result<Person, InvitationDead> {
    let profile = profile();
    let acceptance = Acceptance { version: record.version, profile: &profile, attempt: "attempt" };
    accept(&acceptance, record, true, now).map(Transition::into_after)
}

#[test]
fn a_new_person_is_invited_and_mailed() {
    let InviteDecision { transition, effect, mail } =
        invite(&offer(BY_MAIL, Role::Editor, 1), None, &terms(Role::Admin, at(0))).unwrap();
    assert_eq!((effect, mail), (InviteEffect::Invited, Some(MailKind::Invitation)));
    assert!(transition.before().is_none() && !transition.joins());
    let person = transition.into_after();
    assert_eq!((person.version, person.revision, person.delivery), (1, 1, Some(DeliveryState::Queued)));
    assert_eq!(person.state(at(0)), MembershipState::Pending);
    assert_eq!(person.state(at(0) + WEEK), MembershipState::Expired);
}

#[test]
fn inviting_again_within_the_cooldown_amends_and_after_it_makes_a_new_version() {
    let record = invited(Role::Editor);
    let again = offer(BY_MAIL, Role::Viewer, 2);
    let amended = invite(&again, Some(&record), &terms(Role::Admin, at(59))).unwrap();
    assert_eq!((amended.effect, amended.mail), (InviteEffect::Amended, None));
    let person = amended.transition.into_after();
    assert_eq!((person.version, person.role, person.queued_by), (1, Role::Viewer, Some(batch(1))));
    let renewed = invite(&again, Some(&record), &terms(Role::Admin, at(60))).unwrap();
    assert_eq!((renewed.effect, renewed.transition.after().version), (InviteEffect::Invited, 2));
}

#[test]
fn an_invitation_to_a_role_above_the_inviters_own_stays_until_it_expires() {
    let record = invited(Role::Admin);
    let again = offer(BY_MAIL, Role::Viewer, 2);
    let refused = invite(&again, Some(&record), &terms(Role::Creator, at(3600)));
    assert_eq!(refused.unwrap_err(), InviteRefusal::RoleAboveOwn);
    let expired = at(0) + WEEK;
    assert!(invite(&again, Some(&record), &terms(Role::Creator, expired)).is_ok());
}

#[test]
fn an_administrator_of_groups_changes_only_invitations_into_these_groups() {
    let mut record = invited(Role::Viewer);
    let own = [group(1).path];
    let confined = |now| {
        let mut terms = terms(Role::Viewer, now);
        terms.rights.confined_to = Some(&own);
        terms
    };
    let again = offer(BY_MAIL, Role::Viewer, 2);
    assert_eq!(invite(&again, Some(&record), &confined(at(3600))).unwrap_err(), InviteRefusal::GroupsBeyondOwn);
    record.groups = vec![group(2)];
    let expired = at(0) + WEEK;
    assert_eq!(invite(&again, Some(&record), &confined(expired)).unwrap_err(), InviteRefusal::GroupsBeyondOwn);
    record.groups = vec![group(1)];
    assert!(invite(&again, Some(&record), &confined(at(3600))).is_ok());
}

#[test]
fn a_colleague_becomes_a_member_at_once_and_a_member_is_only_added_to_groups() {
    let colleague = Entry::Colleague { mailed: true };
    let added = invite(&offer(colleague, Role::Editor, 1), None, &terms(Role::Admin, at(0))).unwrap();
    assert_eq!((added.effect, added.mail), (InviteEffect::Added, Some(MailKind::Added)));
    assert!(added.transition.joins());
    let member = added.transition.into_after();
    let mut again = offer(colleague, Role::Viewer, 2);
    let refused = invite(&again, Some(&member), &terms(Role::Admin, at(1)));
    assert_eq!(refused.unwrap_err(), InviteRefusal::AlreadyMember);
    again.groups = vec![group(1)];
    let top = GroupRef { id: group(0).id, path: GroupPath::top() };
    let with_top = InviteTerms { top_group: Some(&top), ..terms(Role::Admin, at(1)) };
    let grouped = invite(&again, Some(&member), &with_top).unwrap();
    assert_eq!((grouped.effect, grouped.mail), (InviteEffect::AddedToGroups, None));
    let grouped = grouped.transition.into_after();
    assert_eq!((grouped.groups, grouped.role), (vec![group(1), top.clone()], Role::Editor));
}

#[test]
fn mailing_again_keeps_role_and_groups_and_needs_a_record() {
    let again = offer(Entry::MailAgain, Role::Viewer, 2);
    let refused = invite(&again, None, &terms(Role::Admin, at(0)));
    assert_eq!(refused.unwrap_err(), InviteRefusal::UnknownPerson);
    let mut record = invited(Role::Editor);
    record.groups = vec![group(1)];
    let renewed = invite(&again, Some(&record), &terms(Role::Admin, at(60))).unwrap();
    let after = renewed.transition.after();
    assert_eq!((after.role, after.groups.as_slice(), after.version), (Role::Editor, &[group(1)][..], 2));
    let member = accepted(&record, at(1)).unwrap();
    let reminded = invite(&again, Some(&member), &terms(Role::Admin, at(60))).unwrap();
    assert_eq!((reminded.mail, reminded.transition.after().version), (Some(MailKind::Added), 1));
    let unverified = Person { unverified: true, ..member };
    let link = invite(&again, Some(&unverified), &terms(Role::Admin, at(60))).unwrap();
    assert_eq!((link.mail, link.transition.after().version), (Some(MailKind::Invitation), 2));
}

#[test]
fn a_link_works_once_before_it_expires_and_only_while_the_inviter_may_admit() {
    let record = invited(Role::Editor);
    let profile = profile();
    let with = |version| Acceptance { version, profile: &profile, attempt: "attempt" };
    assert!(accept(&with(1), &record, false, at(1)).is_err());
    assert!(accept(&with(2), &record, true, at(1)).is_err());
    assert!(accept(&with(1), &record, true, at(0) + WEEK).is_err());
    let member = accept(&with(1), &record, true, at(1)).unwrap();
    assert!(member.joins());
    assert!(accept(&with(1), member.after(), true, at(2)).is_err());
    assert!(decline(1, "attempt", member.after(), true, at(2)).is_err());
    let declined = decline(1, "attempt", &record, true, at(1)).unwrap();
    assert!(accept(&with(1), declined.after(), true, at(2)).is_err());
}

#[test]
fn the_last_admin_is_neither_removed_nor_given_another_role() {
    let admin = accepted(&invited(Role::Admin), at(1)).unwrap();
    let manager = Manager { user: user(1), role: Role::Admin };
    assert_eq!(end(manager, &admin, Some(1), at(2)).unwrap_err(), ManageRefusal::LastAdmin);
    assert_eq!(change_role(manager, &admin, Role::Viewer, Some(1), at(2)).unwrap_err(), ManageRefusal::LastAdmin);
    assert_eq!(end(manager, &admin, Some(2), at(2)).unwrap().admin_change(), -1);
    // A person who is invited as ADMIN and has not accepted doesn't count as an ADMIN.
    assert!(end(manager, &invited(Role::Admin), Some(1), at(2)).is_ok());
}

#[test]
fn a_deleted_service_account_leaves_as_a_removed_member_does() {
    let manager = Manager { user: user(1), role: Role::Admin };
    for role in Role::ALL {
        let member = accepted(&invited(role), at(1)).unwrap();
        let removed = end(manager, &member, None, at(2)).unwrap();
        let scope = Scope::Company(Uuid::from_u128(9).to_string().parse().unwrap());
        let leaves = end_with_account(&Membership::new(role, scope));
        assert_eq!((leaves.role, leaves.admin_change), (role, removed.admin_change()));
        assert_eq!(leaves.status, removed.after().status);
        assert!(removed.after().groups.is_empty());
    }
}

#[test]
fn nobody_manages_a_person_above_their_own_role() {
    let manager = Manager { user: user(2), role: Role::Creator };
    let admin = invited(Role::Admin);
    assert_eq!(end(manager, &admin, None, at(1)).unwrap_err(), ManageRefusal::PersonAboveOwn);
    assert_eq!(change_groups(manager, &admin, Vec::new(), at(1)).unwrap_err(), ManageRefusal::PersonAboveOwn);
    let editor = invited(Role::Editor);
    assert_eq!(change_role(manager, &editor, Role::Admin, None, at(1)).unwrap_err(), ManageRefusal::RoleAboveOwn);
    assert_eq!(revoke(manager, &editor, at(1)).unwrap_err(), ManageRefusal::OtherInviter);
    let own = Manager { user: user(1), ..manager };
    assert!(revoke(own, &editor, at(1)).unwrap().is_some());
}

#[test]
fn resending_waits_for_the_cooldown_and_restarts_the_same_lifetime() {
    let record = invited(Role::Editor);
    let manager = Manager { user: user(3), role: Role::Admin };
    let again = |record: &Person, now| resend(manager, record, batch(2), COOLDOWN, now);
    assert_eq!(again(&record, at(59)).unwrap_err(), ManageRefusal::Cooldown);
    let resent = again(&record, at(60)).unwrap().into_after();
    assert_eq!((resent.version, resent.inviter, resent.expires_at), (2, user(3), at(60) + WEEK));
    let member = accepted(&record, at(1)).unwrap();
    assert_eq!(again(&member, at(60)).unwrap_err(), ManageRefusal::AlreadyAccepted);
    let declined = decline(1, "attempt", &record, true, at(1)).unwrap().into_after();
    assert_eq!(again(&declined, at(60)).unwrap_err(), ManageRefusal::Ended);
}

/// One request about the test's only person record. In a step of the test with two roles, the first role is the role
/// that the request gives to the person, and the second role is the role of the acting user. In a step with one role,
/// the role is the role of the acting user. A number in a step is the version of the link that the invited person uses.
#[derive(Debug, Clone)]
enum Step {
    Invite(Entry, Role, Role),
    Accept(u32),
    Decline(u32),
    Resend(Role),
    Revoke(Role),
    ChangeRole(Role, Role),
    End(Role),
}

fn steps() -> impl Strategy<Value = Vec<(Step, i64)>> {
    let role = || select(Role::ALL.to_vec());
    let entry = select(vec![
        BY_MAIL,
        Entry::Invitation { mailed: false },
        Entry::MailAgain,
        Entry::GuestAccount,
        Entry::Colleague { mailed: true },
    ]);
    let step = prop_oneof![
        4 => (entry, role(), role()).prop_map(|(entry, role, own)| Step::Invite(entry, role, own)),
        3 => (1..5_u32).prop_map(Step::Accept),
        1 => (1..5_u32).prop_map(Step::Decline),
        2 => role().prop_map(Step::Resend),
        1 => role().prop_map(Step::Revoke),
        1 => (role(), role()).prop_map(|(role, own)| Step::ChangeRole(role, own)),
        1 => role().prop_map(Step::End),
    ];
    prop::collection::vec((step, 0..400_000_i64), 1..40)
}

fn decide(step: &Step, record: Option<&Person>, request: u128, now: Timestamp) -> Option<Transition> {
    let manager = |role| Manager { user: user(1), role };
    match (step, record) {
        (Step::Invite(entry, role, own), record) => {
            let offer = offer(*entry, *role, request);
            invite(&offer, record, &terms(*own, now)).ok().map(|decision| decision.transition)
        }
        (_, None) => None,
        (Step::Accept(version), Some(record)) => {
            let profile = profile();
            let attempt = request.to_string();
            accept(&Acceptance { version: *version, profile: &profile, attempt: &attempt }, record, true, now).ok()
        }
        (Step::Decline(version), Some(record)) => decline(*version, &request.to_string(), record, true, now).ok(),
        (Step::Resend(own), Some(record)) => resend(manager(*own), record, batch(request), COOLDOWN, now).ok(),
        (Step::Revoke(own), Some(record)) => revoke(manager(*own), record, now).ok().flatten(),
        (Step::ChangeRole(role, own), Some(record)) => {
            change_role(manager(*own), record, *role, None, now).ok().flatten()
        }
        (Step::End(own), Some(record)) => end(manager(*own), record, None, now).ok(),
    }
}

proptest! {
    /// After every sequence of decisions, the revision and the version of the person's record have only grown, a link
    /// that was accepted is dead, no user has given a role above the user's own role, and the decided changes of the
    /// number of ADMINs add up to the number of ADMINs.
    #[test]
    fn every_sequence_of_decisions_keeps_the_rules(steps in steps()) {
        let mut record: Option<Person> = None;
        let (mut now, mut admins) = (at(0), 0);
        for (request, (step, seconds)) in (1_u128..).zip(&steps) {
            now += SignedDuration::from_secs(*seconds);
            let Some(transition) = decide(step, record.as_ref(), request, now) else { continue };
            let (before, after) = (transition.before(), transition.after());
            prop_assert_eq!(after.revision, before.map_or(0, |before| before.revision) + 1);
            prop_assert!(after.version >= before.map_or(0, |before| before.version));
            prop_assert_eq!(transition.joins(), after.is_member() && !before.is_some_and(Person::is_member));
            if let Step::Accept(version) = step {
                prop_assert!(!after.is_open_to(*version, now));
                prop_assert!(before.is_some_and(|before| now < before.expires_at));
            }
            if let Step::ChangeRole(role, own) = step {
                prop_assert!(own.may_grant(*role));
            }
            if let (Step::Invite(_, _, own), Some(before)) = (step, before) {
                let pending = before.state(now) == MembershipState::Pending;
                prop_assert!(!pending || own.may_grant(before.role));
                prop_assert!(!before.is_member() || after.role == before.role);
            }
            admins += transition.admin_change();
            prop_assert_eq!(admins, i32::from(after.is_member() && after.role == Role::Admin));
            prop_assert!(transition.wrote(after));
            record = Some(after.clone());
        }
    }
}
