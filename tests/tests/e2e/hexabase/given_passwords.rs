//! Tests of guest accounts, which an administrator creates with a temporary password: `no_confirm_email` with
//! `tmp_password`.

use serde_json::{Value, json};
use tests::{Endpoint, HeldCall, Need, PASSWORD};

use super::world::{LOGIN, World};

#[tokio::test]
async fn a_temporary_password_works_until_a_sign_up_by_mail_replaces_it_and_ends_its_sessions() {
    let world = World::new().await;
    let grace = world.usher.address("grace");
    let given = "Given12#$";
    let with = json!({ "no_confirm_email": true, "tmp_password": given, "username": "Grace" });
    let result = world.added(&grace, with.clone()).await;
    assert!(world.usher.mails(&grace).await.is_empty());
    let answer = world.log_in(json!({ "email": grace, "password": given })).await;
    let old = answer["token"].as_str().unwrap().to_owned();
    assert_eq!(world.usher.role(&old, &world.workspace).await.as_deref(), Some("VIEWER"));
    let confirmed = async || {
        let members = world.usher.hexabase_members(&world.ada.token, &world.workspace).await;
        members.iter().find(|member| member["email"] == grace).unwrap()["confirmed"].clone()
    };
    assert_eq!(confirmed().await, false);
    // An inviter can give an account a temporary password only once.
    let again = world.added(&grace, with).await;
    assert_eq!([&again["added"], &again["exists"], &again["user_profile"]["confirmed"]], [false, false, false]);

    let stats = world.mail_again(json!([{ "email": grace }])).await;
    assert_eq!(stats, json!([{ "email": grace, "stats": 200 }]));
    let hash = world.usher.mail(&grace, 1).await.hash();
    let form = json!({ "confirmation_id": hash, "email": grace, "password": PASSWORD });
    let answer = world.usher.post_open("/api/v0/users/registration/confirm", form.clone()).await.expect(200).json();
    let new = answer["token"].as_str().unwrap().to_owned();
    world.usher.post_open("/api/v0/users/registration/confirm", form).await.expect(410);
    world.usher.get("/api/v0/workspaces", &old).await.hexabase_error(401, "INVALID_TOKEN");
    world.usher.post_open(LOGIN, json!({ "email": grace, "password": given })).await.expect(401);
    let id = world.usher.hexabase_id(&world.ada.token, &world.workspace, &grace).await;
    assert_eq!(result["user_profile"]["u_id"], id);
    assert_eq!(world.usher.role(&new, &world.workspace).await.as_deref(), Some("VIEWER"));
    let again = world.added(&grace, json!({})).await;
    assert_eq!([&again["exists"], &again["user_profile"]["confirmed"]], [true, true]);
    assert_eq!(confirmed().await, true);
}

#[tokio::test]
async fn a_temporary_password_is_replaced_by_another() {
    let world = World::new().await;
    let grace = world.usher.address("grace");
    let given = "Given12#$";
    world.added(&grace, json!({ "no_confirm_email": true, "tmp_password": given })).await;
    let token = world.log_in(json!({ "email": grace, "password": given })).await["token"].as_str().unwrap().to_owned();
    for (new, status) in [(given, 400), (PASSWORD, 200), (PASSWORD, 400)] {
        let body = json!({ "old_password": given, "new_password": new, "confirm_password": new });
        world.usher.send("PUT", "/api/v0/users/password", Some(&token), Some(body)).await.expect(status);
        let password = if new == given { given } else { PASSWORD };
        let answer = world.log_in(json!({ "email": grace, "password": password })).await;
        assert_eq!(answer.get("must_change_password").is_some(), password == given);
    }
    // A password that the person chose may be given again as the new password.
    let body = json!({ "old_password": PASSWORD, "new_password": PASSWORD, "confirm_password": PASSWORD });
    world.usher.send("PUT", "/api/v0/users/password", Some(&token), Some(body)).await.expect(200);
}

