//! Least privilege: a function's policy in `template.yaml` allows exactly the calls of the table, of SES and of the event
//! bus that the function makes in these tests.

use std::collections::BTreeSet;

use functions::Operation;
use serde_json::{Value, json};
use tests::{Endpoint, Need, PASSWORD, eventually};

const TEMPLATES: &str = "/api/v1/company/mail-templates";

#[tokio::test]
async fn every_functions_policy_allows_exactly_the_calls_that_it_makes() {
    let usher = Endpoint::with(&[Need::Clock, Need::Calls, Need::EventFunctions, Need::Events]).await;
    everything(&usher).await;

    let used = usher.send("GET", "/_local/permissions", None, None).await.expect(200).json();
    let used = used.as_object().unwrap();
    let mut differences = Vec::new();
    for operation in Operation::ALL {
        let function = operation.name();
        let used = used.get(function).and_then(Value::as_array).into_iter().flatten();
        let used: BTreeSet<_> = used.map(|action| action.as_str().unwrap().to_owned()).collect();
        let allowed = allowed(function);
        differences.extend(used.difference(&allowed).map(|action| format!("{function} may not, but does: {action}")));
        let unused = allowed.difference(&used);
        differences.extend(unused.map(|action| format!("{function} may, but does not: {action}")));
    }
    assert!(differences.is_empty(), "{differences:#?}");
}

/// The calls of DynamoDB, SES and EventBridge that a function's policy allows. The function leaves out permissions to
/// read the table's stream, because Lambda itself reads the stream with the function's role.
fn allowed(function: &str) -> BTreeSet<String> {
    let ours = |action: &str| ["dynamodb:", "events:", "ses:"].iter().any(|service| action.starts_with(service));
    let of_stream =
        |action: &str| action.contains("Stream") || action.contains("Shard") || action.ends_with("GetRecords");
    local::allowed_actions(function).iter().filter(|action| ours(action) && !of_stream(action)).cloned().collect()
}

/// Runs every operation at least once, so that the stack records the permissions that each function needs.
async fn everything(usher: &Endpoint) {
    let ada = usher.founder("ada").await;
    usher.post_open("/idp/api/v1/user/signUp/resendEmailOtp", json!({ "email": ada.email })).await.expect(200);
    usher.post_open("/idp/api/v1/user/login", json!({ "email": ada.email, "password": PASSWORD })).await.expect(200);
    for path in ["/idp/api/v1/user", "/idp/api/v1/team"] {
        usher.get(path, &ada.token).await.expect(200);
    }
    let workspace = usher.workspace(&ada.token, "Everything").await;
    usher.get(&format!("/noCo/api/v2/workspaces/{workspace}"), &ada.token).await.expect(200);
    usher.get("/noCo/api/v2/workspaces", &ada.token).await.expect(200);

    let accounts = "/idp/api/v1/company/serviceAccount";
    let account = usher.post(accounts, &ada.token, json!({ "name": "robot" })).await.expect(200).json();
    let (id, email) = (text(&account, "id"), text(&account, "email"));
    usher.invite(&ada.token, &workspace, &[(&email, "ADMIN")]).await.expect(200);
    usher.get(accounts, &ada.token).await.expect(200);
    usher.get(&format!("{accounts}/{id}/token/reset"), &ada.token).await.expect(200);
    usher.send("DELETE", &format!("{accounts}/{id}"), Some(&ada.token), None).await.expect(200);

    // The next request resumes an idempotent request whose run died.
    let fault = json!({ "action": "dynamodb:TransactWriteItems", "function": "invite-users", "fault": "crash" });
    usher.queue_fault(fault).await;
    let body = json!({ "users": [{ "email": usher.address("named"), "role": "VIEWER" }] });
    usher.invite_with_key(&ada.token, &workspace, "key", body.clone()).await.expect(500);
    usher.advance(35).await;
    usher.invite_with_key(&ada.token, &workspace, "key", body).await.expect(200);

    let bob = usher.member(&ada.token, &workspace, "bob", "ADMIN").await;
    usher.invite(&ada.token, &workspace, &[(&bob.email, "VIEWER")]).await.expect(400);
    let eve = usher.founder("eve").await;
    usher.invite(&ada.token, &workspace, &[(&eve.email, "VIEWER")]).await.expect(200);
    let mail = usher.mail(&eve.email, 2).await;
    usher.send("GET", &format!("/register?hash={}", mail.hash()), None, None).await.expect(200);
    usher.post("/api/v1/invitations/accept", &eve.token, json!({ "hash": mail.hash() })).await.expect(200);
    usher.send("GET", "/.well-known/jwks.json", None, None).await.expect(200);
    smart_documentor(usher, &ada.token).await;
    docked(usher, &ada.token, &workspace).await;
    hexabase(usher, &ada.token, &workspace).await;
    managed(usher, &ada.token, &workspace).await;
    braked(usher).await;
    swept(usher).await;
    given_up_and_requeued(usher, &ada.token, &workspace).await;
    purged(usher, &ada.email, &workspace).await;
    renewed(usher, &ada.email, &workspace).await;
}

