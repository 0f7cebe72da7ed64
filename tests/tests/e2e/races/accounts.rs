//! Tests of creating an account by a link and by a one-time password, or by two links, at the same time.

use serde_json::{Value, json};
use tests::{Answer, Endpoint, HeldCall, Need, PASSWORD, World};

/// The transaction by which a person signs up by a link.
const SIGN_UP: HeldCall = HeldCall::write("sign-up");

/// The transaction that creates the account of a verified sign-up. The transactions before count the attempt at the
/// one-time password, for the address and for the sign-up.
const VERIFICATION: HeldCall = HeldCall::write_after("verify-otp", 2);

/// The password of the sign-up without a link.
const OTHER_PASSWORD: &str = "Other12#$";

/// Checks that the account of the address has the given one of the two passwords, and not the other.
async fn has_password(usher: &Endpoint, email: &str, password: &str) {
    for one in [PASSWORD, OTHER_PASSWORD] {
        let body = json!({ "email": email, "password": one });
        let expected = if one == password { 200 } else { 401 };
        usher.post_open("/idp/api/v1/user/token", body).await.expect(expected);
    }
}

#[tokio::test]
async fn of_twenty_sign_ups_with_one_link_exactly_one_succeeds() {
    let World { usher, ada, workspace } = &World::start().await;
    let guest = usher.address("guest");
    usher.invite(&ada.token, workspace, &[(&guest, "EDITOR")]).await.expect(200);
    let hash = usher.mail(&guest, 1).await.hash();
    let passwords: Vec<_> = (0..20).map(|number| format!("Demo12#${number}")).collect();
    let sign_ups = passwords.iter().map(|password| {
        let body = json!({
            "email": guest, "password": password, "firstname": "Grace", "lastname": password, "hash": hash,
        });
        usher.post_open("/idp/api/v1/user/sign-up", body)
    });
    let answers = usher.together(sign_ups, SIGN_UP).await;
    let succeeded: Vec<_> = (0..20).filter(|number| answers[*number].status == 200).collect();
    let refused = answers.iter().filter(|answer| answer.status == 400).count();
    assert_eq!((succeeded.len(), refused), (1, 19), "{answers:?}");
    // All fields of the account come from the request that won the race.
    let winner = succeeded[0];
    let body = json!({ "email": guest, "password": passwords[winner] });
    let login = usher.post_open("/idp/api/v1/user/token", body).await.expect(200).json();
    let token = login["token"].as_str().unwrap();
    let profile = usher.get("/idp/api/v1/user", token).await.expect(200).json();
    assert_eq!(profile["lastname"], json!(passwords[winner]));
    assert_eq!(profile["id"], answers[winner].json()["id"]);
    assert_eq!(usher.role(token, workspace).await.as_deref(), Some("EDITOR"));
    let team = usher.get("/idp/api/v1/team", &ada.token).await.expect(200).json();
    assert_eq!(team.as_array().map(Vec::len), Some(2), "{team}");
    usher.mail_all().await;
    assert_eq!(usher.mails(&guest).await.len(), 1);
}

/// A person who has begun to sign up without a link and is then invited: the address, the one-time password, and the
/// link's hash.
async fn with_code_and_link(world: &World, name: &str) -> (String, String, String) {
    let World { usher, ada, workspace } = world;
    let guest = usher.address(name);
    let body = json!({ "email": guest, "password": OTHER_PASSWORD, "firstname": "Own", "lastname": "Company" });
    usher.post_open("/idp/api/v1/user/sign-up", body).await.expect(200);
    let otp = usher.mail(&guest, 1).await.code();
    usher.invite(&ada.token, workspace, &[(&guest, "EDITOR")]).await.expect(200);
    (usher.mail(&guest, 2).await.hash(), otp, guest)
}

async fn verify(usher: &Endpoint, email: &str, otp: &str) -> Answer {
    let body = json!({ "email": email, "otp": otp });
    usher.post_open("/idp/api/v1/user/signUp/verifyEmailOtp", body).await
}