#[tokio::test]
async fn an_exclusive_user_with_a_temporary_password_belongs_to_no_other_workspace_either() {
    let world = World::new().await;
    let usher = &world.usher;
    let (grace, alan) = (usher.address("grace"), usher.address("alan"));
    let with = json!({ "no_confirm_email": true, "tmp_password": "Given12#$" });
    let mut exclusively = with.clone();
    exclusively["exclusive_w_id"] = json!(world.workspace);
    world.added(&grace, exclusively).await;
    world.added(&alan, with).await;
    let other = usher.workspace(&world.ada.token, "Other").await;
    usher.invite(&world.ada.token, &other, &[(grace.as_str(), "VIEWER")]).await.expect(200);
    // A member of a workspace can't be restricted to another workspace only.
    usher.post(&format!("/api/v0/workspaces/{other}/select"), &world.ada.token, json!({})).await.expect(200);
    let row = json!({ "email": alan, "g_id": usher.top_group(&world.ada.token).await, "exclusive_w_id": other });
    let path = format!("/api/v0/workspaces/{other}/users");
    let answer = usher.post(&path, &world.ada.token, json!({ "users": [row] })).await.expect(200).json();
    assert_eq!(answer["errors"], json!(null), "{answer}");
    for address in [&grace, &alan] {
        usher
            .sign_up_by_invitation(address, &usher.mail(address, 1).await.hash())
            .await
            .datagol_error(400, "EXCLUSIVE_USER");
    }
    // The links that verify the guests' addresses lead to workspaces of which the guests are members already.
    usher
        .post(&format!("/api/v0/workspaces/{}/select", world.workspace), &world.ada.token, json!({}))
        .await
        .expect(200);
    world.mail_again(json!([{ "email": grace }, { "email": alan }])).await;
    for (address, exclusive_to) in [(&grace, json!(world.workspace)), (&alan, Value::Null)] {
        usher.sign_up_by_invitation(address, &usher.mail(address, 2).await.hash()).await.expect(200);
        let body = json!({ "email": address, "password": PASSWORD, "exclusive_w_id": exclusive_to });
        let token = world.log_in(body).await["token"].as_str().unwrap().to_owned();
        assert_eq!(usher.role(&token, &world.workspace).await.as_deref(), Some("VIEWER"));
        assert_eq!(usher.role(&token, &other).await, None);
    }
}

#[tokio::test]
async fn a_temporary_password_takes_no_address_from_its_owner() {
    let world = World::new().await;
    let grace = world.usher.address("grace");
    let given = "Given12#$";
    let added = world.added(&grace, json!({ "no_confirm_email": true, "tmp_password": given })).await;
    let old = world.log_in(json!({ "email": grace, "password": given })).await["token"].as_str().unwrap().to_owned();
    let form = json!({ "email": grace, "password": PASSWORD, "firstname": "Grace", "lastname": "Hopper" });
    world.usher.post_open("/idp/api/v1/user/sign-up", form).await.expect(200);
    let otp = world.usher.mail(&grace, 1).await.code();
    let body = json!({ "email": grace, "otp": otp });
    world.usher.post_open("/idp/api/v1/user/signUp/verifyEmailOtp", body).await.expect(200);
    world.usher.get("/api/v0/workspaces", &old).await.hexabase_error(401, "INVALID_TOKEN");
    world.usher.post_open(LOGIN, json!({ "email": grace, "password": given })).await.expect(401);
    let answer = world.log_in(json!({ "email": grace, "password": PASSWORD })).await;
    assert!(answer.get("must_change_password").is_none());
    // The guest keeps the memberships, and has founded a company of their own now.
    let new = answer["token"].as_str().unwrap();
    assert_eq!(world.usher.role(new, &world.workspace).await.as_deref(), Some("VIEWER"));
    let members = world.usher.hexabase_members(&world.ada.token, &world.workspace).await;
    let member = members.iter().find(|member| member["email"] == grace).unwrap();
    assert_eq!([&member["u_id"], &member["confirmed"]], [&added["user_profile"]["u_id"], &json!(true)]);
    assert!(!world.usher.team(&world.ada.token).await.contains_key(&grace));
    assert!(world.usher.team(new).await.contains_key(&grace));
    // An inviter can't give a temporary password to an address that has an account.
    let eve = world.usher.founder("eve").await;
    let refusal = world.refusal(&eve.email, json!({ "no_confirm_email": true, "tmp_password": given })).await;
    assert_eq!(refusal["message"], "InternalServerError");
}

