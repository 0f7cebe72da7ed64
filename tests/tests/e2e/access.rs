//! Tests every route that needs credentials: without credentials, with bad credentials, and with credentials of another
//! company.

use serde_json::{Value, json};
use tests::{Account, Answer, Endpoint, PASSWORD, unauthenticated::CASES};

/// A text in the form of an access token that has no signature (RFC 7515 section 8 describes this attack).
const UNSIGNED: &str =
    "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiIzZmE4NWY2NC01NzE3LTQ1NjItYjNmYy0yYzk2M2Y2NmFmYTYifQ.";

/// The path with which SmartDocumentor's routes begin.
const EXTERNAL: &str = "/api/v1.0/external/";

/// The path with which Hexabase's routes begin.
const HEXABASE: &str = "/api/v0/";

/// The path of the routes for mail templates.
const TEMPLATES: &str = "/api/v1/company/mail-templates";

const INVALID_TOKEN: &str = "The access token is missing, malformed, expired or revoked.";

/// A company that has a resource for every route, so that each route could succeed.
struct Company {
    owner: Account,
    workspace: String,
    /// The workspace's integer id.
    number: u64,
    account: String,
    account_token: String,
    template: String,
    dock: Dock,
    hexabase: Hexabase,
    own: Own,
}

impl Company {
    async fn found(usher: &Endpoint, name: &str) -> Self {
        let owner = usher.founder(name).await;
        let workspace = usher.workspace(&owner.token, "Project Alpha").await;
        let body = json!({ "name": "robot", "role": "ACCOUNT_ADMIN" });
        let made = usher.post("/idp/api/v1/company/serviceAccount", &owner.token, body).await.expect(200).json();
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        let number = usher.workspace_number(&owner.token, "Project Alpha").await;
        let template = usher.mail_template(&owner.token, "Welcome").await;
        let dock = Dock::of(usher, &owner, &workspace).await;
        let hexabase = Hexabase::of(usher, &owner, &workspace).await;
        let own = Own::of(usher, &owner, &workspace).await;
        Self {
            account: text("id"),
            account_token: text("token"),
            owner,
            workspace,
            number,
            dock,
            template,
            hexabase,
            own,
        }
    }

    /// A request to the given route that would succeed for the company's own people. A route for which this function
    /// has no request fails every test of access.
    fn request(&self, usher: &Endpoint, method: &str, path: &str) -> (String, Option<Value>) {
        if path.starts_with("/v1/") {
            return self.dock.request(usher, method, path);
        }
        let of_people = path.contains("/group") || (path.contains("/user") && !path.ends_with("/password"));
        if path.starts_with("/api/v0/") && of_people {
            return self.hexabase.request(&self.workspace, method, path);
        }
        let workspace = if path.starts_with(EXTERNAL) { &self.number.to_string() } else { &self.workspace };
        let id = match path {
            path if path.starts_with(TEMPLATES) => &self.template,
            path if path.starts_with("/api/v1/workspaces/") => &self.own.invitation,
            path if path.starts_with("/api/v1/company/") => &self.own.company_invitation,
            _ => &self.account,
        };
        let filled = path.replace("{id}", id).replace("{workspaceId}", workspace).replace("{userId}", &self.own.member);
        let body = match (method, path.rsplit('/').next().unwrap()) {
            ("GET" | "DELETE", _) | ("POST", "reset" | "resend" | "select") => None,
            ("PATCH", "{userId}") => Some(json!({ "role": "COMMENTER" })),
            ("POST", "serviceAccount" | "workspaces") => Some(json!({ "name": "another" })),
            ("POST", "bulkUsers") => {
                Some(json!({ "workSpaceUsers": [{ "email": usher.address("guest"), "role": "VIEWER" }] }))
            }
            ("POST", "invitations") => {
                Some(json!({ "users": [{ "email": usher.address("guest"), "role": "VIEWER" }] }))
            }
            ("POST", "inviteusers") => {
                let users = json!([{ "email": usher.address("guest"), "roleName": "Viewer" }]);
                Some(json!({ "workspaceId": self.number, "users": users }))
            }
            ("POST" | "PUT", _) if path.starts_with(TEMPLATES) => {
                let text = "{{link}}";
                Some(json!({ "name": "Welcome", "subject": "Welcome", "text": text, "html": text }))
            }
            ("PUT", "password") => {
                Some(json!({ "old_password": PASSWORD, "new_password": PASSWORD, "confirm_password": PASSWORD }))
            }
            ("POST", "accept") => Some(json!({ "hash": "e0754cfc-f7d1-4cc3-8690-e34a2f17291d" })),
            _ => panic!("no request for {method} {path}"),
        };
        (filled, body)
    }

