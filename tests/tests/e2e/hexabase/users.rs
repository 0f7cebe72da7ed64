//! POST /api/v0/users, POST /api/v0/workspaces/{workspaceId}/users and POST /api/v0/userinvite.

use serde_json::{Value, json};
use tests::{Endpoint, PASSWORD};

use super::place::{LOGIN, Place};

const PICTURE: &str = "https://storage.googleapis.com/linker/pub/default.png";

/// The seed's request, with its ids, addresses and texts filled in.
#[tokio::test]
async fn the_seeds_request_is_answered_as_printed() {
    let place = Place::new().await;
    let (first, second) = (place.usher.address("first"), place.usher.address("second"));
    let template = place.usher.mail_template(&place.ada.token, "Welcome to {{workspaceName}}").await;
    let own = place.usher.u_id(&place.ada.token, &place.workspace, &place.ada.email).await;
    let code = format!("code-{}", &place.workspace[..8]);
    let answer = place
        .add(json!([
            {
                "email": first,
                "g_id": place.top,
                "username": "Grace",
                "send_password_to_email": true,
                "sender_address": "hr@example.com",
                "conf_email_template_id": template,
                "confirm_email_ack": true,
                "exclusive_w_id": place.workspace,
                "user_code": code,
            },
            {
                "email": second,
                "g_id": place.top,
                "username": "Charles",
                "no_confirm_email": true,
                "tmp_password": PASSWORD,
                "invitor_id": own,
                "confirm_email_ack": false,
            },
        ]))
        .await;
    let [one, other] = [0, 1].map(|place| answer["result"][place]["user_profile"]["u_id"].clone());
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

    // The letter is in the company's words and from the chosen sender.
    let mail = place.usher.mail(&first, 1).await;
    assert_eq!([mail.from.as_str(), mail.subject.as_str()], ["hr@example.com", "Welcome to Project Alpha"]);
    assert!(mail.text.starts_with("Dear Grace, go to http"), "{}", mail.text);
    let form = json!({ "confirmation_id": mail.hash(), "email": first, "password": PASSWORD });
    place.usher.post_open("/api/v0/users/registration/confirm", form).await.expect(200);
    let ack = place.usher.mail(&first, 2).await;
    assert_eq!(ack.subject, "Your registration is complete");
    // An exclusive user names their workspace, and their code.
    let wrong = json!({ "user_code": code, "password": PASSWORD });
    place.usher.post_open(LOGIN, wrong).await.hexabase(401, "INVALID_CREDENTIALS");
    let body = json!({ "user_code": code, "password": PASSWORD, "exclusive_w_id": place.workspace });
    let token = place.log_in(body).await["token"].as_str().unwrap().to_owned();
    let answer = place.usher.post("/noCo/api/v2/workspaces", &token, json!({ "name": "Own" })).await;
    answer.refused(403, "EXCLUSIVE_USER");
    // The other logs in with the password that was given.
    let answer = place.log_in(json!({ "email": second, "password": PASSWORD })).await;
    assert_eq!(answer["must_change_password"], true);
    assert_eq!(place.usher.role(answer["token"].as_str().unwrap(), &place.workspace).await.as_deref(), Some("VIEWER"));
}

#[tokio::test]
async fn whoever_is_there_already_is_told_to_exist_and_stays_what_they_are() {
    let place = Place::new().await;
    let bob = place.usher.member(&place.ada.token, &place.workspace, "bob", "EDITOR").await;
    let result = place.added(&bob.email, json!({ "username": "Robert" })).await;
    assert_eq!([&result["added"], &result["exists"]], [false, true]);
    let profile = &result["user_profile"];
    assert_eq!([&profile["confirmed"], &profile["email_sent"]], [true, false]);
    assert_eq!(place.usher.role(&bob.token, &place.workspace).await.as_deref(), Some("EDITOR"));
    let group = place.usher.group(&place.ada.token, &place.top, "Sales").await;
    let result = place.added(&bob.email, json!({ "g_id": group })).await;
    assert_eq!([&result["added"], &result["exists"]], [true, true]);
}

