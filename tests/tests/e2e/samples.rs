//! Tests that give each sample in `events/` to its function, as `sam local invoke` does. The test fills in the values
//! that exist only in a running service.

use std::{collections::HashMap, fs, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tests::{Account, Endpoint, Need};

/// The samples' placeholders for tokens, ids, hashes and codes, and the people that the samples name.
const TOKEN: &str = "TOKEN";
const ID: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
const NUMBER: &str = "4711";
const DOCK_WORKSPACE: &str = "luI89ZCeEJuF";
const DOCK_PERSON: &str = "RiHO4e0Ju3DS";
const DOCK_DOMAIN: &str = "kT4pW8xZq2Lm";
const GROUP: &str = "5d0c7b8e-2f64-4c1b-9a53-7e1f0b6c2d84";
const PERSON: &str = "7b1d5c3a-90ef-4a6b-8c2d-1e5f7a9b3c60";
const HASH: &str = "e0754cfc-f7d1-4cc3-8690-e34a2f17291d";
const OTP: &str = "\"123456\"";
const USER: &str = "user@example.com";

const PROFILE: &str = "companyId companyName email firstname id lastname mfaEnabled permissions role roles status";
/// The path of a stage with a name.
const STAGE: &str = "/prod";

const TEMPLATE: &str = "createdAt html id name subject text updatedAt";
const INVITATION: &str =
    "acceptedAt createdAt delivery email expiresAt groups id invitedBy metadata resentCount role status workspaceId";
const PROBLEM: &str = "code detail status title traceId";

/// The expected success of a sample: the status, and the fields of the answer or of its entries.
#[expect(clippy::too_many_lines, reason = "a table: one entry for each sample")]
fn expected(sample: &str) -> (u16, String) {
    let fields = match sample {
        "datagol/sign-up" => PROFILE,
        "datagol/log-in" | "datagol/get-profile" => &format!("{PROFILE} workspaces"),
        "datagol/verify-otp" | "datagol/resend-otp" => "message",
        "datagol/issue-token" => "token",
        "datagol/list-people" => "companyId companyName email firstname id lastname role status",
        "datagol/create-workspace" | "datagol/get-workspace" | "datagol/list-workspaces" => {
            "createdAt description id name"
        }
        "datagol/invite-users" | "usher/invite-users" => "results summary",
        "datagol/create-service-account" => "description email expiryDate expiryInSeconds id name role token",
        "datagol/list-service-accounts" => "description email expiryDate id name role",
        "datagol/reset-service-account-token.get" | "datagol/reset-service-account-token.post" => {
            "expiryDate expiryInSeconds token"
        }
        "smart_documentor/issue-client-token" => "access_token expires_in scope token_type",
        "smart_documentor/list-roles.tenant" | "smart_documentor/list-roles.sdworkspace" => "name",
        "smart_documentor/list-people" | "smart_documentor/list-members" => {
            "createdAt email emailConfirmed id name roleName status userName"
        }
        "smart_documentor/list-workspaces" => "isDefault tenantId workspaceDescription workspaceId workspaceName",
        dock if dock.starts_with("dock/") => "data",
        "hexabase/list-groups.groups" | "hexabase/list-groups.groupId" => "children count error group",
        "hexabase/list-groups.grouptree" => "error result",
        "hexabase/create-group" => "group groupTree_datastores_res",
        "hexabase/list-members.groups" | "hexabase/list-members.workspaces" => "count members",
        "hexabase/delete-group"
        | "hexabase/change-group-admin.put"
        | "hexabase/change-group-admin.delete"
        | "hexabase/remove-member"
        | "hexabase/change-password" => "error",
        "hexabase/log-in" | "hexabase/confirm-registration.post" => "token",
        "hexabase/confirm-registration.get" => "user",
        "hexabase/invite-users.users" => "added exists user_profile",
        "hexabase/invite-users.workspaces" => "errors result",
        "hexabase/invite-users.userinvite" => "email stats",
        "hexabase/list-workspaces" => "current_workspace_id workspaces",
        "usher/accept-invitation.api" => "role workspaceId",
        "usher/preview-invitation" => "email expiresAt hasAccount inviterName message role workspaceName",
        "usher/renew-invitation.api" => return (202, String::new()),
        "usher/mail-templates.post" => return (201, TEMPLATE.to_owned()),
        "usher/mail-template.get" | "usher/mail-template.put" => TEMPLATE,
        "usher/mail-template.delete" | "usher/decline-invitation.api" => return (204, String::new()),
        "usher/list-invitations.workspaces"
        | "usher/list-invitations.company"
        | "usher/list-members"
        | "usher/list-audit"
        | "usher/mail-templates.get" => "items nextCursor",
        "usher/get-invitation.workspaces"
        | "usher/get-invitation.company"
        | "usher/resend-invitation.workspaces"
        | "usher/resend-invitation.company" => INVITATION,
        "usher/change-member" => "email groups joinedAt name role userId",
        "usher/revoke-invitation.workspaces" | "usher/revoke-invitation.company" | "usher/remove-member" => {
            return (204, String::new());
        }
        "usher/public-keys" => "keys",
        "usher/describe-api.openapi" => "components info openapi paths servers tags",
        "usher/route-not-found" => return (404, PROBLEM.to_owned()),
        "stream/deliver-invitations" | "stream/publish-events" => "batchItemFailures",
        "eventbridge/record-mail-events" => "recorded",
        "schedule/sweep-undelivered" => "settled",
        "invoke/requeue-undelivered" => "requeued",
        // The answers to these samples are HTML pages, an answer without a body, and a null.
        "usher/sign-up"
        | "usher/registration-page.root.get"
        | "usher/registration-page.root.head"
        | "usher/registration-page.register.get"
        | "usher/registration-page.register.head"
        | "usher/registration-page.invitation.get"
        | "usher/registration-page.invitation.head"
        | "usher/accept-invitation.invitation"
        | "usher/decline-invitation.invitation"
        | "usher/renew-invitation.invitation"
        | "usher/describe-api.docs"
        | "datagol/delete-service-account"
        | "smart_documentor/invite-users.tenant"
        | "smart_documentor/invite-users.sdworkspace"
        | "hexabase/select-workspace" => "",
        other => panic!("no case for events/{other}.json"),
    };
    (200, fields.to_owned())
}

/// A company with a workspace and a service account, which most samples are about.
struct World {
    usher: Endpoint,
    ada: Account,
    workspace: String,
    account: String,
    account_token: String,
}

impl World {
    async fn new() -> Self {
        let usher = Endpoint::with(&[Need::Clock, Need::EventFunctions]).await;
        let ada = usher.founder("ada").await;
        let workspace = usher.workspace(&ada.token, "Project Alpha").await;
        let body = json!({ "name": "robot" });
        let account = usher.post("/idp/api/v1/company/serviceAccount", &ada.token, body).await.expect(200).json();
        let text = |name: &str| account[name].as_str().unwrap().to_owned();
        Self { account: text("id"), account_token: text("token"), usher, ada, workspace }
    }

    /// Invites a person, waits until the person has `mails` mails, and returns the hash in the newest mail.
    async fn invited(&self, email: &str, mails: usize) -> String {
        self.usher.invite(&self.ada.token, &self.workspace, &[(email, "EDITOR")]).await.expect(200);
        self.usher.mail(email, mails).await.hash()
    }

    /// Prepares the state that the sample needs, and returns the values of the sample's placeholders.
    #[expect(clippy::too_many_lines, reason = "a table: one entry for each sample")]
    async fn prepare(&self, sample: &str) -> Vec<(&'static str, String)> {
        let (usher, ada) = (&self.usher, &self.ada);
        let form = json!({ "email": USER, "password": "Demo12#$", "firstname": "John", "lastname": "Doe" });
        match sample {
            "usher/preview-invitation"
            | "usher/decline-invitation.api"
            | "usher/decline-invitation.invitation"
            | "usher/renew-invitation.api"
            | "usher/renew-invitation.invitation"
            | "datagol/sign-up"
            | "usher/sign-up"
            | "usher/registration-page.register.get"
            | "usher/registration-page.register.head"
            | "usher/registration-page.invitation.get"
            | "usher/registration-page.invitation.head"
            | "hexabase/confirm-registration.get"
            | "hexabase/confirm-registration.post" => {
                vec![(HASH, self.invited(USER, 1).await)]
            }
            "datagol/issue-token" | "datagol/log-in" | "hexabase/log-in" => {
                usher.sign_up_by_invitation(USER, &self.invited(USER, 1).await).await.expect(200);
                Vec::new()
            }
            "datagol/verify-otp" | "datagol/resend-otp" => {
                usher.post_open("/idp/api/v1/user/sign-up", form).await.expect(200);
                vec![(OTP, format!("\"{}\"", usher.mail(USER, 1).await.code()))]
            }
            "usher/accept-invitation.invitation" => {
                let guest = usher.founder("guest").await;
                vec![(HASH, self.invited(&guest.email, 2).await)]
            }
            "usher/accept-invitation.api" => {
                let guest = usher.founder("guest").await;
                vec![(TOKEN, guest.token), (HASH, self.invited(&guest.email, 2).await)]
            }
            "usher/mail-template.get" | "usher/mail-template.put" | "usher/mail-template.delete" => {
                vec![(TOKEN, ada.token.clone()), (ID, usher.mail_template(&ada.token, "Welcome").await)]
            }
            "usher/change-member" | "usher/remove-member" => {
                let member = usher.member(&ada.token, &self.workspace, "member", "VIEWER").await;
                let members = format!("/api/v1/workspaces/{}/members?q={}", self.workspace, member.email);
                let members = usher.get(&members, &ada.token).await.expect(200).json();
                let id = members["items"][0]["userId"].as_str().unwrap().to_owned();
                vec![(TOKEN, ada.token.clone()), (ID, self.workspace.clone()), (PERSON, id)]
            }
            own if own.starts_with("usher/") && own.contains("-invitation.") => {
                let users = json!({ "users": [{ "email": USER, "roleName": "Viewer" }] });
                usher.post("/api/v1.0/external/tenant/inviteusers", &ada.token, users).await.expect(200);
                usher.invite(&ada.token, &self.workspace, &[(USER, "VIEWER")]).await.expect(200);
                usher.advance(60).await;
                let workspace = format!("workspaces/{}", self.workspace);
                let of = if own.ends_with(".company") { "company" } else { &workspace };
                let list = format!("/api/v1/{of}/invitations");
                let listed = usher.get(&list, &ada.token).await.expect(200).json();
                let id = listed["items"][0]["id"].as_str().unwrap().to_owned();
                vec![(TOKEN, ada.token.clone()), (ID, self.workspace.clone()), (DOCK_PERSON, id)]
            }
            "smart_documentor/issue-client-token" => {
                vec![(TOKEN, self.account_token.clone()), (ID, self.account.clone())]
            }
            "smart_documentor/list-members" | "smart_documentor/invite-users.sdworkspace" => {
                let number = usher.workspace_number(&ada.token, "Project Alpha").await;
                vec![(TOKEN, ada.token.clone()), (NUMBER, number.to_string())]
            }
            hexabase if hexabase.starts_with("hexabase/") => {
                self.invited(USER, 1).await;
                let top = usher.top_group(&ada.token).await;
                let person = usher.hexabase_id(&ada.token, &self.workspace, USER).await;
                let group =
                    if sample == "hexabase/delete-group" { usher.group(&ada.token, &top, "Empty").await } else { top };
                // A group's administrator must have an account.
                let own = usher.hexabase_id(&ada.token, &self.workspace, &ada.email).await;
                let person = if sample.contains("admin") { own } else { person };
                vec![(TOKEN, ada.token.clone()), (ID, self.workspace.clone()), (GROUP, group), (PERSON, person)]
            }
            dock if dock.starts_with("dock/") => {
                let short_id = usher.short_id(&ada.token, &self.workspace).await;
                let body = json!({ "email": "jane@example.com", "role": "editor", "workspaceId": short_id });
                let made = usher.dock_post(&ada.token, "workspace-users", body).await["workspaceUser"].clone();
                let body = json!({ "domain": "domain.example", "role": "viewer", "workspaceId": short_id });
                let domain = usher.dock_post(&ada.token, "workspace-domains", body).await["workspaceDomain"].clone();
                let person = if sample == "dock/get-person" { &made["user"]["id"] } else { &made["id"] };
                let text = |id: &Value| id.as_str().unwrap().to_owned();
                let (person, domain) = (text(person), text(&domain["id"]));
                vec![
                    (TOKEN, ada.token.clone()),
                    (DOCK_WORKSPACE, short_id),
                    (DOCK_PERSON, person),
                    (DOCK_DOMAIN, domain),
                ]
            }
            _ => {
                let id = if sample.contains("service-account") { &self.account } else { &self.workspace };
                vec![(TOKEN, ada.token.clone()), (ID, id.clone())]
            }
        }
    }
}

/// The sample event with the placeholders replaced by the given values, also inside an encoded body.
fn filled(event: Value, texts: &[(&str, String)]) -> Value {
    let fill = |text: &str| texts.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    let encoded = event["isBase64Encoded"] == true;
    match event {
        Value::String(text) => Value::String(fill(&text)),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| match value {
                Value::String(body) if encoded && name == "body" => {
                    let body = String::from_utf8(STANDARD.decode(body).unwrap()).unwrap();
                    (name, json!(STANDARD.encode(fill(&body))))
                }
                value => (name, filled(value, texts)),
            })
            .collect(),
        other => other,
    }
}

