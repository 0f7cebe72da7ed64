//! Tests of POST /api/v0/users, POST /api/v0/workspaces/{workspaceId}/users and POST /api/v0/userinvite.

use serde_json::{Value, json};
use tests::{Endpoint, HeldCall, PASSWORD};

use super::world::{LOGIN, World};

const PICTURE: &str = "https://storage.googleapis.com/linker/pub/default.png";

/// The request in Hexabase's document, with ids, addresses and texts filled in.
#[expect(clippy::too_many_lines, reason = "the vendor's document in full: its request and its response")]
#[tokio::test]
async fn the_documents_request_is_answered_as_printed() {
    let world = World::new().await;
    let (first, second) = (world.usher.address("first"), world.usher.address("second"));
    let template = world.usher.mail_template(&world.ada.token, "Welcome to {{workspaceName}}").await;
    let own = world.usher.hexabase_id(&world.ada.token, &world.workspace, &world.ada.email).await;
    let code = format!("code-{}", &world.workspace[..8]);
    let answer = world
        .add(json!([
            {
                "email": first,
                "g_id": world.top,
                "username": "Grace",
                "send_password_to_email": true,
                "sender_address": "hr@example.com",
                "conf_email_template_id": template,
                "confirm_email_ack": true,
                "exclusive_w_id": world.workspace,
                "user_code": code,
            },
            {
                "email": second,
                "g_id": world.top,
                "username": "Charles",
                "no_confirm_email": true,
                "tmp_password": PASSWORD,
                "invitor_id": own,
                "confirm_email_ack": false,
            },
        ]))
        .await;
    let [one, other] = [0, 1].map(|world| answer["result"][world]["user_profile"]["u_id"].clone());
    let expected = json!({
        "errors": null,
        "result": [
            {
                "added": true,
                "exists": false,
                "user_profile": {
                    "confirmed": false,
                    "email": first,
                    "email_sent": true,
                    "profile_pics": [{ "mediaLink": PICTURE }],
                    "u_id": one,
                    "username": "Grace",
                    "user_code": code,
                },
            },
            {
                "added": true,
                "exists": false,
                "user_profile": {
                    "confirmed": false,
                    "email": second,
                    "email_sent": false,
                    "profile_pics": [{ "mediaLink": PICTURE }],
                    "u_id": other,
                    "username": "Charles",
                },
            },
        ],
    });
    assert_eq!(answer, expected);

    // The mail has the company's text and the chosen sender.
    let mail = world.usher.mail(&first, 1).await;
    assert_eq!([mail.from.as_str(), mail.subject.as_str()], ["hr@example.com", "Welcome to Project Alpha"]);
    assert!(mail.text.starts_with("Dear Grace, go to http"), "{}", mail.text);
    let form = json!({ "confirmation_id": mail.hash(), "email": first, "password": PASSWORD });
    world.usher.post_open("/api/v0/users/registration/confirm", form).await.expect(200);
    let ack = world.usher.mail(&first, 2).await;
    assert_eq!(ack.subject, "Your registration is complete");
    // A user who belongs to one workspace only logs in with the workspace's id and a user code.
    let wrong = json!({ "user_code": code, "password": PASSWORD });
    world.usher.post_open(LOGIN, wrong).await.hexabase_error(401, "INVALID_CREDENTIALS");
    let body = json!({ "user_code": code, "password": PASSWORD, "exclusive_w_id": world.workspace });
    let token = world.log_in(body).await["token"].as_str().unwrap().to_owned();
    let answer = world.usher.post("/noCo/api/v2/workspaces", &token, json!({ "name": "Own" })).await;
    answer.datagol_error(403, "EXCLUSIVE_USER");
    // The other added person logs in with the temporary password.
    let answer = world.log_in(json!({ "email": second, "password": PASSWORD })).await;
    assert_eq!(answer["must_change_password"], true);
    assert_eq!(world.usher.role(answer["token"].as_str().unwrap(), &world.workspace).await.as_deref(), Some("VIEWER"));
}

