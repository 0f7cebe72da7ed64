//! The values that the API description cannot contain, for schemathesis: tokens, and the ids, hashes and passwords of
//! existing resources. Each operation that works only once has a resource of its own.

use std::{collections::BTreeMap, fmt::Write};

use serde_json::{Value, json};
use tests::{Account, PASSWORD, World};

const INVITATION: &str = "/api/v1/workspaces/{workspaceId}/invitations/{id}";
const COMPANY_INVITATION: &str = "/api/v1/company/invitations/{id}";
const TEMPLATE: &str = "/api/v1/company/mail-templates/{id}";
const ACCOUNT: &str = "/idp/api/v1/company/serviceAccount/{id}";

/// Longer than the cooldown of an invitation and the window of Dock's rate limit, in seconds.
const COOLED_DOWN: i64 = 61;

/// Dock's routes, each with its parameter and the resource whose id the parameter gets.
const DOCK: [(&str, &str, &str); 14] = [
    ("POST /v1/workspace-users", "body.workspaceId", "workspace"),
    ("GET /v1/workspace-users", "query.workspaceId", "workspace"),
    ("GET /v1/workspace-users/{id}", "path.id", "member"),
    ("PATCH /v1/workspace-users/{id}", "path.id", "member"),
    ("DELETE /v1/workspace-users/{id}", "path.id", "member"),
    ("POST /v1/workspaces", "", ""),
    ("GET /v1/workspaces", "", ""),
    ("PATCH /v1/workspaces/{id}", "path.id", "workspace"),
    ("POST /v1/workspaces/{id}/access", "path.id", "workspace"),
    ("GET /v1/workspace-domains", "query.workspaceId", "workspace"),
    ("POST /v1/workspace-domains", "body.workspaceId", "workspace"),
    ("PATCH /v1/workspace-domains/{id}", "path.id", "domain"),
    ("GET /v1/users", "", ""),
    ("GET /v1/users/{id}", "path.id", "person"),
];

/// The API description with examples of existing resources, and the settings of schemathesis.
pub(super) struct Examples {
    document: Value,
    token: String,
    everywhere: BTreeMap<&'static str, String>,
    of_operations: BTreeMap<String, Values>,
}

/// The example values for the requests of one operation.
#[derive(Default)]
struct Values {
    parameters: BTreeMap<&'static str, Value>,
    token: Option<String>,
}

impl Examples {
    /// Creates all resources that the requests need in a workspace, and collects the ids, hashes and tokens.
    pub(super) async fn of(world: &World, document: Value) -> Self {
        let token = world.ada.token.clone();
        let mut examples = Self { document, token, everywhere: BTreeMap::new(), of_operations: BTreeMap::new() };
        examples.workspace(world).await;
        examples.invitations(world).await;
        examples.hashes(world).await;
        examples.accounts(world).await;
        examples.company(world).await;
        examples.dock(world).await;
        world.usher.advance(COOLED_DOWN).await;
        examples
    }

    async fn workspace(&mut self, world: &World) {
        let World { usher, ada, workspace } = world;
        usher.post(&format!("/api/v0/workspaces/{workspace}/select"), &ada.token, json!({})).await.expect(200);
        let group = usher.top_group(&ada.token).await;
        self.everywhere.insert("path.workspaceId", workspace.clone());
        self.everywhere.insert("path.groupId", group.clone());
        self.everywhere.insert("path.userId", member(world, "gail").await);

        let number = usher.workspace_number(&ada.token, "Project Alpha").await;
        self.give("GET /api/v1.0/external/sdworkspace/allusers/{workspaceId}", "path.workspaceId", number);
        self.give_body("POST /api/v1.0/external/sdworkspace/inviteusers", &json!({ "workspaceId": number }));
        self.give_body("POST /api/v0/users", &json!({ "g_id": group }));

        let leaver = member(world, "leaver").await;
        self.give("DELETE /api/v1/workspaces/{workspaceId}/members/{userId}", "path.userId", leaver);
        let other = member(world, "other").await;
        self.give_body("DELETE /api/v0/users", &json!({ "g_id": group, "u_id": other, "w_id": workspace }));
        let empty = usher.group(&ada.token, &group, "Empty").await;
        self.give("DELETE /api/v0/groups/{groupId}", "path.groupId", empty);
    }