/// The names of the fields of a JSON object, or of the first object in a JSON array, in order.
fn fields(body: &Value) -> String {
    let object = body.get(0).unwrap_or(body).as_object();
    let mut names: Vec<_> = object.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.join(" ")
}

/// The sample events, by folder and name.
fn samples() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("events");
    let list = |folder: &Path| -> Vec<_> { fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect() };
    let files = list(&folder).into_iter().flat_map(|inner| list(&inner));
    let samples = files.map(|file| {
        let name = file.strip_prefix(&folder).unwrap().to_str().unwrap().trim_end_matches(".json").to_owned();
        (name, serde_json::from_slice(&fs::read(&file).unwrap()).unwrap())
    });
    samples.collect()
}

/// Gives the sample's event to its function, and checks that the request succeeds in the form of its contract.
async fn succeeds(sample: &str, event: Value) {
    let (status, shape) = expected(sample);
    let world = World::new().await;
    let event = filled(event, &world.prepare(sample).await);
    let operation = sample.split('/').nth(1).unwrap().split('.').next().unwrap();
    let path = format!("/2015-03-31/functions/{operation}/invocations");
    let invoked = world.usher.read(world.usher.request("POST", &path).body(event.to_string())).await.expect(200);
    assert_eq!(invoked.header("x-amz-function-error"), "", "{sample}: {}", invoked.text);
    let answer = invoked.json();
    let Some(request_id) = event["requestContext"]["requestId"].as_str() else {
        assert_eq!(fields(&answer), shape, "{sample}: {answer}");
        return;
    };
    assert_eq!(answer["statusCode"], status, "{sample}: {answer}");
    assert_eq!(answer["isBase64Encoded"], false, "{sample}: {answer}");
    let text = answer["body"].as_str().unwrap_or_default();
    let body: Value = serde_json::from_str(text).unwrap_or_default();
    assert_eq!(fields(&body), shape, "{sample}: {answer}");
    match sample {
        "usher/registration-page.register.get" | "usher/registration-page.invitation.get" | "usher/sign-up" => {
            assert!(text.contains("Project Alpha"), "{sample}: {text}");
        }
        "usher/accept-invitation.invitation" => assert!(text.contains("You’re in"), "{sample}: {text}"),
        "usher/decline-invitation.invitation" => assert!(text.contains("You have declined"), "{sample}: {text}"),
        "usher/renew-invitation.invitation" => assert!(text.contains("passed it on"), "{sample}: {text}"),
        "usher/registration-page.root.get" => assert!(text.contains("You have joined"), "{sample}: {text}"),
        "usher/registration-page.root.head"
        | "usher/registration-page.register.head"
        | "usher/registration-page.invitation.head"
        | "datagol/delete-service-account"
        | "smart_documentor/invite-users.tenant"
        | "smart_documentor/invite-users.sdworkspace" => assert_eq!(text, "", "{sample}"),
        "hexabase/select-workspace" => assert_eq!(text, "null", "{sample}"),
        "usher/route-not-found" => assert_eq!(body["traceId"], request_id),
        "datagol/invite-users" | "usher/invite-users" => assert_eq!(body["summary"], json!({ "invited": 2 })),
        _ => {}
    }
    world.usher.stop().await;
}