#[tokio::test]
async fn a_person_of_the_workspace_is_reported_as_existing_and_not_changed() {
    let world = World::new().await;
    let bob = world.usher.member(&world.ada.token, &world.workspace, "bob", "EDITOR").await;
    let result = world.added(&bob.email, json!({ "username": "Robert" })).await;
    assert_eq!([&result["added"], &result["exists"]], [false, true]);
    let profile = &result["user_profile"];
    assert_eq!([&profile["confirmed"], &profile["email_sent"]], [true, false]);
    assert_eq!(world.usher.role(&bob.token, &world.workspace).await.as_deref(), Some("EDITOR"));
    let group = world.usher.group(&world.ada.token, &world.top, "Sales").await;
    let result = world.added(&bob.email, json!({ "g_id": group })).await;
    assert_eq!([&result["added"], &result["exists"]], [true, true]);
}

#[tokio::test]
async fn the_people_reported_as_added_are_the_people_listed_afterwards() {
    let world = World::new().await;
    let other = world.usher.workspace(&world.ada.token, "Beta").await;
    let colleague = world.usher.member(&world.ada.token, &other, "colleague", "VIEWER").await.email;
    let [gone, new, given] = ["gone", "new", "given"].map(|name| world.usher.address(name));
    let before = world.added(&gone, json!({})).await["user_profile"].clone();
    let body = json!({ "g_id": world.top, "u_id": before["u_id"], "w_id": world.workspace });
    world.usher.send("DELETE", "/api/v0/users", Some(&world.ada.token), Some(body)).await.expect(200);
    let code = format!("code-{}", &world.workspace[..8]);
    let answer = world
        .add(json!([
            { "email": gone, "g_id": world.top, "username": "Jo" },
            { "email": new, "g_id": world.top, "username": "Jo", "user_code": code },
            { "email": given, "g_id": world.top, "no_confirm_email": true, "tmp_password": PASSWORD },
            { "email": colleague, "g_id": world.top, "username": "Jo" },
        ]))
        .await;
    assert_eq!(answer["errors"], json!(null), "{answer}");
    let listed = world.usher.get(&format!("{}?limit=100", world.path()), &world.ada.token).await.expect(200).json();
    for added in answer["result"].as_array().unwrap() {
        let added = &added["user_profile"];
        let listed = listed["members"].as_array().unwrap().iter().find(|member| member["email"] == added["email"]);
        for field in ["u_id", "username", "confirmed", "email_sent", "user_code"] {
            assert_eq!(added[field], listed.unwrap()[field], "{field} of {added}");
        }
    }
    assert_eq!(answer["result"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn one_user_is_added_to_the_current_workspace() {
    let world = World::new().await;
    let grace = world.usher.address("grace");
    let body = json!({ "email": grace, "g_id": world.top, "sender_name": "Zoë" });
    let result = world.usher.post("/api/v0/users", &world.ada.token, body.clone()).await.expect(200).json();
    assert_eq!([&result["added"], &result["user_profile"]["email"]], [&json!(true), &json!(grace)]);
    assert_eq!(world.usher.mail(&grace, 1).await.from, "=?UTF-8?B?Wm/Dqw==?= <usher@example.com>");
    let bob = world.usher.member(&world.ada.token, &world.workspace, "bob", "VIEWER").await;
    let answer = world.usher.post("/api/v0/users", &bob.token, body).await.hexabase_error(403, "FORBIDDEN").json();
    assert_eq!(answer["message"], "not admin or group admin to workspace with given workspace_id");
    for body in [json!({}), json!({ "email": grace }), json!({ "g_id": world.top }), json!({ "email": 1, "g_id": 2 })] {
        world.usher.post("/api/v0/users", &world.ada.token, body).await.hexabase_error(400, "INVALID_PARAMS");
    }
}

#[tokio::test]
async fn without_authority_there_is_one_entry_for_each_address() {
    let world = World::new().await;
    let bob = world.usher.member(&world.ada.token, &world.workspace, "bob", "VIEWER").await;
    let user = json!({ "email": "a@example.com", "g_id": world.top, "user_code": "A" });
    let users = json!({ "users": [user, { "email": "b@example.com", "g_id": world.top }] });
    let answer = world.usher.post(&world.path(), &bob.token, users.clone()).await.expect(200).json();
    let message = "not admin or group admin to workspace with given workspace_id";
    let errors = json!([
        { "email": "a@example.com", "message": message, "user_code": "A" },
        { "email": "b@example.com", "message": message },
    ]);
    assert_eq!(answer, json!({ "errors": errors, "result": [] }));
    let eve = world.usher.founder("eve").await;
    world.usher.post(&world.path(), &eve.token, users).await.hexabase_error(400, "INVALID_PARAMS");
}

#[tokio::test]
async fn one_bad_entry_is_an_internal_server_error_and_stops_no_other() {
    let world = World::new().await;
    let good = world.usher.address("good");
    for with in [
        json!({ "user_code": "a b" }),
        json!({ "username": 1 }),
        json!({ "sender_address": "hr@elsewhere.example" }),
        json!({ "conf_email_template_id": world.workspace }),
        json!({ "conf_email_template_id": "x" }),
        json!({ "invitor_id": world.workspace }),
        json!({ "exclusive_w_id": world.top }),
        json!({ "no_confirm_email": true, "tmp_password": "weak" }),
        json!({ "no_confirm_email": "yes" }),
        json!({ "email": "grace" }),
    ] {
        let refusal = world.refusal(&world.usher.address("bad"), with.clone()).await;
        assert_eq!(refusal["message"], "InternalServerError", "{with}");
    }
    let users = json!([{ "email": "bad", "g_id": world.top }, { "email": good, "g_id": world.top }]);
    let answer = world.add(users).await;
    assert_eq!(answer["errors"], json!([{ "email": "bad", "message": "InternalServerError" }]));
    assert_eq!(answer["result"][0]["user_profile"]["email"], good);
    let unknown = world.refusal(&good, json!({ "g_id": world.workspace })).await;
    assert_eq!(unknown["message"], "not admin or group admin to workspace with given workspace_id");
    for users in [json!(null), json!([]), json!([{ "email": good }]), json!([{ "g_id": world.top }]), json!(["x"])] {
        let answer = world.usher.post(&world.path(), &world.ada.token, json!({ "users": users })).await;
        answer.hexabase_error(400, "INVALID_PARAMS");
    }
}

#[tokio::test]
async fn above_the_limit_of_users_or_of_passwords_nothing_is_written() {
    let world = World::on(Endpoint::own(&[("MAX_USERS_PER_REQUEST", "201")]).await).await;
    let user = |at: usize| json!({ "email": world.usher.address(&format!("p{at}")), "g_id": world.top });
    let with_password = |at| {
        let mut user = user(at);
        (user["no_confirm_email"], user["tmp_password"]) = (json!(true), json!(PASSWORD));
        user
    };
    let limit = json!({ "error": "the maximum registration limit has been exceeded", "error_code": "INVALID_PARAMS" });
    let many: [Vec<Value>; 2] = [(0..202).map(user).collect(), (0..201).map(with_password).collect()];
    for users in many {
        let answer = world.usher.post(&world.path(), &world.ada.token, json!({ "users": users })).await.expect(400);
        assert_eq!(answer.json(), limit);
    }
    assert_eq!(world.usher.hexabase_members(&world.ada.token, &world.workspace).await.len(), 1);
    world.usher.stop().await;
}

#[tokio::test]
async fn a_code_is_given_to_one_address_only() {
    let world = World::on(Endpoint::start().await).await;
    let code = format!("race-{}", &world.workspace[..8]);
    let user = |name: &str| json!([{ "email": world.usher.address(name), "g_id": world.top, "user_code": code }]);
    // Before the transaction that reserves the daily quota, all requests have read that the user code is free.
    let requests = ["one", "two", "three"].map(|name| world.add(user(name)));
    let answers = world.usher.together(requests, HeldCall::write("invite-users")).await;
    let added: Vec<_> = answers.iter().filter(|answer| answer["errors"] == json!(null)).collect();
    assert_eq!(added.len(), 1, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer["errors"] != json!(null)) {
        assert_eq!(
            [&answer["errors"][0]["message"], &answer["errors"][0]["user_code"]],
            ["InternalServerError", &code]
        );
    }
}

#[tokio::test]
async fn several_people_share_an_address_by_their_codes() {
    let world = World::new().await;
    let shared = world.usher.address("shared");
    let codes = ["A", "B"].map(|letter| format!("{letter}#{}", &world.workspace[..8]));
    let users = json!([
        { "email": shared, "g_id": world.top },
        { "email": shared, "g_id": world.top, "user_code": codes[0] },
        { "email": shared.to_uppercase(), "g_id": world.top, "user_code": codes[1] },
        { "email": shared, "g_id": world.top, "user_code": codes[1] },
    ]);
    let answer = world.add(users).await;
    assert_eq!(answer["result"].as_array().map(Vec::len), Some(3), "{answer}");
    assert_eq!(answer["errors"][0]["user_code"], codes[1]);
    world.usher.mail(&shared, 3).await;
    let mails = world.usher.mails(&shared).await;
    let mut registered = 0;
    for mail in mails {
        let form = json!({ "confirmation_id": mail.hash(), "email": shared, "password": PASSWORD });
        world.usher.post_open("/api/v0/users/registration/confirm", form).await.expect(200);
        registered += 1;
    }
    assert_eq!(registered, 3);
    let mut ids = Vec::new();
    for body in [json!({ "email": shared }), json!({ "user_code": codes[0] }), json!({ "user_code": codes[1] })] {
        let mut body = body;
        body["password"] = json!(PASSWORD);
        let token = world.log_in(body).await["token"].as_str().unwrap().to_owned();
        ids.push(world.usher.get("/idp/api/v1/user", &token).await.expect(200).json()["id"].to_string());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn people_of_the_workspace_are_mailed_again_and_nobody_else() {
    let world = World::new().await;
    let bob = world.usher.member(&world.ada.token, &world.workspace, "bob", "EDITOR").await;
    let (later, nobody) = (world.usher.address("later"), world.usher.address("nobody"));
    let result = world.added(&later, json!({ "no_confirm_email": true })).await;
    assert_eq!(result["user_profile"]["email_sent"], false);
    let users = json!([{ "email": later }, { "email": nobody }, { "email": bob.email }, { "email": "x" }]);
    let stats = world.mail_again(users).await;
    let stats: Vec<_> = stats.as_array().unwrap().iter().map(|one| one["stats"].as_u64().unwrap()).collect();
    assert_eq!(stats, [200, 400, 200, 400]);
    let hash = world.usher.mail(&later, 1).await.hash();
    world.usher.sign_up_by_invitation(&later, &hash).await.expect(200);
    assert!(world.usher.mails(&nobody).await.is_empty());
    for body in [json!({}), json!({ "users": [{}] }), json!({ "users": [] })] {
        world.usher.post("/api/v0/userinvite", &world.ada.token, body).await.hexabase_error(400, "INVALID_PARAMS");
    }
}

#[tokio::test]
async fn a_new_person_s_letter_says_that_their_account_is_ready_and_holds_no_password() {
    let world = World::new().await;
    let grace = world.usher.address("grace");
    world.added(&grace, json!({ "send_password_to_email": true, "tmp_password": PASSWORD })).await;
    let mail = world.usher.mail(&grace, 1).await;
    assert_eq!(mail.subject, "Your account for Project Alpha is ready");
    assert!(!mail.text.contains(PASSWORD) && !mail.html.contains(PASSWORD));
    world.usher.sign_up_by_invitation(&grace, &mail.hash()).await.expect(200);
}

#[tokio::test]
async fn an_exclusive_user_belongs_to_no_other_workspace() {
    let world = World::new().await;
    let usher = &world.usher;
    let grace = usher.address("grace");
    world.added(&grace, json!({ "exclusive_w_id": world.workspace })).await;
    usher.sign_up_by_invitation(&grace, &usher.mail(&grace, 1).await.hash()).await.expect(200);
    let other = usher.workspace(&world.ada.token, "Other").await;
    // A user who belongs to one workspace only can't be added to another workspace, can't use another company's link,
    // and can't administer a group of another workspace.
    let answer = usher.invite(&world.ada.token, &other, &[(grace.as_str(), "VIEWER")]).await;
    assert_eq!(answer.row_statuses(), ["invalid"], "{}", answer.text);
    let eve = usher.founder("eve").await;
    let theirs = usher.workspace(&eve.token, "Theirs").await;
    usher.invite(&eve.token, &theirs, &[(grace.as_str(), "VIEWER")]).await.expect(200);
    let body = json!({ "email": grace, "password": PASSWORD, "exclusive_w_id": world.workspace });
    let token = world.log_in(body).await["token"].as_str().unwrap().to_owned();
    usher.accept(&token, &usher.mail(&grace, 2).await.hash()).await.problem(409, "exclusive_user");
    let id = usher.hexabase_id(&world.ada.token, &world.workspace, &grace).await;
    usher.post(&format!("/api/v0/workspaces/{other}/select"), &world.ada.token, json!({})).await.expect(200);
    let admin = format!("/api/v0/groups/{}/admins/{id}", usher.top_group(&world.ada.token).await);
    usher.send("PUT", &admin, Some(&world.ada.token), None).await.hexabase_error(409, "EXCLUSIVE_USER");
    assert_eq!(usher.role(&token, &other).await, None);
    assert_eq!(usher.role(&token, &world.workspace).await.as_deref(), Some("VIEWER"));
}

#[tokio::test]
async fn nobody_is_mailed_again_when_there_is_to_be_no_mail() {
    let world = World::new().await;
    let usher = &world.usher;
    let (grace, nobody) = (usher.address("grace"), usher.address("nobody"));
    world.added(&grace, json!({ "no_confirm_email": true })).await;
    let users = json!([{ "email": grace }, { "email": world.ada.email }, { "email": nobody }]);
    let body = json!({ "users": users, "no_confirm_email": true });
    let stats = usher.post("/api/v0/userinvite", &world.ada.token, body).await.expect(200).json();
    assert_eq!(stats.as_array().unwrap().iter().map(|one| &one["stats"]).collect::<Vec<_>>(), [200, 200, 400]);
    usher.mail_all().await;
    assert!(usher.mails(&grace).await.is_empty());
    world.mail_again(json!([{ "email": grace }])).await;
    usher.mail(&grace, 1).await;
}

#[tokio::test]
async fn existing_people_are_reported_also_when_nobody_could_be_mailed() {
    let parameters =
        [("INVITATIONS_PER_WORKSPACE_PER_DAY", "2"), ("MAX_USERS_PER_REQUEST", "2"), ("RESEND_COOLDOWN_SECONDS", "0")];
    let world = World::on(Endpoint::own(&parameters).await).await;
    let usher = &world.usher;
    let (grace, gone) = (usher.address("grace"), usher.address("gone"));
    for email in [&grace, &gone] {
        world.added(email, json!({})).await;
    }
    usher.wait_until_idle().await;
    assert!(usher.send_ses_event("complaint", 1, &gone, &json!({})).await);
    let body = json!({ "users": [{ "email": grace }, { "email": gone }], "no_confirm_email": true });
    let stats = usher.post("/api/v0/userinvite", &world.ada.token, body).await.expect(200).json();
    assert_eq!(stats.as_array().unwrap().iter().map(|one| &one["stats"]).collect::<Vec<_>>(), [200, 200]);
}

#[tokio::test]
async fn above_the_daily_limit_the_answer_says_when_to_retry() {
    let world =
        World::on(Endpoint::own(&[("INVITATIONS_PER_WORKSPACE_PER_DAY", "1"), ("MAX_USERS_PER_REQUEST", "1")]).await)
            .await;
    let usher = &world.usher;
    world.added(&usher.address("first"), json!({})).await;
    let body = json!({ "email": usher.address("second"), "g_id": world.top });
    let refused = usher.post("/api/v0/users", &world.ada.token, body).await.hexabase_error(429, "LIMITED");
    assert!(refused.header("retry-after").parse::<u32>().unwrap() > 0);
}