    /// Everything that the company's admin can read of the company, to find out later whether anything changed.
    async fn seen(&self, usher: &Endpoint) -> Vec<Value> {
        let workspace = format!("/noCo/api/v2/workspaces/{}", self.workspace);
        let paths = [
            "/noCo/api/v2/workspaces",
            &workspace,
            "/idp/api/v1/team",
            "/idp/api/v1/company/serviceAccount",
            TEMPLATES,
            "/v1/workspaces",
            "/v1/users",
        ];
        let mut seen = Vec::new();
        for path in paths {
            seen.push(usher.get(path, &self.owner.token).await.expect(200).json());
        }
        seen
    }
}

/// The ids that our own API has for a company's resources.
struct Own {
    invitation: String,
    company_invitation: String,
    member: String,
}

impl Own {
    async fn of(usher: &Endpoint, owner: &Account, workspace: &str) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let email = usher.address("invited");
        let invited = usher.invite(&owner.token, workspace, &[(&email, "VIEWER")]).await.expect(200).json();
        let users = json!({ "users": [{ "email": email, "roleName": "Viewer" }] });
        usher.post("/api/v1.0/external/tenant/inviteusers", &owner.token, users).await.expect(200);
        let company = usher.get("/api/v1/company/invitations", &owner.token).await.expect(200).json();
        let body = json!({ "name": "helper" });
        let helper = usher.post("/idp/api/v1/company/serviceAccount", &owner.token, body).await.expect(200).json();
        usher.invite(&owner.token, workspace, &[(&text(&helper["email"]), "VIEWER")]).await.expect(200);
        Self {
            invitation: text(&invited["results"][0]["invitationId"]),
            company_invitation: text(&company["items"][0]["id"]),
            member: text(&helper["id"]),
        }
    }
}

/// The ids that Dock has for a company's resources.
struct Dock {
    workspace: String,
    member: String,
    user: String,
    domain: String,
}

impl Dock {
    async fn of(usher: &Endpoint, owner: &Account, workspace: &str) -> Self {
        let workspace = usher.short_id(&owner.token, workspace).await;
        let body = json!({ "email": usher.address("member"), "role": "viewer", "workspaceId": workspace });
        let made = usher.dock_post(&owner.token, "workspace-users", body).await["workspaceUser"].clone();
        let body = json!({ "domain": "access.example", "role": "viewer", "workspaceId": workspace });
        let domain = usher.dock_post(&owner.token, "workspace-domains", body).await["workspaceDomain"]["id"].clone();
        let own = usher.workspace_user(&owner.token, &workspace, &owner.email).await["user"]["id"].clone();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self { workspace, member: text(&made["id"]), user: text(&own), domain: text(&domain) }
    }

    fn request(&self, usher: &Endpoint, method: &str, path: &str) -> (String, Option<Value>) {
        let id = match path.split('/').nth(2).unwrap() {
            "workspace-users" => &self.member,
            "workspaces" => &self.workspace,
            "workspace-domains" => &self.domain,
            _ => &self.user,
        };
        let short_id = &self.workspace;
        let body = match (method, path) {
            ("GET" | "DELETE", _) => None,
            ("POST", "/v1/workspaces") => Some(json!({ "name": "another" })),
            ("POST", "/v1/workspace-users") => {
                Some(json!({ "email": usher.address("guest"), "role": "viewer", "workspaceId": short_id }))
            }
            ("POST", "/v1/workspace-domains") => {
                Some(json!({ "domain": "other.example", "role": "viewer", "workspaceId": short_id }))
            }
            ("POST", "/v1/workspaces/{id}/access") => Some(json!({ "workspaceUsers": [], "workspaceDomains": [] })),
            ("PATCH", "/v1/workspaces/{id}") => Some(json!({ "published": false })),
            ("PATCH", _) => Some(json!({ "role": "commenter" })),
            _ => panic!("no request for {method} {path}"),
        };
        (path.replace("{id}", id), body)
    }
}

