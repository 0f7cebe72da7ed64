//! Requests at the same time.

use std::collections::HashSet;

use futures::future::{join, join_all};
use serde_json::json;
use tests::{Answer, Endpoint, PASSWORD};

/// How many of these answers have this status; each has one of the two.
fn count(answers: &[Answer], status: u16, other: u16) -> usize {
    for answer in answers {
        assert!([status, other].contains(&answer.status.as_u16()), "{}: {}", answer.status, answer.text);
    }
    answers.iter().filter(|answer| answer.status.as_u16() == status).count()
}

#[tokio::test]
async fn of_twenty_sign_ups_with_one_link_exactly_one_wins() {
    let usher = Endpoint::own(&[]).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Raced for").await;
    let guest = usher.address("guest");
    usher.invite(&ada.token, &workspace, &[(&guest, "EDITOR")]).await.expect(200);
    let hash = usher.mail(&guest, 1).await.hash();
    let passwords: Vec<_> = (0..20).map(|number| format!("Demo12#${number}")).collect();
    let sign_ups = passwords.iter().map(|password| {
        let body = json!({
            "email": guest, "password": password, "firstname": "Grace", "lastname": password, "hash": hash,
        });
        usher.post_open("/idp/api/v1/user/sign-up", body)
    });
    let answers = join_all(sign_ups).await;
    assert_eq!(count(&answers, 200, 400), 1);
    // The account is the winner's, whole.
    let winner = answers.iter().position(|answer| answer.status == 200).unwrap();
    let body = json!({ "email": guest, "password": passwords[winner] });
    let login = usher.post_open("/idp/api/v1/user/token", body).await.expect(200).json();
    let token = login["token"].as_str().unwrap();
    let profile = usher.get("/idp/api/v1/user", token).await.expect(200).json();
    assert_eq!(profile["lastname"], json!(passwords[winner]));
    assert_eq!(profile["id"], answers[winner].json()["id"]);
    assert_eq!(usher.role(token, &workspace).await.as_deref(), Some("EDITOR"));
    let team = usher.get("/idp/api/v1/team", &ada.token).await.expect(200).json();
    assert_eq!(team.as_array().map(Vec::len), Some(2), "{team}");
    usher.mail_all().await;
    assert_eq!(usher.mails(&guest).await.len(), 1);
}

#[tokio::test]
async fn of_twenty_acceptances_by_one_account_exactly_one_wins() {
    let usher = Endpoint::own(&[]).await;
    let ada = usher.founder("ada").await;
    let eve = usher.founder("eve").await;
    let workspace = usher.workspace(&ada.token, "Raced for").await;
    usher.invite(&ada.token, &workspace, &[(&eve.email, "EDITOR")]).await.expect(200);
    let hash = usher.mail(&eve.email, 2).await.hash();
    let answers = join_all((0..20).map(|_| usher.accept(&eve.token, &hash))).await;
    assert_eq!(count(&answers, 200, 410), 1);
    assert_eq!(usher.role(&eve.token, &workspace).await.as_deref(), Some("EDITOR"));
}

#[tokio::test]
async fn of_twenty_invitations_of_one_address_one_is_mailed() {
    let usher = Endpoint::own(&[]).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Raced for").await;
    let guest = usher.address("guest");
    let rows = [(guest.as_str(), "EDITOR")];
    let answers = join_all((0..20).map(|_| usher.invite(&ada.token, &workspace, &rows))).await;
    assert_eq!(count(&answers, 200, 200), 20);
    let rows: Vec<_> = answers.iter().flat_map(Answer::rows).collect();
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
    usher.join(&guest, &hash).await.expect(200);
    assert_eq!(usher.role(&usher.token(&guest).await, &workspace).await.as_deref(), Some("EDITOR"));
}

