//! Tests of inviting the same people in several requests at the same time.

use std::collections::HashSet;

use serde_json::json;
use tests::{Answer, Endpoint, HeldCall, Need, World};

/// The transaction by which a request invites people. The transaction before reserves the daily quota.
const INVITING: HeldCall = HeldCall::write_after("invite-users", 1);

/// The transaction that reserves the daily quota. Before this transaction, a request has read everything and has
/// invited nobody.
const RESERVATION: HeldCall = HeldCall::write("invite-users");

#[tokio::test]
async fn of_two_requests_for_one_person_the_first_invites_and_the_second_amends() {
    let World { usher, ada, workspace } = &World::with(&[Need::Calls]).await;
    let carl = usher.member(&ada.token, workspace, "carl", "CREATOR").await;
    for (number, tokens) in [[&ada.token, &carl.token], [&carl.token, &ada.token]].into_iter().enumerate() {
        let guest = usher.address(&format!("guest{number}"));
        let rows = [(guest.as_str(), "EDITOR")];
        let [first, second] = tokens.map(|token| usher.invite(token, workspace, &rows));
        let (first, second) = usher.overtake(first, second, INVITING).await;
        assert_eq!(first.expect(200).row_statuses(), ["invited"]);
        assert_eq!(second.expect(200).row_statuses(), ["alreadyInvited"]);
        let hash = usher.mail(&guest, 1).await.hash();
        usher.mail_all().await;
        assert_eq!(usher.mails(&guest).await.len(), 1);
        usher.sign_up_by_invitation(&guest, &hash).await.expect(200);
    }
}

#[tokio::test]
async fn two_inviters_with_two_roles_leave_one_invitation_with_the_higher_role() {
    for ada_is_first in [true, false] {
        let World { usher, ada, workspace } = &World::with(&[Need::Calls]).await;
        let carl = usher.member(&ada.token, workspace, "carl", "CREATOR").await;
        let guest = usher.address("guest");
        let (as_admin, as_viewer) = ([(guest.as_str(), "ADMIN")], [(guest.as_str(), "VIEWER")]);
        let high = usher.invite(&ada.token, workspace, &as_admin);
        let low = usher.invite(&carl.token, workspace, &as_viewer);
        // A CREATOR cannot lower the role that an administrator has given.
        if ada_is_first {
            let (high, low) = usher.overtake(high, low, INVITING).await;
            assert_eq!(
                (high.expect(200).row_statuses(), low.row_statuses()),
                (vec!["invited".into()], vec!["forbidden".into()])
            );
        } else {
            let (low, high) = usher.overtake(low, high, INVITING).await;
            assert_eq!(low.expect(200).row_statuses(), ["invited"]);
            assert_eq!(high.expect(200).row_statuses(), ["alreadyInvited"]);
        }
        let hash = usher.mail(&guest, 1).await.hash();
        usher.sign_up_by_invitation(&guest, &hash).await.expect(200);
        assert_eq!(usher.role(&usher.token(&guest).await, workspace).await.as_deref(), Some("ADMIN"));
        usher.mail_all().await;
        assert_eq!(usher.mails(&guest).await.len(), 1);
    }
}

#[tokio::test]
async fn of_twenty_requests_for_one_person_one_invites_and_one_mail_goes_out() {
    let World { usher, ada, workspace } = &World::start().await;
    let guest = usher.address("guest");
    let rows = [(guest.as_str(), "EDITOR")];
    let requests = (0..20).map(|_| usher.invite(&ada.token, workspace, &rows));
    let answers = usher.together(requests, RESERVATION).await;
    let answers: Vec<_> = answers.into_iter().map(|answer| answer.expect(200)).collect();
    let rows: Vec<_> = answers.iter().flat_map(Answer::row_statuses).collect();
    assert_eq!(rows.iter().filter(|row| *row == "invited").count(), 1, "{rows:?}");
    assert_eq!(rows.iter().filter(|row| *row == "alreadyInvited").count(), 19, "{rows:?}");
    let ids: HashSet<_> =
        answers.iter().map(|answer| answer.json()["results"][0]["invitationId"].to_string()).collect();
    assert_eq!(ids.len(), 1);

    let hash = usher.mail(&guest, 1).await.hash();
    usher.mail_all().await;
    assert_eq!(usher.mails(&guest).await.len(), 1);
    let team = usher.team(&ada.token).await;
    assert_eq!(team.get(&guest).map(String::as_str), Some("INVITED"));
    usher.sign_up_by_invitation(&guest, &hash).await.expect(200);
    assert_eq!(usher.role(&usher.token(&guest).await, workspace).await.as_deref(), Some("EDITOR"));
}

