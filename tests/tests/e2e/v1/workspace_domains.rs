//! Tests of the routes below `/v1/workspace-domains`, and of joining a workspace by the mail domain of an address.

use serde_json::json;

use tests::Need;

use super::{World, found, text};

#[tokio::test]
async fn a_person_who_verifies_an_address_of_the_domain_founds_a_company_and_joins_the_workspace() {
    let world = World::new().await;
    let (usher, ada) = (&world.usher, &world.ada);
    let under = |parent: &str| usher.domain("ours").replace("example", parent);
    let (typed, unicode, domain) = (under("Bücher.Example"), under("bücher.example"), under("xn--bcher-kva.example"));
    let body = json!({ "domain": typed, "role": "owner", "workspaceId": world.workspace });
    let added = usher.dock_post(&ada.token, "workspace-domains", body.clone()).await["workspaceDomain"].clone();
    assert_eq!((&added["domain"], &added["workspaceId"]), (&json!(domain), &json!(world.workspace)));
    // Adding the domain again returns the existing one.
    assert_eq!(usher.dock_post(&ada.token, "workspace-domains", body).await["workspaceDomain"], added);

    let first = found(usher, &format!("dora@{domain}")).await;
    assert_eq!(usher.role(&first, &world.id).await.as_deref(), Some("ADMIN"));
    let path = format!("workspace-domains/{}", text(&added["id"]));
    let changed = usher.dock_patch(&ada.token, &path, json!({ "role": "editor" })).await.expect(200).json();
    assert_eq!(changed["data"]["workspaceDomain"]["role"], "editor");
    let listed = usher.dock_get(&ada.token, "workspace-domains").await;
    assert_eq!(listed["workspaceDomains"], json!([changed["data"]["workspaceDomain"]]));
    assert_eq!(listed["pageInfo"]["total"], 1);

    // A pending invitation ends in the membership.
    let emil = format!("emil@{unicode}");
    world.add(&emil, "viewer").await;
    let second = found_after_invitation(&world, &emil, &format!("emil@{domain}")).await;
    assert_eq!(usher.role(&first, &world.id).await.as_deref(), Some("ADMIN"));
    assert_eq!(usher.role(&second, &world.id).await.as_deref(), Some("EDITOR"));
    // An invitation to a higher role stays pending until its link is used.
    let mailbox = &format!("fritz@{domain}");
    world.add(mailbox, "owner").await;
    let hash = usher.mail(mailbox, 1).await.hash();
    let third = found_after_invitation(&world, mailbox, mailbox).await;
    assert_eq!(usher.role(&third, &world.id).await, None);
    usher.accept(&third, &hash).await.expect(200);
    assert_eq!(usher.role(&third, &world.id).await.as_deref(), Some("ADMIN"));
    // The person who joined has founded a company of their own, and the workspace belongs to another company.
    usher.get("/v1/workspaces", &second).await.expect(200);
    assert_eq!(usher.dock_get(&second, "workspaces").await["pageInfo"]["total"], 0);
    // A sub-domain is another domain.
    let other = found(usher, &format!("dora@sub.{domain}")).await;
    assert_eq!(usher.role(&other, &world.id).await, None);
    // Dora is an ADMIN of the workspace too, so ada may leave the workspace.
    let own = format!("/v1/workspace-users/{}", world.id_of(&ada.email).await);
    usher.send("DELETE", &own, Some(&ada.token), None).await.expect(200);
}

#[tokio::test]
async fn nobody_joins_by_a_domain_rule_whose_author_lost_the_right_to_invite() {
    let world = World::new().await;
    let (usher, ada) = (&world.usher, &world.ada);
    let accounts = "/idp/api/v1/company/serviceAccount";
    let robot = json!({ "name": "robot", "role": "ACCOUNT_ADMIN" });
    let robot = usher.post(accounts, &ada.token, robot).await.expect(200).json();
    let domain = usher.domain("stands");
    let body = json!({ "domain": domain, "role": "editor", "workspaceId": world.workspace });
    let rule = usher.dock_post(&text(&robot["token"]), "workspace-domains", body).await["workspaceDomain"].clone();
    let joined = async |name: &str| {
        let token = found(usher, &format!("{name}@{domain}")).await;
        usher.role(&token, &world.id).await
    };
    assert_eq!(joined("first").await.as_deref(), Some("EDITOR"));
    let robot = format!("{accounts}/{}", text(&robot["id"]));
    usher.send("DELETE", &robot, Some(&ada.token), None).await.expect(200);
    assert_eq!(joined("second").await, None);
    let path = format!("workspace-domains/{}", text(&rule["id"]));
    usher.dock_patch(&ada.token, &path, json!({ "role": "editor" })).await.expect(200);
    assert_eq!(joined("third").await.as_deref(), Some("EDITOR"));
}