#[tokio::test]
async fn requests_of_many_that_overlap_invite_each_person_once() {
    let usher = Endpoint::own(&[]).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Overlapping").await;
    let people: Vec<_> = (0..150).map(|number| usher.address(&format!("p{number}"))).collect();
    let requests = (0..6).map(|request| {
        let mut rows: Vec<_> = people.iter().map(|email| (email.as_str(), "VIEWER")).collect();
        rows.rotate_left(request * 25);
        let usher = &usher;
        let (token, workspace) = (&ada.token, &workspace);
        async move { usher.invite(token, workspace, &rows).await.expect(200).json() }
    });
    let answers = join_all(requests).await;
    let total = |status: &str| answers.iter().filter_map(|answer| answer["summary"][status].as_u64()).sum::<u64>();
    assert_eq!((total("invited"), total("alreadyInvited")), (150, 750), "{:?}", answers[0]["summary"]);
    usher.mails_in_all(151).await;
    usher.mail_all().await;
    let recipients = usher.recipients().await;
    assert_eq!((recipients.len(), recipients.iter().collect::<HashSet<_>>().len()), (151, 151));
    assert_eq!(usher.team(&ada.token).await.len(), 151);
}

#[tokio::test]
async fn two_inviters_with_two_roles_leave_one_invitation_that_works() {
    for _ in 0..5 {
        let usher = Endpoint::own(&[]).await;
        let ada = usher.founder("ada").await;
        let workspace = usher.workspace(&ada.token, "Two minds").await;
        let carl = usher.member(&ada.token, &workspace, "carl", "CREATOR").await;
        let guest = usher.address("guest");
        let (high, low) = join(
            usher.invite(&ada.token, &workspace, &[(&guest, "ADMIN")]),
            usher.invite(&carl.token, &workspace, &[(&guest, "VIEWER")]),
        )
        .await;
        // Whoever comes first, it ends as ADMIN: the creator doesn't lower what the other has given.
        let outcome = (high.expect(200).rows()[0].clone(), low.rows()[0].clone());
        let outcome = (outcome.0.as_str(), outcome.1.as_str());
        assert!(matches!(outcome, ("invited", "forbidden") | ("alreadyInvited", "invited")), "{outcome:?}");
        let hash = usher.mail(&guest, 1).await.hash();
        usher.join(&guest, &hash).await.expect(200);
        assert_eq!(usher.role(&usher.token(&guest).await, &workspace).await.as_deref(), Some("ADMIN"));
        usher.mail_all().await;
        assert_eq!(usher.mails(&guest).await.len(), 1);
    }
}

#[tokio::test]
async fn a_sign_up_against_a_new_invitation_ends_in_one_of_the_two() {
    let usher = Endpoint::own(&[]).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Crossing").await;
    let guests: Vec<_> = (0..8).map(|number| usher.address(&format!("guest{number}"))).collect();
    let rows: Vec<_> = guests.iter().map(|guest| (guest.as_str(), "EDITOR")).collect();
    usher.invite(&ada.token, &workspace, &rows).await.expect(200);
    let mut hashes = Vec::new();
    for guest in &guests {
        hashes.push(usher.mail(guest, 1).await.hash());
    }
    usher.advance(60).await;
    // Hashing takes a sign-up some time: the invitations come before, at and after the moment of acceptance.
    let races = guests.iter().zip(&hashes).enumerate().map(|(number, (guest, hash))| {
        let (usher, token, workspace) = (&usher, &ada.token, &workspace);
        async move {
            let invite = async {
                tokio::time::sleep(std::time::Duration::from_millis(20 * number as u64)).await;
                usher.invite(token, workspace, &[(guest, "VIEWER")]).await
            };
            join(usher.join(guest, hash), invite).await
        }
    });
    for (guest, (joined, invited)) in guests.iter().zip(join_all(races).await) {
        let role = if joined.status == 200 {
            assert_eq!(invited.expect(400).rows(), ["alreadyMember"]);
            "EDITOR"
        } else {
            joined.expect(400);
            assert_eq!(invited.expect(200).rows(), ["invited"]);
            let hash = usher.mail(guest, 2).await.hash();
            usher.join(guest, &hash).await.expect(200);
            "VIEWER"
        };
        assert_eq!(usher.role(&usher.token(guest).await, &workspace).await.as_deref(), Some(role));
    }
    assert_eq!(usher.team(&ada.token).await.len(), guests.len() + 1);
}