    async fn invitations(&mut self, world: &World) {
        let World { usher, ada, .. } = world;
        for (verb, rest, name) in [("GET", "", "shown"), ("POST", "/resend", "resent"), ("DELETE", "", "revoked")] {
            let (_, id) = world.invited(&ada.token, name, "EDITOR").await;
            self.give(&format!("{verb} {INVITATION}{rest}"), "path.id", id);

            let email = usher.address(&format!("company-{name}"));
            let body = json!({ "users": [{ "email": email, "roleName": "Viewer" }] });
            usher.post("/api/v1.0/external/tenant/inviteusers", &ada.token, body).await.expect(200);
            let listed = usher.all_pages("/api/v1/company/invitations", &ada.token, 100).await;
            let invitation = listed.into_iter().find(|invitation| invitation["email"] == email).unwrap();
            self.give(&format!("{verb} {COMPANY_INVITATION}{rest}"), "path.id", invitation["id"].clone());
        }
    }

    async fn hashes(&mut self, world: &World) {
        let (_, hash) = invited(world, "looker", 1).await;
        for page in ["GET /invitation", "HEAD /invitation", "GET /register", "HEAD /register"] {
            self.give(page, "query.hash", hash.clone());
        }
        self.give("GET /api/v0/users/registration/confirm", "query.id", hash.clone());
        self.give_body("POST /api/v1/invitations/preview", &json!({ "hash": hash }));

        for (name, decline) in [("paul", "POST /invitation/decline"), ("quinn", "POST /api/v1/invitations/decline")] {
            let (_, hash) = invited(world, name, 1).await;
            self.give_body(decline, &json!({ "hash": hash }));
        }
        let joins = [
            ("ralph", "POST /register", "hash"),
            ("sue", "POST /idp/api/v1/user/sign-up", "hash"),
            ("tom", "POST /api/v0/users/registration/confirm", "confirmation_id"),
        ];
        for (name, join, field) in joins {
            let (email, hash) = invited(world, name, 1).await;
            self.give_body(join, &json!({ field: hash, "email": email }));
        }
        world.usher.founder("bob").await;
        let (_, hash) = invited(world, "bob", 2).await;
        self.give_body("POST /invitation", &json!({ "hash": hash, "password": PASSWORD }));
        let eve = world.usher.founder("eve").await;
        let (_, hash) = invited(world, "eve", 2).await;
        self.give_body("POST /api/v1/invitations/accept", &json!({ "hash": hash }));
        self.call_as("POST /api/v1/invitations/accept", &eve);
    }

    async fn accounts(&mut self, world: &World) {
        let usher = &world.usher;
        let carol = usher.founder("carol").await;
        for log_in in ["POST /idp/api/v1/user/token", "POST /idp/api/v1/user/login", "POST /api/v0/login"] {
            self.give_body(log_in, &json!({ "email": carol.email, "password": PASSWORD }));
        }
        let (change, new) = ("PUT /api/v0/users/password", "Other12#$");
        self.give_body(change, &json!({ "old_password": PASSWORD, "new_password": new, "confirm_password": new }));
        self.call_as(change, &usher.founder("dora").await);

        let email = usher.address("newcomer");
        let body = json!({ "email": email, "password": PASSWORD, "firstname": "New", "lastname": "Comer", "companyName": "New" });
        usher.post_open("/idp/api/v1/user/sign-up", body).await.expect(200);
        let otp = usher.mail(&email, 1).await.code();
        self.give_body("POST /idp/api/v1/user/signUp/verifyEmailOtp", &json!({ "email": email, "otp": otp }));
    }

    async fn company(&mut self, world: &World) {
        let World { usher, ada, .. } = world;
        let account = async |name: &str| {
            let made = usher.post("/idp/api/v1/company/serviceAccount", &ada.token, json!({ "name": name })).await;
            made.expect(200).json()
        };
        let client = account("client").await;
        let credentials = json!({ "client_id": client["id"], "client_secret": client["token"] });
        self.give_body("POST /connect/token", &credentials);
        let reset = account("reset").await;
        for verb in ["GET", "POST"] {
            self.give(&format!("{verb} {ACCOUNT}/token/reset"), "path.id", reset["id"].clone());
        }
        self.give(&format!("DELETE {ACCOUNT}"), "path.id", account("removed").await["id"].clone());

        let template = usher.mail_template(&ada.token, "Kept").await;
        self.give(&format!("GET {TEMPLATE}"), "path.id", template.clone());
        self.give(&format!("PUT {TEMPLATE}"), "path.id", template);
        let removed = usher.mail_template(&ada.token, "Removed").await;
        self.give(&format!("DELETE {TEMPLATE}"), "path.id", removed);
    }

    /// Each Dock route is tested with a company of its own, because Dock limits the requests of a company.
    async fn dock(&mut self, world: &World) {
        for (number, (route, name, id)) in DOCK.into_iter().enumerate() {
            let (founder, ids) = dock_company(world, number).await;
            match name.strip_prefix("body.") {
                Some(field) => self.give_body(route, &json!({ field: ids[id] })),
                None if name.is_empty() => {}
                None => self.give(route, name, ids[id].clone()),
            }
            self.call_as(route, &founder);
        }
    }