/// The ids that Hexabase has for a company's workspace.
struct Hexabase {
    group: String,
    /// A group that the request of the deleting route would delete.
    spare: String,
    top: String,
    owner: String,
    /// A person whom the request of the removing route would remove.
    leaver: String,
}

impl Hexabase {
    async fn of(usher: &Endpoint, owner: &Account, workspace: &str) -> Self {
        let top = usher.top_group(&owner.token).await;
        let leaver = usher.address("leaver");
        usher.invite(&owner.token, workspace, &[(&leaver, "VIEWER")]).await;
        Self {
            group: usher.group(&owner.token, &top, "Sales").await,
            spare: usher.group(&owner.token, &top, "Spare").await,
            owner: usher.hexabase_id(&owner.token, workspace, &owner.email).await,
            leaver: usher.hexabase_id(&owner.token, workspace, &leaver).await,
            top,
        }
    }

    fn request(&self, workspace: &str, method: &str, path: &str) -> (String, Option<Value>) {
        let group = if (method, path) == ("DELETE", "/api/v0/groups/{groupId}") { &self.spare } else { &self.group };
        let body = match (method, path) {
            ("POST", "/api/v0/users") => Some(json!({ "email": "user@example.com", "g_id": self.top })),
            ("POST", "/api/v0/userinvite") => Some(json!({ "users": [{ "email": "user@example.com" }] })),
            ("POST", "/api/v0/workspaces/{workspaceId}/users") => {
                Some(json!({ "users": [{ "email": "user@example.com", "g_id": self.top }] }))
            }
            ("POST", _) => Some(json!({ "name": "EMEA" })),
            (_, "/api/v0/users") => Some(json!({ "g_id": self.top, "u_id": self.leaver, "w_id": workspace })),
            _ => None,
        };
        let path = path.replace("{workspaceId}", workspace).replace("{groupId}", group);
        (path.replace("{userId}", &self.owner), body)
    }
}

/// The answer to a request without a good token, in the form of the path's contract.
fn unauthenticated(path: &str, answer: Answer) {
    let answer = match path.split('/').nth(1) {
        _ if path.starts_with(EXTERNAL) => answer.smart_documentor_error(401, INVALID_TOKEN),
        _ if path.starts_with(HEXABASE) => answer.hexabase_error(401, "INVALID_TOKEN"),
        Some("api") => answer.problem(401, "invalid_token"),
        Some("v1") => answer.dock_error(401, "UNAUTHORIZED"),
        _ => answer.datagol_error(401, "INVALID_TOKEN"),
    };
    assert_eq!(answer.header("www-authenticate"), "Bearer", "{path}");
}

#[tokio::test]
async fn no_route_answers_without_a_good_token() {
    let usher = Endpoint::start().await;
    let company = Company::found(&usher, "ada").await;
    let (head, signature) = company.owner.token.rsplit_once('.').unwrap();
    let bent = format!("{head}.{}", signature.chars().rev().collect::<String>());
    let bad = ["", "garbage", "a.b.c", UNSIGNED, &bent, "usher_sa_", "usher_sa_nobodys", "ключ"];
    let before = company.seen(&usher).await;
    for (method, path) in CASES {
        let (filled, body) = company.request(&usher, method, path);
        unauthenticated(path, usher.send(method, &filled, None, body.clone()).await);
        for token in bad {
            unauthenticated(path, usher.send(method, &filled, Some(token), body.clone()).await);
            let request = usher.request(method, &filled).header("x-auth-token", token);
            unauthenticated(path, usher.read(request).await);
        }
        let basic = usher.request(method, &filled).basic_auth("ada", Some(&company.owner.token));
        unauthenticated(path, usher.read(basic).await);
    }
    assert_eq!(company.seen(&usher).await, before);
}