/// Makes invitations of a service account: one is declined, one expires, and the administrators are asked for a new
/// invitation.
async fn renewed(usher: &Endpoint, admin: &str, workspace: &str) {
    usher.clear_faults().await;
    let token = usher.token(admin).await;
    let body = json!({ "name": "inviter", "role": "ACCOUNT_ADMIN" });
    let account = usher.post("/idp/api/v1/company/serviceAccount", &token, body).await.expect(200).json();
    let mut hashes = Vec::new();
    for name in ["declining", "late"] {
        let email = usher.address(name);
        usher.invite(&text(&account, "token"), workspace, &[(&email, "VIEWER")]).await.expect(200);
        hashes.push(json!({ "hash": usher.mail(&email, 1).await.hash() }));
    }
    usher.post_open("/api/v1/invitations/preview", hashes[0].clone()).await.expect(200);
    usher.post_open("/api/v1/invitations/decline", hashes[0].clone()).await.expect(204);
    let before = usher.mails(admin).await.len();
    usher.advance(604_800).await;
    usher.post_open("/api/v1/invitations/renew", hashes[1].clone()).await.expect(202);
    usher.mail(admin, before + 1).await;
}

/// Lets a service account request an access token.
async fn smart_documentor(usher: &Endpoint, admin: &str) {
    let body = json!({ "name": "client", "role": "ACCOUNT_ADMIN" });
    let client = usher.post("/idp/api/v1/company/serviceAccount", admin, body).await.expect(200).json();
    let token = usher.client_token(&text(&client, "id"), &text(&client, "token")).await.expect(200).json();
    let token = text(&token, "access_token");
    let number = usher.workspace_number(&token, "Everything").await;
    for path in ["sdworkspace/availableroles", "tenant/allusers", &format!("sdworkspace/allusers/{number}")] {
        usher.get(&format!("/api/v1.0/external/{path}"), &token).await.expect(200);
    }
}

/// Calls Dock's routes.
async fn docked(usher: &Endpoint, token: &str, workspace: &str) {
    let short_id = usher.short_id(token, workspace).await;
    let domain = format!("{}.example", usher.address("d").replace(['@', '.'], "-"));
    let body = json!({ "domain": domain, "role": "viewer", "workspaceId": short_id });
    let rule = usher.dock_post(token, "workspace-domains", body.clone()).await["workspaceDomain"].clone();
    usher.dock_post(token, "workspace-domains", body).await;
    usher.dock_get(token, "workspace-domains").await;
    let path = format!("workspace-domains/{}", text(&rule, "id"));
    usher.dock_patch(token, &path, json!({ "role": "editor" })).await.expect(200);
    let joining = format!("dora@{domain}");
    let body = json!({ "email": joining, "password": PASSWORD, "firstname": "Dora", "lastname": "Domain" });
    usher.post_open("/idp/api/v1/user/sign-up", body).await.expect(200);
    let body = json!({ "email": joining, "otp": usher.mail(&joining, 1).await.code() });
    usher.post_open("/idp/api/v1/user/signUp/verifyEmailOtp", body).await.expect(200);

    let body = json!({ "name": "docked" });
    let account = usher.post("/idp/api/v1/company/serviceAccount", token, body).await.expect(200).json();
    let people = [usher.address("paula"), text(&account, "email")];
    let people = json!(people.map(|email| json!({ "role": "viewer", "user": { "email": email } })));
    usher.dock_post(token, "workspaces", json!({ "name": "Beta", "workspaceUsers": people })).await;
    usher.dock_patch(token, &format!("workspaces/{short_id}"), json!({ "published": false })).await.expect(200);
    let body = json!({ "workspaceUsers": people, "workspaceDomains": [{ "role": "viewer", "domain": domain }] });
    usher.dock_post(token, &format!("workspaces/{short_id}/access"), body).await;
    usher.dock_get(token, "workspace-users").await;
    let member = usher.workspace_user(token, &short_id, &joining).await;
    let path = format!("workspace-users/{}", text(&member, "id"));
    usher.dock_get(token, &path).await;
    usher.dock_patch(token, &path, json!({ "role": "owner" })).await.expect(200);
    usher.send("DELETE", &format!("/v1/{path}"), Some(token), None).await.expect(200);
    let users = usher.dock_get(token, "users").await;
    usher.dock_get(token, &format!("users/{}", text(&users["users"][0], "id"))).await;
}