#[tokio::test]
async fn who_is_told_to_be_added_is_who_is_listed_then() {
    let place = Place::new().await;
    let other = place.usher.workspace(&place.ada.token, "Beta").await;
    let colleague = place.usher.member(&place.ada.token, &other, "colleague", "VIEWER").await.email;
    let [gone, new, given] = ["gone", "new", "given"].map(|name| place.usher.address(name));
    let before = place.added(&gone, json!({})).await["user_profile"].clone();
    let body = json!({ "g_id": place.top, "u_id": before["u_id"], "w_id": place.workspace });
    place.usher.send("DELETE", "/api/v0/users", Some(&place.ada.token), Some(body)).await.expect(200);
    let code = format!("code-{}", &place.workspace[..8]);
    let answer = place
        .add(json!([
            { "email": gone, "g_id": place.top, "username": "Jo" },
            { "email": new, "g_id": place.top, "username": "Jo", "user_code": code },
            { "email": given, "g_id": place.top, "no_confirm_email": true, "tmp_password": PASSWORD },
            { "email": colleague, "g_id": place.top, "username": "Jo" },
        ]))
        .await;
    assert_eq!(answer["errors"], json!(null), "{answer}");
    let listed = place.usher.get(&format!("{}?limit=100", place.path()), &place.ada.token).await.expect(200).json();
    for told in answer["result"].as_array().unwrap() {
        let told = &told["user_profile"];
        let listed = listed["members"].as_array().unwrap().iter().find(|member| member["email"] == told["email"]);
        for field in ["u_id", "username", "confirmed", "email_sent", "user_code"] {
            assert_eq!(told[field], listed.unwrap()[field], "{field} of {told}");
        }
    }
    assert_eq!(answer["result"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn one_user_is_added_to_the_current_workspace() {
    let place = Place::new().await;
    let grace = place.usher.address("grace");
    let body = json!({ "email": grace, "g_id": place.top, "sender_name": "Zoë" });
    let result = place.usher.post("/api/v0/users", &place.ada.token, body.clone()).await.expect(200).json();
    assert_eq!([&result["added"], &result["user_profile"]["email"]], [&json!(true), &json!(grace)]);
    assert_eq!(place.usher.mail(&grace, 1).await.from, "=?UTF-8?B?Wm/Dqw==?= <usher@example.com>");
    let bob = place.usher.member(&place.ada.token, &place.workspace, "bob", "VIEWER").await;
    let answer = place.usher.post("/api/v0/users", &bob.token, body).await.hexabase(403, "FORBIDDEN").json();
    assert_eq!(answer["message"], "not admin or group admin to workspace with given workspace_id");
    for body in [json!({}), json!({ "email": grace }), json!({ "g_id": place.top }), json!({ "email": 1, "g_id": 2 })] {
        place.usher.post("/api/v0/users", &place.ada.token, body).await.hexabase(400, "INVALID_PARAMS");
    }
}

#[tokio::test]
async fn without_authority_there_is_one_entry_for_each_address() {
    let place = Place::new().await;
    let bob = place.usher.member(&place.ada.token, &place.workspace, "bob", "VIEWER").await;
    let user = json!({ "email": "a@example.com", "g_id": place.top, "user_code": "A" });
    let users = json!({ "users": [user, { "email": "b@example.com", "g_id": place.top }] });
    let answer = place.usher.post(&place.path(), &bob.token, users.clone()).await.expect(200).json();
    let message = "not admin or group admin to workspace with given workspace_id";
    let errors = json!([
        { "email": "a@example.com", "message": message, "user_code": "A" },
        { "email": "b@example.com", "message": message },
    ]);
    assert_eq!(answer, json!({ "errors": errors, "result": [] }));
    let eve = place.usher.founder("eve").await;
    place.usher.post(&place.path(), &eve.token, users).await.hexabase(400, "INVALID_PARAMS");
}

#[tokio::test]
async fn one_bad_entry_is_an_internal_server_error_and_stops_no_other() {
    let place = Place::new().await;
    let good = place.usher.address("good");
    for with in [
        json!({ "user_code": "a b" }),
        json!({ "username": 1 }),
        json!({ "sender_address": "hr@elsewhere.example" }),
        json!({ "conf_email_template_id": place.workspace }),
        json!({ "conf_email_template_id": "x" }),
        json!({ "invitor_id": place.workspace }),
        json!({ "exclusive_w_id": place.top }),
        json!({ "no_confirm_email": true, "tmp_password": "weak" }),
        json!({ "no_confirm_email": "yes" }),
        json!({ "email": "grace" }),
    ] {
        let refusal = place.refusal(&place.usher.address("bad"), with.clone()).await;
        assert_eq!(refusal["message"], "InternalServerError", "{with}");
    }
    let users = json!([{ "email": "bad", "g_id": place.top }, { "email": good, "g_id": place.top }]);
    let answer = place.add(users).await;
    assert_eq!(answer["errors"], json!([{ "email": "bad", "message": "InternalServerError" }]));
    assert_eq!(answer["result"][0]["user_profile"]["email"], good);
    let unknown = place.refusal(&good, json!({ "g_id": place.workspace })).await;
    assert_eq!(unknown["message"], "not admin or group admin to workspace with given workspace_id");
    for users in [json!(null), json!([]), json!([{ "email": good }]), json!([{ "g_id": place.top }]), json!(["x"])] {
        let answer = place.usher.post(&place.path(), &place.ada.token, json!({ "users": users })).await;
        answer.hexabase(400, "INVALID_PARAMS");
    }
}

#[tokio::test]
async fn above_the_limit_of_users_or_of_passwords_nothing_is_written() {
    let place = Place::on(Endpoint::own(&[("MAX_USERS_PER_REQUEST", "201")]).await).await;
    let user = |at: usize| json!({ "email": place.usher.address(&format!("p{at}")), "g_id": place.top });
    let with_password = |at| {
        let mut user = user(at);
        (user["no_confirm_email"], user["tmp_password"]) = (json!(true), json!(PASSWORD));
        user
    };
    let limit = json!({ "error": "the maximum registration limit has been exceeded", "error_code": "INVALID_PARAMS" });
    let many: [Vec<Value>; 2] = [(0..202).map(user).collect(), (0..201).map(with_password).collect()];
    for users in many {
        let answer = place.usher.post(&place.path(), &place.ada.token, json!({ "users": users })).await.expect(400);
        assert_eq!(answer.json(), limit);
    }
    assert_eq!(place.usher.hexabase_members(&place.ada.token, &place.workspace).await.len(), 1);
    place.usher.stop().await;
}

#[tokio::test]
async fn a_code_is_one_address_s_however_many_ask_for_it_at_once() {
    let place = Place::new().await;
    let code = format!("race-{}", &place.workspace[..8]);
    let user = |name: &str| json!([{ "email": place.usher.address(name), "g_id": place.top, "user_code": code }]);
    let answers = futures::future::join_all(["one", "two", "three"].map(|name| place.add(user(name)))).await;
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
    let place = Place::new().await;
    let shared = place.usher.address("shared");
    let codes = ["A", "B"].map(|letter| format!("{letter}#{}", &place.workspace[..8]));
    let users = json!([
        { "email": shared, "g_id": place.top },
        { "email": shared, "g_id": place.top, "user_code": codes[0] },
        { "email": shared.to_uppercase(), "g_id": place.top, "user_code": codes[1] },
        { "email": shared, "g_id": place.top, "user_code": codes[1] },
    ]);
    let answer = place.add(users).await;
    assert_eq!(answer["result"].as_array().map(Vec::len), Some(3), "{answer}");
    assert_eq!(answer["errors"][0]["user_code"], codes[1]);
    place.usher.mail(&shared, 3).await;
    let mails = place.usher.mails(&shared).await;
    let mut registered = 0;
    for mail in mails {
        let form = json!({ "confirmation_id": mail.hash(), "email": shared, "password": PASSWORD });
        place.usher.post_open("/api/v0/users/registration/confirm", form).await.expect(200);
        registered += 1;
    }
    assert_eq!(registered, 3);
    let mut ids = Vec::new();
    for body in [json!({ "email": shared }), json!({ "user_code": codes[0] }), json!({ "user_code": codes[1] })] {
        let mut body = body;
        body["password"] = json!(PASSWORD);
        let token = place.log_in(body).await["token"].as_str().unwrap().to_owned();
        ids.push(place.usher.get("/idp/api/v1/user", &token).await.expect(200).json()["id"].to_string());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn people_who_are_there_are_mailed_again_and_nobody_else() {
    let place = Place::new().await;
    let bob = place.usher.member(&place.ada.token, &place.workspace, "bob", "EDITOR").await;
    let (later, nobody) = (place.usher.address("later"), place.usher.address("nobody"));
    let result = place.added(&later, json!({ "no_confirm_email": true })).await;
    assert_eq!(result["user_profile"]["email_sent"], false);
    let users = json!([{ "email": later }, { "email": nobody }, { "email": bob.email }, { "email": "x" }]);
    let stats = place.mail_again(users).await;
    let stats: Vec<_> = stats.as_array().unwrap().iter().map(|one| one["stats"].as_u64().unwrap()).collect();
    assert_eq!(stats, [200, 400, 200, 400]);
    let hash = place.usher.mail(&later, 1).await.hash();
    place.usher.join(&later, &hash).await.expect(200);
    assert!(place.usher.mails(&nobody).await.is_empty());
    for body in [json!({}), json!({ "users": [{}] }), json!({ "users": [] })] {
        place.usher.post("/api/v0/userinvite", &place.ada.token, body).await.hexabase(400, "INVALID_PARAMS");
    }
}

#[tokio::test]
async fn a_new_person_s_letter_says_that_their_account_is_ready_and_holds_no_password() {
    let place = Place::new().await;
    let grace = place.usher.address("grace");
    place.added(&grace, json!({ "send_password_to_email": true, "tmp_password": PASSWORD })).await;
    let mail = place.usher.mail(&grace, 1).await;
    assert_eq!(mail.subject, "Your account for Project Alpha is ready");
    assert!(!mail.text.contains(PASSWORD) && !mail.html.contains(PASSWORD));
    place.usher.join(&grace, &mail.hash()).await.expect(200);
}

#[tokio::test]
async fn an_exclusive_user_belongs_to_no_other_workspace() {
    let place = Place::new().await;
    let usher = &place.usher;
    let grace = usher.address("grace");
    place.added(&grace, json!({ "exclusive_w_id": place.workspace })).await;
    usher.join(&grace, &usher.mail(&grace, 1).await.hash()).await.expect(200);
    let other = usher.workspace(&place.ada.token, "Other").await;
    // Not as a colleague, not by a link of another company, not as a group's administrator.
    let answer = usher.invite(&place.ada.token, &other, &[(grace.as_str(), "VIEWER")]).await;
    assert_eq!(answer.rows(), ["invalid"], "{}", answer.text);
    let eve = usher.founder("eve").await;
    let theirs = usher.workspace(&eve.token, "Theirs").await;
    usher.invite(&eve.token, &theirs, &[(grace.as_str(), "VIEWER")]).await.expect(200);
    let body = json!({ "email": grace, "password": PASSWORD, "exclusive_w_id": place.workspace });
    let token = place.log_in(body).await["token"].as_str().unwrap().to_owned();
    usher.accept(&token, &usher.mail(&grace, 2).await.hash()).await.problem(409, "exclusive_user");
    let id = usher.u_id(&place.ada.token, &place.workspace, &grace).await;
    usher.post(&format!("/api/v0/workspaces/{other}/select"), &place.ada.token, json!({})).await.expect(200);
    let admin = format!("/api/v0/groups/{}/admins/{id}", usher.top_group(&place.ada.token).await);
    usher.send("PUT", &admin, Some(&place.ada.token), None).await.hexabase(409, "EXCLUSIVE_USER");
    assert_eq!(usher.role(&token, &other).await, None);
    assert_eq!(usher.role(&token, &place.workspace).await.as_deref(), Some("VIEWER"));
}

#[tokio::test]
async fn nobody_is_mailed_again_when_there_is_to_be_no_mail() {
    let place = Place::new().await;
    let usher = &place.usher;
    let (grace, nobody) = (usher.address("grace"), usher.address("nobody"));
    place.added(&grace, json!({ "no_confirm_email": true })).await;
    let users = json!([{ "email": grace }, { "email": place.ada.email }, { "email": nobody }]);
    let body = json!({ "users": users, "no_confirm_email": true });
    let stats = usher.post("/api/v0/userinvite", &place.ada.token, body).await.expect(200).json();
    assert_eq!(stats.as_array().unwrap().iter().map(|one| &one["stats"]).collect::<Vec<_>>(), [200, 200, 400]);
    usher.mail_all().await;
    assert!(usher.mails(&grace).await.is_empty());
    place.mail_again(json!([{ "email": grace }])).await;
    usher.mail(&grace, 1).await;
}

#[tokio::test]
async fn whoever_is_there_is_told_to_be_when_nobody_could_be_mailed() {
    let parameters =
        [("INVITATIONS_PER_WORKSPACE_PER_DAY", "2"), ("MAX_USERS_PER_REQUEST", "2"), ("RESEND_COOLDOWN_SECONDS", "0")];
    let place = Place::on(Endpoint::own(&parameters).await).await;
    let usher = &place.usher;
    let (grace, gone) = (usher.address("grace"), usher.address("gone"));
    for email in [&grace, &gone] {
        place.added(email, json!({})).await;
    }
    usher.wait_until_idle().await;
    assert!(usher.ses_tells("complaint", 1, &gone, &json!({})).await);
    let body = json!({ "users": [{ "email": grace }, { "email": gone }], "no_confirm_email": true });
    let stats = usher.post("/api/v0/userinvite", &place.ada.token, body).await.expect(200).json();
    assert_eq!(stats.as_array().unwrap().iter().map(|one| &one["stats"]).collect::<Vec<_>>(), [200, 200]);
}

#[tokio::test]
async fn above_the_day_s_limit_one_is_told_when() {
    let place =
        Place::on(Endpoint::own(&[("INVITATIONS_PER_WORKSPACE_PER_DAY", "1"), ("MAX_USERS_PER_REQUEST", "1")]).await)
            .await;
    let usher = &place.usher;
    place.added(&usher.address("first"), json!({})).await;
    let body = json!({ "email": usher.address("second"), "g_id": place.top });
    let refused = usher.post("/api/v0/users", &place.ada.token, body).await.hexabase(429, "LIMITED");
    assert!(refused.header("retry-after").parse::<u32>().unwrap() > 0);
}