#[tokio::test]
async fn a_sign_up_by_another_companys_link_keeps_the_memberships_of_a_temporary_password() {
    let world = World::new().await;
    let usher = &world.usher;
    let grace = usher.address("grace");
    world.added(&grace, json!({ "no_confirm_email": true, "tmp_password": "Given12#$" })).await;
    let eve = usher.founder("eve").await;
    let others = usher.workspace(&eve.token, "Others").await;
    usher.invite(&eve.token, &others, &[(grace.as_str(), "EDITOR")]).await.expect(200);
    let hash = usher.mail(&grace, 1).await.hash();
    usher.sign_up_by_invitation(&grace, &hash).await.expect(200);
    world.usher.post_open(LOGIN, json!({ "email": grace, "password": "Given12#$" })).await.expect(401);
    let token = usher.token(&grace).await;
    assert_eq!(usher.role(&token, &others).await.as_deref(), Some("EDITOR"));
    assert_eq!(usher.role(&token, &world.workspace).await.as_deref(), Some("VIEWER"));
    assert!(usher.team(&eve.token).await.contains_key(&grace));
    assert!(!usher.team(&world.ada.token).await.contains_key(&grace));
    let again = usher.invite(&world.ada.token, &world.workspace, &[(grace.as_str(), "VIEWER")]).await.expect(400);
    assert_eq!(again.row_statuses(), ["alreadyMember"]);
}

#[tokio::test]
async fn a_temporary_password_accepts_no_invitation() {
    let world = World::new().await;
    let usher = &world.usher;
    let grace = usher.address("grace");
    let given = "Given12#$";
    let eve = usher.founder("eve").await;
    let others = usher.workspace(&eve.token, "Others").await;
    let own = usher.workspace(&world.ada.token, "Another").await;
    for (count, (token, workspace)) in [(&eve.token, &others), (&world.ada.token, &own)].into_iter().enumerate() {
        usher.invite(token, workspace, &[(grace.as_str(), "EDITOR")]).await.expect(200);
        let hash = usher.mail(&grace, count + 1).await.hash();
        if count == 0 {
            world.added(&grace, json!({ "no_confirm_email": true, "tmp_password": given })).await;
        }
        let token = world.log_in(json!({ "email": grace, "password": given })).await["token"].clone();
        usher.accept(token.as_str().unwrap(), &hash).await.problem(403, "address_not_proved");
        let form = [("hash", hash.as_str()), ("type", "WORK_SPACE"), ("password", given)];
        usher.read(usher.request("POST", "/invitation").form(&form)).await.expect(403);
        assert_eq!(usher.role(token.as_str().unwrap(), workspace).await, None);
    }
}

#[tokio::test]
async fn a_temporary_password_and_a_sign_up_by_the_link_end_in_one_account() {
    for link_is_first in [true, false] {
        let world = World::on(Endpoint::with(&[Need::Calls]).await).await;
        let grace = world.usher.address("grace");
        world.added(&grace, json!({})).await;
        let hash = world.usher.mail(&grace, 1).await.hash();
        let user = json!({
            "email": grace, "g_id": world.top, "no_confirm_email": true, "tmp_password": "Given12#$",
        });
        let form = json!({ "confirmation_id": hash, "email": grace, "password": PASSWORD });
        let by_link = world.usher.post_open("/api/v0/users/registration/confirm", form);
        let add = world.add(json!([user]));
        let (joined, added) = if link_is_first {
            // The first transaction of the inviting request reserves the daily quota.
            world.usher.overtake(by_link, add, HeldCall::write_after("invite-users", 1)).await
        } else {
            let (added, joined) = world.usher.overtake(add, by_link, HeldCall::write("confirm-registration")).await;
            (joined, added)
        };
        let by_link = world.usher.post_open(LOGIN, json!({ "email": grace, "password": PASSWORD })).await;
        let by_given = world.usher.post_open(LOGIN, json!({ "email": grace, "password": "Given12#$" })).await;
        let statuses = [joined.status, by_link.status, by_given.status].map(|status| status.as_u16());
        assert_eq!(statuses, if link_is_first { [200, 200, 401] } else { [410, 401, 200] }, "{added}");
    }
}