#[tokio::test]
async fn every_sample_request_succeeds_in_the_form_of_its_contract() {
    let samples = samples();
    assert!(samples.len() >= 25, "{}", samples.len());
    for (sample, event) in samples {
        succeeds(&sample, event).await;
    }
}

/// The event of the same request to a named stage, or to a base path of a custom domain.
fn behind(base: &str, mut event: Value) -> Value {
    let path = format!("{base}{}", event["rawPath"].as_str().unwrap());
    event["requestContext"]["http"]["path"] = json!(path);
    event["rawPath"] = json!(path);
    if base == STAGE {
        event["requestContext"]["stage"] = json!(STAGE.trim_start_matches('/'));
    }
    event
}

#[tokio::test]
async fn a_sample_request_succeeds_behind_a_stage_and_a_base_path_too() {
    let samples: HashMap<_, _> = samples().into_iter().collect();
    for (sample, base) in [
        ("datagol/get-workspace", STAGE),
        ("datagol/invite-users", "/v1"),
        ("datagol/reset-service-account-token.post", "/noCo"),
        ("smart_documentor/issue-client-token", STAGE),
        ("smart_documentor/list-members", "/api/v0"),
        ("dock/change-workspace", STAGE),
        ("dock/get-person", "/api"),
        ("hexabase/change-group-admin.put", STAGE),
        ("hexabase/select-workspace", "/connect/x"),
        ("usher/invite-users", STAGE),
        ("usher/resend-invitation.workspaces", "/v1"),
        ("usher/change-member", "/idp"),
        ("usher/registration-page.register.get", STAGE),
        ("usher/registration-page.root.get", "/usher"),
        ("usher/describe-api.openapi", STAGE),
        ("usher/route-not-found", STAGE),
    ] {
        succeeds(sample, behind(base, samples[sample].clone())).await;
    }
}