async fn log_in(usher: &Endpoint, email: &str, password: &str) -> String {
    let body = json!({ "email": email, "password": password });
    let answer = usher.post_open("/idp/api/v1/user/token", body).await.expect(200).json();
    answer["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_address_becomes_one_account_by_its_link_or_by_its_code() {
    let world = &World::with(&[Need::Calls]).await;
    let World { usher, ada, workspace } = world;
    let (hash, otp, guest) = with_code_and_link(world, "colleague").await;
    let (joined, verified) =
        usher.overtake(usher.sign_up_by_invitation(&guest, &hash), verify(usher, &guest, &otp), VERIFICATION).await;
    joined.expect(200);
    verified.expect(400);
    has_password(usher, &guest, PASSWORD).await;
    assert_eq!(usher.role(&usher.token(&guest).await, workspace).await.as_deref(), Some("EDITOR"));
    assert!(usher.team(&ada.token).await.contains_key(&guest));

    let (hash, otp, guest) = with_code_and_link(world, "founder").await;
    let (verified, joined) =
        usher.overtake(verify(usher, &guest, &otp), usher.sign_up_by_invitation(&guest, &hash), SIGN_UP).await;
    verified.expect(200);
    joined.expect(400);
    has_password(usher, &guest, OTHER_PASSWORD).await;
    // The invitation is still open, and the person's new account can accept the invitation.
    let token = log_in(usher, &guest, OTHER_PASSWORD).await;
    usher.accept(&token, &hash).await.expect(200);
    assert_eq!(usher.role(&token, workspace).await.as_deref(), Some("EDITOR"));
    assert!(!usher.team(&ada.token).await.contains_key(&guest));
}

#[tokio::test]
async fn an_invitation_is_accepted_by_an_account_or_by_a_sign_up_and_never_by_both() {
    let world = &World::with(&[Need::Calls]).await;
    let World { usher, workspace, .. } = world;
    let (hash, otp, guest) = with_code_and_link(world, "first").await;
    let accept = async {
        verify(usher, &guest, &otp).await.expect(200);
        let token = log_in(usher, &guest, OTHER_PASSWORD).await;
        usher.accept(&token, &hash).await
    };
    let (accepted, joined) = usher.overtake(accept, usher.sign_up_by_invitation(&guest, &hash), SIGN_UP).await;
    accepted.expect(200);
    joined.expect(400);
    has_password(usher, &guest, OTHER_PASSWORD).await;

    let (hash, otp, guest) = with_code_and_link(world, "second").await;
    verify(usher, &guest, &otp).await.expect(200);
    let token = log_in(usher, &guest, OTHER_PASSWORD).await;
    let acceptance = HeldCall::write("accept-invitation");
    let (joined, accepted) =
        usher.overtake(usher.sign_up_by_invitation(&guest, &hash), usher.accept(&token, &hash), acceptance).await;
    // The address has an account, so nobody can sign up with the address again, even before the acceptance is written.
    joined.expect(400);
    accepted.expect(200);
    has_password(usher, &guest, OTHER_PASSWORD).await;
    assert_eq!(usher.role(&token, workspace).await.as_deref(), Some("EDITOR"));
}

#[tokio::test]
async fn a_person_who_signs_up_by_two_links_has_one_account() {
    let usher = &Endpoint::with(&[Need::Calls]).await;
    let founders = [usher.founder("ada").await, usher.founder("eve").await];
    for (won, lost) in [(0, 1), (1, 0)] {
        let guest = &usher.address(&format!("guest{won}"));
        let (mut hashes, mut workspaces) = (Vec::new(), Vec::new());
        for (count, founder) in founders.iter().enumerate() {
            let workspace = usher.workspace(&founder.token, &format!("One of two {won}")).await;
            usher.invite(&founder.token, &workspace, &[(guest, "EDITOR")]).await.expect(200);
            hashes.push(usher.mail(guest, count + 1).await.hash());
            workspaces.push(workspace);
        }
        let join = |one: usize| usher.sign_up_by_invitation(guest, &hashes[one]);
        let (winner, loser) = usher.overtake(join(won), join(lost), SIGN_UP).await;
        winner.expect(200);
        loser.expect(400);
        let token = usher.token(guest).await;
        assert!(usher.role(&token, &workspaces[won]).await.is_some());
        assert!(usher.role(&token, &workspaces[lost]).await.is_none());
        // The other link still works, for the account that the person has now.
        usher.accept(&token, &hashes[lost]).await.expect(200);
        assert!(usher.role(&token, &workspaces[lost]).await.is_some());
        let teams = [usher.team(&founders[0].token).await, usher.team(&founders[1].token).await];
        assert!(teams[won].contains_key(guest) && !teams[lost].contains_key(guest), "{teams:?}");
    }
}

#[tokio::test]
async fn of_two_verifications_of_a_code_only_the_first_makes_an_account() {
    let usher = &Endpoint::with(&[Need::Calls]).await;
    let email = &usher.address("grace");
    let form = json!({ "email": email, "password": PASSWORD, "firstname": "Grace", "lastname": "Twice" });
    usher.post_open("/idp/api/v1/user/sign-up", form).await.expect(200);
    let otp = &usher.mail(email, 1).await.code();
    let (first, second) = usher.overtake(verify(usher, email, otp), verify(usher, email, otp), VERIFICATION).await;
    first.expect(200);
    second.datagol_error(400, "INVALID_OTP");
    let team: Value = usher.get("/idp/api/v1/team", &usher.token(email).await).await.expect(200).json();
    assert_eq!(team.as_array().map(Vec::len), Some(1), "{team}");
}