    /// Sets the example value of a route's parameter.
    fn give(&mut self, route: &str, name: &'static str, value: impl Into<Value>) {
        self.of_operations.entry(route.to_owned()).or_default().parameters.insert(name, value.into());
    }

    /// Sets the example of a route's body: the given fields, and the other required fields. The settings of
    /// schemathesis would apply only to random requests.
    fn give_body(&mut self, route: &str, fields: &Value) {
        let (verb, path) = route.split_once(' ').unwrap();
        let operation = &mut self.document["paths"][path][verb.to_lowercase()];
        for media in operation["requestBody"]["content"].as_object_mut().unwrap().values_mut() {
            let needed = media["schema"]["required"].as_array().cloned().unwrap_or_default();
            let mut example = media["example"].as_object().cloned().unwrap();
            example.retain(|name, _| needed.iter().any(|one| one == name.as_str()));
            for (name, value) in fields.as_object().unwrap() {
                let schema = media["schema"]["properties"][name].as_object_mut().unwrap();
                schema.insert("examples".to_owned(), json!([value]));
                example.insert(name.clone(), value.clone());
            }
            media["example"] = example.into();
        }
    }

    /// Sets the access token with which schemathesis calls a route.
    fn call_as(&mut self, route: &str, caller: &Account) {
        self.of_operations.entry(route.to_owned()).or_default().token = Some(caller.token.clone());
    }

    pub(super) fn document(&self) -> &Value {
        &self.document
    }

    /// All operations of the API description, by HTTP method and path.
    pub(super) fn operations(&self) -> Vec<String> {
        let paths = self.document["paths"].as_object().unwrap().iter();
        let verbs = paths.flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |verb| (verb, path)));
        verbs.map(|(verb, path)| format!("{} {path}", verb.to_uppercase())).collect()
    }

    /// The settings file of schemathesis (TOML). Texts and numbers have the same form in JSON and TOML.
    pub(super) fn settings(&self) -> String {
        let headers = |token: &str| format!("headers = {{ Authorization = \"Bearer {token}\" }}");
        let everywhere = self.everywhere.iter().map(|(name, value)| format!("\"{name}\" = \"{value}\""));
        let everywhere = everywhere.collect::<Vec<_>>().join(", ");
        let mut settings = format!("{}\nparameters = {{ {everywhere} }}\n", headers(&self.token));
        for (route, own) in &self.of_operations {
            writeln!(settings, "\n[[operations]]\ninclude-name = \"{route}\"").unwrap();
            let parameters = own.parameters.iter().map(|(name, value)| format!("\"{name}\" = {value}"));
            let parameters = parameters.collect::<Vec<_>>().join(", ");
            writeln!(settings, "parameters = {{ {parameters} }}").unwrap();
            if let Some(token) = &own.token {
                writeln!(settings, "{}", headers(token)).unwrap();
            }
        }
        settings
    }
}

/// Adds a new member to the workspace, and returns the member's user id.
async fn member(world: &World, name: &str) -> String {
    let member = world.member(name, "EDITOR").await;
    world.user_id(&member.email).await
}

/// Invites a person, waits until the person has the given number of mails, and returns the address and the link's hash.
async fn invited(world: &World, name: &str, mails: usize) -> (String, String) {
    let (email, _) = world.invited(&world.ada.token, name, "EDITOR").await;
    let hash = world.usher.mail(&email, mails).await.hash();
    (email, hash)
}

/// A company with a workspace, an invited person and a domain. Returns the founder and the ids.
async fn dock_company(world: &World, number: usize) -> (Account, Value) {
    let usher = &world.usher;
    let founder = usher.founder(&format!("dock{number}")).await;
    let workspace = usher.workspace(&founder.token, "Docked").await;
    let workspace = usher.short_id(&founder.token, &workspace).await;
    let guest =
        json!({ "email": usher.address(&format!("guest{number}")), "role": "editor", "workspaceId": workspace });
    let member = usher.dock_post(&founder.token, "workspace-users", guest).await["workspaceUser"].clone();
    let domain = json!({ "domain": format!("dock{number}.example"), "role": "editor", "workspaceId": workspace });
    let domain = usher.dock_post(&founder.token, "workspace-domains", domain).await["workspaceDomain"].clone();
    let person = member["user"]["id"].clone();
    (founder, json!({ "workspace": workspace, "member": member["id"], "person": person, "domain": domain["id"] }))
}