/// The status and the body of the function's answer to an event.
async fn answer(usher: &Endpoint, function: &str, event: &Value) -> (Value, Value) {
    let path = format!("/2015-03-31/functions/{function}/invocations");
    let answer = usher.read(usher.request("POST", &path).body(event.to_string())).await.expect(200).json();
    let body = serde_json::from_str(answer["body"].as_str().unwrap_or_default()).unwrap_or_default();
    (answer["statusCode"].clone(), body)
}

#[tokio::test]
async fn a_refusal_behind_a_stage_and_a_base_path_has_the_format_of_its_contract() {
    let usher = Endpoint::own(&[]).await;
    let samples: HashMap<_, _> = samples().into_iter().collect();
    // The placeholder for the token is no token.
    for (sample, base, fields_of_error) in [
        ("datagol/get-workspace", "/v1", "error errorCodes message status traceId"),
        ("smart_documentor/list-members", "/idp", "detail status title"),
        ("dock/get-person", "/api", "error"),
        ("hexabase/select-workspace", STAGE, "error_code message"),
        ("usher/change-member", "/connect", PROBLEM),
    ] {
        let function = sample.split('/').nth(1).unwrap();
        let (status, body) = answer(&usher, function, &behind(base, samples[sample].clone())).await;
        assert_eq!((status, fields(&body).as_str()), (json!(401), fields_of_error), "{sample} {body}");
    }
    for (method, path, status, fields_of_error) in [
        ("GET", "/idp/api/v1/nothing", 404, "error errorCodes message status traceId"),
        ("GET", "/connect/token", 405, "detail status title"),
        ("GET", "/v1/nothing", 404, "error"),
        ("PUT", "/api/v0/workspaces", 405, "error_code message"),
        ("PUT", "/register", 405, PROBLEM),
    ] {
        let mut event = samples["usher/route-not-found"].clone();
        event["rawPath"] = json!(path);
        event["requestContext"]["http"]["method"] = json!(method);
        let (answered, body) = answer(&usher, "route-not-found", &behind(STAGE, event)).await;
        assert_eq!((answered, fields(&body).as_str()), (json!(status), fields_of_error), "{method} {path} {body}");
    }
}