/// Calls Hexabase's routes.
async fn hexabase(usher: &Endpoint, token: &str, workspace: &str) {
    usher.post(&format!("/api/v0/workspaces/{workspace}/select"), token, json!({})).await.expect(200);
    usher.get("/api/v0/workspaces", token).await.expect(200);
    let top = usher.top_group(token).await;
    usher.get("/api/v0/grouptree", token).await.expect(200);
    let group = usher.group(token, &top, "Sales").await;
    for path in [format!("groups/{group}"), format!("groups/{group}/users"), format!("workspaces/{workspace}/users")] {
        usher.get(&format!("/api/v0/{path}"), token).await.expect(200);
    }
    let email = usher.address("leaver");
    usher.invite(token, workspace, &[(&email, "VIEWER")]).await.expect(200);
    let leaver = usher.hexabase_id(token, workspace, &email).await;
    let own = usher.get(&format!("/api/v0/workspaces/{workspace}/users"), token).await.json()["members"][0].clone();
    let admin = format!("/api/v0/groups/{group}/admins/{}", text(&own, "u_id"));
    let body = json!({ "g_id": top, "u_id": leaver, "w_id": workspace });
    usher.send("PUT", &admin, Some(token), None).await.expect(200);
    usher.send("DELETE", "/api/v0/users", Some(token), Some(body)).await.expect(200);
    usher.send("DELETE", &format!("/api/v0/groups/{group}"), Some(token), None).await.expect(200);
    let given = ["linked", "confirmed"].map(|name| usher.address(name));
    let given =
        given.map(|email| json!({ "email": email, "g_id": top, "no_confirm_email": true, "tmp_password": PASSWORD }));
    let mut users = given.to_vec();
    users.push(json!({ "email": usher.address("named"), "g_id": top, "sender_address": "hr@example.com" }));
    let body = json!({ "email": usher.address("added"), "g_id": top });
    usher.post("/api/v0/users", token, body).await.expect(200);
    let path = format!("/api/v0/workspaces/{workspace}/users");
    assert_eq!(usher.post(&path, token, json!({ "users": users })).await.expect(200).json()["errors"], json!(null));
    let users = given.clone().map(|user| json!({ "email": user["email"] }));
    usher.post("/api/v0/userinvite", token, json!({ "users": users })).await.expect(200);
    let [linked, confirmed] = given.each_ref().map(|user| user["email"].as_str().unwrap());
    usher.sign_up_by_invitation(linked, &usher.mail(linked, 1).await.hash()).await.expect(200);
    let body =
        json!({ "confirmation_id": usher.mail(confirmed, 1).await.hash(), "email": confirmed, "password": PASSWORD });
    usher.post_open("/api/v0/users/registration/confirm", body).await.expect(200);
    let path = format!("{TEMPLATES}/{}", usher.mail_template(token, "Welcome").await);
    usher.get(TEMPLATES, token).await.expect(200);
    let mut template = usher.get(&path, token).await.expect(200).json();
    template.as_object_mut().unwrap().retain(|name, _| ["name", "subject", "text", "html"].contains(&name.as_str()));
    usher.send("PUT", &path, Some(token), Some(template)).await.expect(200);
    usher.send("DELETE", &path, Some(token), None).await.expect(204);
    let email = usher.address("hexa");
    usher.invite(token, workspace, &[(&email, "VIEWER")]).await.expect(200);
    let hash = usher.mail(&email, 1).await.hash();
    let confirm = "/api/v0/users/registration/confirm";
    usher.send("GET", &format!("{confirm}?id={hash}"), None, None).await.expect(200);
    let body = json!({ "confirmation_id": hash, "email": email, "password": PASSWORD });
    usher.post_open(confirm, body).await.expect(200);
    let body = json!({ "email": email, "password": PASSWORD });
    let token = text(&usher.post_open("/api/v0/login", body).await.expect(200).json(), "token");
    let body = json!({ "old_password": PASSWORD, "new_password": "Demo34#$", "confirm_password": "Demo34#$" });
    usher.send("PUT", "/api/v0/users/password", Some(&token), Some(body)).await.expect(200);
}