#[tokio::test]
async fn an_address_becomes_one_account_by_its_link_or_by_its_code() {
    for _ in 0..4 {
        let usher = Endpoint::own(&[]).await;
        let ada = usher.founder("ada").await;
        let workspace = usher.workspace(&ada.token, "Two ways").await;
        let guest = usher.address("guest");
        let other = "Other12#$";
        let body = json!({ "email": guest, "password": other, "firstname": "Own", "lastname": "Company" });
        usher.post_open("/idp/api/v1/user/sign-up", body).await.expect(200);
        let otp = usher.mail(&guest, 1).await.code();
        usher.invite(&ada.token, &workspace, &[(&guest, "EDITOR")]).await.expect(200);
        let hash = usher.mail(&guest, 2).await.hash();

        let body = json!({ "email": guest, "otp": otp });
        let (joined, verified) =
            join(usher.join(&guest, &hash), usher.post_open("/idp/api/v1/user/signUp/verifyEmailOtp", body)).await;
        let login = async |password: &str| {
            let body = json!({ "email": guest, "password": password });
            usher.post_open("/idp/api/v1/user/token", body).await
        };
        let colleague = match (joined.status.as_u16(), verified.status.as_u16()) {
            (200, 400) => true,
            (400, 200) => false,
            other => panic!("{other:?}: {} {}", joined.text, verified.text),
        };
        let (good, bad) = if colleague { (PASSWORD, other) } else { (other, PASSWORD) };
        login(bad).await.expect(401);
        let token = login(good).await.expect(200).json()["token"].as_str().unwrap().to_owned();
        if !colleague {
            // The invitation is still open: to be accepted by the account that there is now.
            usher.accept(&token, &hash).await.expect(200);
        }
        assert_eq!(usher.role(&token, &workspace).await.as_deref(), Some("EDITOR"));
        assert_eq!(usher.team(&ada.token).await.contains_key(&guest), colleague);
    }
}

#[tokio::test]
async fn who_signs_up_by_two_links_at_once_has_one_account() {
    let usher = Endpoint::own(&[]).await;
    let ada = usher.founder("ada").await;
    let eve = usher.founder("eve").await;
    let guest = usher.address("guest");
    let mut hashes = Vec::new();
    let mut workspaces = Vec::new();
    for (count, founder) in [(1, &ada), (2, &eve)] {
        let workspace = usher.workspace(&founder.token, "One of two").await;
        usher.invite(&founder.token, &workspace, &[(&guest, "EDITOR")]).await.expect(200);
        hashes.push(usher.mail(&guest, count).await.hash());
        workspaces.push(workspace);
    }
    let answers = join_all(hashes.iter().map(|hash| usher.join(&guest, hash))).await;
    assert_eq!(count(&answers, 200, 400), 1);
    let won = usize::from(answers[1].status == 200);
    let token = usher.token(&guest).await;
    assert!(usher.role(&token, &workspaces[won]).await.is_some());
    assert!(usher.role(&token, &workspaces[1 - won]).await.is_none());
    // The other link still works, for the account that there is now.
    usher.accept(&token, &hashes[1 - won]).await.expect(200);
    assert!(usher.role(&token, &workspaces[1 - won]).await.is_some());
    let teams = [usher.team(&ada.token).await, usher.team(&eve.token).await];
    assert!(teams[won].contains_key(&guest) && !teams[1 - won].contains_key(&guest), "{teams:?}");
}