#[tokio::test]
async fn large_requests_that_overlap_invite_each_person_once() {
    let World { usher, ada, workspace } = &World::start().await;
    let people: Vec<_> = (0..150).map(|number| usher.address(&format!("p{number}"))).collect();
    let requests = (0..6).map(|request| {
        let mut rows: Vec<_> = people.iter().map(|email| (email.as_str(), "VIEWER")).collect();
        rows.rotate_left(request * 25);
        async move { usher.invite(&ada.token, workspace, &rows).await.expect(200).json() }
    });
    let answers = usher.together(requests, RESERVATION).await;
    let total = |status: &str| answers.iter().filter_map(|answer| answer["summary"][status].as_u64()).sum::<u64>();
    assert_eq!((total("invited"), total("alreadyInvited")), (150, 750), "{:?}", answers[0]["summary"]);
    usher.wait_for_mails(151).await;
    usher.mail_all().await;
    let recipients = usher.recipients().await;
    assert_eq!((recipients.len(), recipients.iter().collect::<HashSet<_>>().len()), (151, 151));
    assert_eq!(usher.team(&ada.token).await.len(), 151);
}

/// A person who was invited so long ago that inviting the person again makes a new link: the address and the hash.
async fn invited_before(usher: &Endpoint, token: &str, workspace: &str, name: &str) -> (String, String) {
    let guest = usher.address(name);
    usher.invite(token, workspace, &[(&guest, "EDITOR")]).await.expect(200);
    let hash = usher.mail(&guest, 1).await.hash();
    usher.advance(60).await;
    (guest, hash)
}

#[tokio::test]
async fn a_sign_up_and_a_new_invitation_end_in_one_membership() {
    let World { usher, ada, workspace } = &World::with(&[Need::Clock, Need::Calls]).await;
    let (guest, hash) = invited_before(usher, &ada.token, workspace, "first").await;
    let rows = [(guest.as_str(), "VIEWER")];
    let invite = usher.invite(&ada.token, workspace, &rows);
    let (joined, invited) = usher.overtake(usher.sign_up_by_invitation(&guest, &hash), invite, INVITING).await;
    joined.expect(200);
    assert_eq!(invited.expect(400).row_statuses(), ["alreadyMember"]);
    assert_eq!(usher.role(&usher.token(&guest).await, workspace).await.as_deref(), Some("EDITOR"));

    let (guest, hash) = invited_before(usher, &ada.token, workspace, "second").await;
    let rows = [(guest.as_str(), "VIEWER")];
    let invite = usher.invite(&ada.token, workspace, &rows);
    let (invited, joined) =
        usher.overtake(invite, usher.sign_up_by_invitation(&guest, &hash), HeldCall::write("sign-up")).await;
    assert_eq!(invited.expect(200).row_statuses(), ["invited"]);
    joined.expect(400);
    let hash = usher.mail(&guest, 2).await.hash();
    usher.sign_up_by_invitation(&guest, &hash).await.expect(200);
    assert_eq!(usher.role(&usher.token(&guest).await, workspace).await.as_deref(), Some("VIEWER"));
    assert_eq!(usher.team(&ada.token).await.len(), 3);
}

#[tokio::test]
async fn an_invitation_that_is_mailed_again_keeps_the_role_that_it_was_given_meanwhile() {
    let world = &World::with(&[Need::Clock, Need::Calls]).await;
    let World { usher, ada, workspace } = world;
    usher.post(&format!("/api/v0/workspaces/{workspace}/select"), &ada.token, json!({})).await.expect(200);
    let short_id = usher.short_id(&ada.token, workspace).await;
    for role_is_first in [true, false] {
        let guest = usher.address(&format!("guest-{role_is_first}"));
        usher.invite(&ada.token, workspace, &[(&guest, "ADMIN")]).await.expect(200);
        let invited = usher.workspace_user(&ada.token, &short_id, &guest).await;
        usher.mail(&guest, 1).await;
        usher.advance(61).await;
        let path = format!("workspace-users/{}", invited["id"].as_str().unwrap());
        let demote = usher.dock_patch(&ada.token, &path, json!({ "role": "viewer" }));
        let mail_again = usher.post("/api/v0/userinvite", &ada.token, json!({ "users": [{ "email": guest }] }));
        let (demoted, again) = if role_is_first {
            usher.overtake(demote, mail_again, INVITING).await
        } else {
            let (again, demoted) = usher.overtake(mail_again, demote, HeldCall::write("change-member")).await;
            (demoted, again)
        };
        demoted.expect(200);
        assert_eq!(again.expect(200).json()[0]["stats"], 200);
        usher.sign_up_by_invitation(&guest, &usher.mail(&guest, 2).await.hash()).await.expect(200);
        assert_eq!(usher.role(&usher.token(&guest).await, workspace).await.as_deref(), Some("VIEWER"));
    }
}