#[tokio::test]
async fn nobody_joins_by_a_domain_while_its_codes_are_being_guessed() {
    let world = World::with(&[Need::Clock]).await;
    let (usher, ada) = (&world.usher, &world.ada);
    let body = json!({ "domain": "guessed.example", "role": "viewer", "workspaceId": world.workspace });
    usher.dock_post(&ada.token, "workspace-domains", body).await;
    let guess = async |n: u32| {
        let body = json!({ "email": format!("guess{}@guessed.example", n / 5), "otp": "000000" });
        usher.post_open("/idp/api/v1/user/signUp/verifyEmailOtp", body).await.expect(400);
    };
    for n in 0..99 {
        guess(n).await;
    }
    let joined = async |name: &str| {
        let token = found(usher, &format!("{name}@guessed.example")).await;
        usher.role(&token, &world.id).await
    };
    assert_eq!(joined("first").await.as_deref(), Some("VIEWER"));
    guess(99).await;
    assert_eq!(joined("second").await, None);
    usher.advance(24 * 3600).await;
    assert_eq!(joined("third").await.as_deref(), Some("VIEWER"));
}

async fn found_after_invitation(world: &World, email: &str, mailbox: &str) -> String {
    let usher = &world.usher;
    usher.mail(mailbox, 1).await;
    let body = json!({ "email": email, "password": tests::PASSWORD, "firstname": "Emil", "lastname": "Domain" });
    usher.post_open("/idp/api/v1/user/sign-up", body).await.expect(200);
    let otp = usher.mail(mailbox, 2).await.code();
    let body = json!({ "email": email, "otp": otp });
    usher.post_open("/idp/api/v1/user/signUp/verifyEmailOtp", body).await.expect(200);
    usher.token(email).await
}

#[tokio::test]
async fn at_most_twenty_workspaces_are_joined() {
    let world = World::new().await;
    let (usher, ada) = (&world.usher, &world.ada);
    for n in 0..21 {
        let made = usher.dock_post(&ada.token, "workspaces", json!({ "name": format!("W{n}") })).await;
        let body = json!({ "domain": usher.domain("many"), "role": "viewer", "workspaceId": made["workspace"]["id"] });
        usher.dock_post(&ada.token, "workspace-domains", body).await;
    }
    let dora = found(usher, &format!("dora@{}", usher.domain("many"))).await;
    let joined = usher.get("/noCo/api/v2/workspaces", &dora).await.expect(200).json();
    assert_eq!(joined.as_array().map(Vec::len), Some(20));
}

#[tokio::test]
async fn a_public_mail_domain_and_a_malformed_domain_are_refused() {
    let World { usher, ada, workspace, .. } = World::new().await;
    for domain in ["gmail.com", "OUTLOOK.com", "a@b.example", "localhost", "", "x y.example"] {
        let body = json!({ "domain": domain, "role": "viewer", "workspaceId": workspace });
        usher.post("/v1/workspace-domains", &ada.token, body).await.dock_error(400, "BAD_REQUEST");
    }
    let body = json!({ "domain": "ours.example", "role": "viewer", "workspaceId": "AAAAAAAAAAAA" });
    usher.post("/v1/workspace-domains", &ada.token, body).await.dock_error(404, "NOT_FOUND");
    usher
        .dock_patch(&ada.token, "workspace-domains/AAAAAAAAAAAA", json!({ "role": "viewer" }))
        .await
        .dock_error(404, "NOT_FOUND");
    assert_eq!(usher.dock_get(&ada.token, "workspace-domains").await["pageInfo"]["pages"], 0);
}