#[tokio::test]
async fn an_expired_access_token_opens_no_route() {
    let usher = Endpoint::own(&[("ACCESS_TOKEN_TTL_SECONDS", "3600")]).await;
    let company = Company::found(&usher, "ada").await;
    let token = usher.token(&company.owner.email).await;
    usher.advance(3_600 - 60).await;
    usher.get("/idp/api/v1/user", &token).await.expect(200);
    usher.advance(60).await;
    for (method, path) in CASES {
        let (filled, body) = company.request(&usher, method, path);
        unauthenticated(path, usher.send(method, &filled, Some(&token), body).await);
    }
}

#[tokio::test]
async fn the_token_of_a_deleted_service_account_opens_no_route() {
    let usher = Endpoint::start().await;
    let company = Company::found(&usher, "ada").await;
    let token = &company.account_token;
    usher.get("/noCo/api/v2/workspaces", token).await.expect(200);
    let path = format!("/idp/api/v1/company/serviceAccount/{}", company.account);
    usher.send("DELETE", &path, Some(&company.owner.token), None).await.expect(200);
    for (method, path) in CASES {
        let (filled, body) = company.request(&usher, method, path);
        unauthenticated(path, usher.send(method, &filled, Some(token), body).await);
    }
}

#[tokio::test]
async fn every_route_takes_a_token_in_either_header() {
    let usher = Endpoint::start().await;
    for header in ["authorization", "x-auth-token"] {
        let company = Company::found(&usher, header).await;
        for (method, path) in CASES {
            let (filled, body) = company.request(&usher, method, path);
            let value = match header {
                // The name of the authentication scheme, `Bearer`, is case-insensitive (RFC 9110 section 11.1).
                "authorization" => format!("bearer {}", company.owner.token),
                _ => company.owner.token.clone(),
            };
            let request = usher.request(method, &filled).header(header, value);
            let request = if let Some(body) = body { request.json(&body) } else { request };
            // All resources that the other requests name belong to the caller's company, so the requests succeed.
            let expected = match (*method, *path) {
                // The hash in the sample request belongs to no invitation.
                (_, "/api/v1/invitations/accept") => 410,
                // The person was invited a moment ago, so the cooldown refuses the resending.
                ("POST", path) if path.ends_with("/resend") => 429,
                ("POST", TEMPLATES) => 201,
                ("DELETE", path) if path.starts_with("/api/v1/") => 204,
                _ => 200,
            };
            let answer = usher.read(request).await;
            assert_eq!(answer.status, expected, "{header}: {method} {path}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn another_companys_resources_are_not_found_and_not_changed() {
    let usher = Endpoint::start().await;
    let (ours, theirs) = (Company::found(&usher, "ours").await, Company::found(&usher, "theirs").await);
    let before = ours.seen(&usher).await;
    let mut tried = 0;
    for (method, path) in CASES.iter().filter(|(_, path)| path.contains('{')) {
        let (filled, body) = ours.request(&usher, method, path);
        for token in [&theirs.owner.token, &theirs.account_token] {
            let answer = usher.send(method, &filled, Some(token), body.clone()).await;
            if path.starts_with(EXTERNAL) {
                answer.smart_documentor_error(404, "There is no such workspace.")
            } else if path.starts_with("/v1/") {
                answer.dock_error(404, "NOT_FOUND")
            } else if path.starts_with(HEXABASE) {
                answer.hexabase_error(400, "INVALID_PARAMS")
            } else if path.starts_with("/api/v1/") {
                answer.problem(404, "not_found")
            } else {
                answer.datagol_error(404, "NOT_FOUND")
            };
            tried += 1;
        }
    }
    assert!(tried >= 2 * 36, "routes with an id in them: {tried}");
    assert_eq!(ours.seen(&usher).await, before);
    usher.get("/noCo/api/v2/workspaces", &ours.account_token).await.expect(200);
    let seen = usher.get("/noCo/api/v2/workspaces", &theirs.account_token).await.expect(200).json();
    assert_eq!(seen.as_array().map(Vec::len), Some(1), "{seen}");
}

/// In this test, the admin of one company is also an ADMIN of another company's workspace.
#[tokio::test]
async fn dock_shows_only_the_company_of_the_key() {
    let usher = Endpoint::start().await;
    let (ours, theirs) = (Company::found(&usher, "ours").await, Company::found(&usher, "theirs").await);
    usher.invite(&ours.owner.token, &ours.workspace, &[(&theirs.owner.email, "ADMIN")]).await.expect(200);
    let hash = usher.mail(&theirs.owner.email, 2).await.hash();
    usher.accept(&theirs.owner.token, &hash).await.expect(200);
    for (method, path) in CASES.iter().filter(|(_, path)| path.starts_with("/v1/") && path.contains('{')) {
        let (filled, body) = ours.request(&usher, method, path);
        usher.send(method, &filled, Some(&theirs.owner.token), body).await.dock_error(404, "NOT_FOUND");
    }
    for path in ["workspace-users", "workspace-domains"] {
        let body = json!({
            "email": "x@y.example", "domain": "y.example", "role": "viewer", "workspaceId": ours.dock.workspace,
        });
        usher.post(&format!("/v1/{path}"), &theirs.owner.token, body).await.dock_error(404, "NOT_FOUND");
    }
    let seen = usher.get("/v1/workspaces", &theirs.owner.token).await.expect(200).text;
    assert!(!seen.contains(&ours.dock.workspace), "{seen}");
}

/// A user of the company who is no company admin, though ADMIN of a workspace.
#[tokio::test]
async fn dock_serves_company_admins_only() {
    let usher = Endpoint::start().await;
    let company = Company::found(&usher, "ada").await;
    let bob = usher.member(&company.owner.token, &company.workspace, "bob", "ADMIN").await;
    for (method, path) in CASES.iter().filter(|(_, path)| path.starts_with("/v1/")) {
        let (filled, body) = company.request(&usher, method, path);
        let answer = usher.send(method, &filled, Some(&bob.token), body).await.dock_error(403, "FORBIDDEN");
        assert_eq!(answer.header("x-ratelimit-limit"), "120");
    }
}

#[tokio::test]
async fn names_and_lists_of_a_company_are_shown_to_nobody_else() {
    let usher = Endpoint::start().await;
    let (ours, theirs) = (Company::found(&usher, "ours").await, Company::found(&usher, "theirs").await);
    for (seen, other) in [(ours.seen(&usher).await, &theirs), (theirs.seen(&usher).await, &ours)] {
        let seen = serde_json::to_string(&seen).unwrap();
        for hidden in [&other.workspace, &other.account, &other.owner.email] {
            assert!(!seen.contains(hidden.as_str()), "{hidden} in {seen}");
        }
    }
}

#[tokio::test]
async fn an_invitation_is_accepted_by_the_invited_account_and_by_no_other() {
    let usher = Endpoint::start().await;
    let (ours, theirs) = (Company::found(&usher, "ours").await, Company::found(&usher, "theirs").await);
    usher.invite(&ours.owner.token, &ours.workspace, &[(&theirs.owner.email, "VIEWER")]).await.expect(200);
    // The first mail of this test was the mail with the founder's one-time password.
    let body = json!({ "hash": usher.mail(&theirs.owner.email, 2).await.hash() });
    let path = "/api/v1/invitations/accept";
    for token in [&ours.owner.token, &ours.account_token, &theirs.account_token] {
        usher.post(path, token, body.clone()).await.problem(403, "other_address");
    }
    let accepted = usher.post(path, &theirs.owner.token, body.clone()).await.expect(200).json();
    assert_eq!(accepted, json!({ "workspaceId": ours.workspace, "role": "VIEWER" }));
    usher.post(path, &theirs.owner.token, body).await.problem(410, "invitation_gone");
}