/// Makes an invitation to the workspace and an invitation to the company, and manages both through our own API.
async fn managed(usher: &Endpoint, token: &str, workspace: &str) {
    let email = usher.address("managed");
    usher.invite(token, workspace, &[(&email, "VIEWER")]).await.expect(200);
    let users = json!({ "users": [{ "email": email, "roleName": "Viewer" }] });
    usher.post("/api/v1.0/external/tenant/inviteusers", token, users).await.expect(200);
    usher.advance(60).await;
    let workspace = format!("/api/v1/workspaces/{workspace}");
    for path in [&workspace, "/api/v1/company"] {
        let list = format!("{path}/invitations");
        let listed = usher.get(&format!("{list}?status=PENDING&email={email}"), token).await.expect(200).json();
        let invitation = format!("{list}/{}", text(&listed["items"][0], "id"));
        usher.get(&invitation, token).await.expect(200);
        usher.send("POST", &format!("{invitation}/resend"), Some(token), None).await.expect(200);
        usher.send("DELETE", &invitation, Some(token), None).await.expect(204);
    }
    usher.get(&format!("{workspace}/members"), token).await.expect(200);
    usher.get(&format!("{workspace}/audit"), token).await.expect(200);
}

/// Lets a person exceed the limits on attempts.
async fn braked(usher: &Endpoint) {
    let email = usher.address("hasty");
    let tried = json!({ "email": email, "otp": "000000" });
    for _ in 0..6 {
        usher.post_open("/idp/api/v1/user/signUp/verifyEmailOtp", tried.clone()).await;
        usher.post_open("/idp/api/v1/user/signUp/resendEmailOtp", json!({ "email": email })).await;
    }
}

/// The deliverer that the table's stream invokes fails, so that the scheduled function sends all mails.
async fn swept(usher: &Endpoint) {
    let fault = json!({
        "action": "dynamodb:UpdateItem", "function": "deliver-invitations", "fault": "InternalServerError", "times": 1000,
    });
    usher.queue_fault(fault).await;
    let email = usher.address("swept");
    let body = json!({ "email": email, "password": PASSWORD, "firstname": "Sam", "lastname": "Swept" });
    usher.post_open("/idp/api/v1/user/sign-up", body).await.expect(200);
    usher.advance(10).await;
    usher.mail(&email, 1).await;
}

/// SES refuses one recipient until the outbox item is given up, and accepts the recipient after the item is requeued.
async fn given_up_and_requeued(usher: &Endpoint, token: &str, workspace: &str) {
    let email = usher.address("undeliverable");
    let fault = json!({ "action": "ses:SendBulkEmail", "address": email, "status": "TRANSIENT_FAILURE", "times": 6 });
    usher.queue_fault(fault).await;
    usher.invite(token, workspace, &[(&email, "VIEWER")]).await.expect(200);
    eventually("the item's last refusal", async || {
        usher.advance(3600).await;
        usher.event_functions_end().await;
        let refused = usher.faults_left().await.iter().any(|fault| fault["address"] == email);
        (!refused).then_some(())
    })
    .await;
    let requeue = "/2015-03-31/functions/requeue-undelivered/invocations";
    eventually("an item to bring back", async || {
        let requeued = usher.post_open(requeue, json!({})).await.expect(200).json()["requeued"].clone();
        (requeued == 1).then_some(())
    })
    .await;
    usher.advance(10).await;
    usher.mail(&email, 1).await;
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

/// DynamoDB's TTL removes the item of a link's hash, and the service publishes that the invitation has expired.
async fn purged(usher: &Endpoint, admin: &str, workspace: &str) {
    let email = usher.address("purged");
    let token = usher.token(admin).await;
    usher.invite(&token, workspace, &[(&email, "VIEWER")]).await.expect(200);
    usher.mail(&email, 1).await;
    usher.advance(38 * 24 * 3600).await;
    usher.event_about(&email, "invitation.expired", 1).await;
}
