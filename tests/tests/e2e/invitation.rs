//! Tests of /invitation: the page behind a link that was mailed to a person with an account, and the requests that the
//! page's forms send.

use serde_json::json;
use tests::{Account, Answer, Endpoint, HeldCall, Need, PASSWORD};

use crate::register::is_page;

/// How long an invitation of these tests is valid, in seconds.
const LIFETIME: i64 = 604_800;

/// A workspace with its administrator, an invited person who has an account in another company, and the link in the
/// invited person's mail.
struct Invited {
    usher: Endpoint,
    ada: Account,
    workspace: String,
    eve: Account,
    link: String,
    hash: String,
}

impl Invited {
    async fn on(usher: Endpoint) -> Self {
        let ada = usher.founder("ada").await;
        let workspace = usher.workspace(&ada.token, "Project Alpha").await;
        let eve = usher.founder("eve").await;
        usher.invite(&ada.token, &workspace, &[(&eve.email, "EDITOR")]).await.expect(200);
        let mail = usher.mail(&eve.email, 2).await;
        Self { link: mail.link(), hash: mail.hash(), usher, ada, workspace, eve }
    }

    /// Posts a form of the page `/invitation`.
    async fn post(&self, path: &str, password: &str) -> Answer {
        let form =
            [("hash", self.hash.as_str()), ("type", "WORK_SPACE"), ("email", &self.eve.email), ("password", password)];
        self.usher.read(self.usher.request("POST", path).form(&form)).await
    }

    async fn page(&self, path: &str) -> Answer {
        self.usher.read(self.usher.request("GET", path).query(&[("hash", &self.hash)])).await
    }

    async fn role(&self) -> Option<String> {
        self.usher.role(&self.usher.token(&self.eve.email).await, &self.workspace).await
    }
}

#[tokio::test]
async fn a_person_with_an_account_accepts_with_its_password() {
    let invited = Invited::on(Endpoint::start().await).await;
    let (_, path) = invited.link.split_once("/invitation?").expect("the link of somebody with an account");
    assert_eq!(path, format!("hash={}&type=WORK_SPACE", invited.hash));
    let mut pages = Vec::new();
    for path in ["/invitation", "/register", "/invitation"] {
        let page = invited.page(path).await.expect(200);
        is_page(&page);
        let head = invited.usher.send("HEAD", &format!("{path}?hash={}", invited.hash), None, None).await.expect(200);
        is_page(&head);
        assert_eq!(head.text, "");
        pages.push(page.text);
    }
    assert!(pages.iter().all(|page| *page == pages[0]));
    for expected in ["Ada Founder", "Project Alpha", "ada Ltd", "Editor", "UTC", &invited.eve.email, "Accept and join"]
    {
        assert!(pages[0].contains(expected), "{expected}: {}", pages[0]);
    }
    for wrong in ["", "Wrong12#$"] {
        let page = invited.post("/invitation", wrong).await.expect(422);
        is_page(&page);
        assert!(page.text.contains("role=\"alert\">The password is wrong.") && page.text.contains(&invited.hash));
    }
    assert_eq!(invited.role().await, None);
    let page = invited.post("/invitation", PASSWORD).await.expect(200);
    is_page(&page);
    assert!(page.text.contains("Project Alpha") && page.text.contains(&invited.eve.email), "{}", page.text);
    assert_eq!(invited.role().await.as_deref(), Some("EDITOR"));
    for path in ["/invitation", "/invitation/decline"] {
        is_page(&invited.post(path, PASSWORD).await.expect(410));
    }
    assert_eq!(invited.role().await.as_deref(), Some("EDITOR"));
}

#[tokio::test]
async fn a_person_without_an_account_signs_up_on_the_page() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Project Alpha").await;
    let guest = usher.address("guest");
    usher.invite(&ada.token, &workspace, &[(&guest, "EDITOR")]).await.expect(200);
    let mail = usher.mail(&guest, 1).await;
    assert!(mail.link().contains("/register?"), "{}", mail.link());
    let query = [("hash", mail.hash())];
    let page = usher.read(usher.request("GET", "/invitation").query(&query)).await.expect(200);
    assert!(page.text.contains(r#"action="/register""#) && page.text.contains("Sign up and join"), "{}", page.text);
    // The invited person has no password yet, and so cannot accept with a password.
    let form = [("hash", mail.hash()), ("password", PASSWORD.to_owned())];
    usher.read(usher.request("POST", "/invitation").form(&form)).await.expect(422);
    usher.sign_up_by_invitation(&guest, &mail.hash()).await.expect(200);
}

#[tokio::test]
async fn a_page_allows_ten_passwords_and_the_invitation_stays_open() {
    let invited = Invited::on(Endpoint::with(&[Need::Clock]).await).await;
    for _ in 0..10 {
        invited.post("/invitation", "Wrong12#$").await.expect(422);
    }
    let page = invited.post("/invitation", PASSWORD).await.expect(429);
    is_page(&page);
    let wait: i64 = page.header("retry-after").parse().expect("seconds");
    invited.usher.advance(wait).await;
    invited.post("/invitation", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn of_two_forms_that_accept_together_one_succeeds() {
    let invited = Invited::on(Endpoint::with(&[Need::Calls]).await).await;
    // The transactions before count the attempt and take the count back, as the password is right.
    let acceptance = HeldCall::write_after("accept-invitation", 2);
    let post = || invited.post("/invitation", PASSWORD);
    let (first, second) = invited.usher.overtake(post(), post(), acceptance).await;
    first.expect(200);
    second.expect(410);
    assert_eq!(invited.role().await.as_deref(), Some("EDITOR"));
}

#[tokio::test]
async fn somebody_with_a_code_accepts_with_the_password_of_its_account() {
    let usher = Endpoint::start().await;
    let email = usher.address("shared");
    let mut links = Vec::new();
    for name in ["ada", "eve"] {
        let owner = usher.founder(name).await;
        let workspace = usher.workspace(&owner.token, "Project Alpha").await;
        let code = format!("G-{email}");
        let users = json!([{ "email": email, "g_id": usher.top_group(&owner.token).await, "user_code": code }]);
        let path = format!("/api/v0/workspaces/{workspace}/users");
        let added = usher.post(&path, &owner.token, json!({ "users": users })).await.expect(200).json();
        assert_eq!(added["errors"], json!(null), "{added}");
        let mail = usher.mail(&email, links.len() + 1).await;
        links.push(mail.link());
        if links.len() == 1 {
            let form = json!({ "confirmation_id": mail.hash(), "email": email, "password": PASSWORD });
            usher.post_open("/api/v0/users/registration/confirm", form).await.expect(200);
        } else {
            let form = [("hash", mail.hash()), ("password", PASSWORD.to_owned())];
            usher.read(usher.request("POST", "/invitation").form(&form)).await.expect(200);
            let body = json!({ "user_code": code, "password": PASSWORD });
            let token = usher.post_open("/api/v0/login", body).await.expect(200).json()["token"].clone();
            let role = usher.role(token.as_str().unwrap(), &workspace).await;
            assert_eq!(role.as_deref(), Some("VIEWER"));
        }
    }
    assert!(links[0].contains("/register?") && links[1].contains("/invitation?"), "{links:?}");
}

#[tokio::test]
async fn declining_ends_the_invitation() {
    let invited = Invited::on(Endpoint::start().await).await;
    let page = invited.post("/invitation/decline", "").await.expect(200);
    is_page(&page);
    assert!(page.text.contains("You have declined"), "{}", page.text);
    for path in ["/invitation", "/invitation/decline"] {
        is_page(&invited.post(path, PASSWORD).await.expect(410));
    }
    is_page(&invited.page("/invitation").await.expect(410));
    let path = format!("/api/v1/workspaces/{}/invitations?status=DECLINED", invited.workspace);
    let listed = invited.usher.get(&path, &invited.ada.token).await.expect(200).json();
    assert_eq!(listed["items"][0]["email"], invited.eve.email);
    assert_eq!(invited.role().await, None);
}

#[tokio::test]
async fn the_page_of_a_dead_link_requests_a_new_invitation_and_is_the_same_for_any_hash() {
    let mut invited = Invited::on(Endpoint::with(&[Need::Clock]).await).await;
    invited.usher.advance(LIFETIME).await;
    let dead = invited.page("/invitation").await.expect(410);
    assert!(dead.text.contains(r#"action="/invitation/renew""#) && dead.text.contains(&invited.hash), "{}", dead.text);
    let asked = invited.post("/invitation/renew", "").await.expect(200);
    is_page(&asked);
    let mail = invited.usher.mail(&invited.ada.email, 2).await;
    assert!(mail.subject.contains("asks for a new invitation"), "{}", mail.subject);
    for hash in ["0b6f2c1e-5d7a-4c3b-8e9f-a1b2c3d4e5f6", "no-uuid", "", "\"'><script>"] {
        hash.clone_into(&mut invited.hash);
        assert_eq!(invited.post("/invitation/renew", "").await.expect(200).text, asked.text);
        let page = invited.page("/invitation").await.expect(410);
        assert!(!page.text.contains("<script"), "{}", page.text);
    }
}

#[tokio::test]
async fn a_body_that_is_no_form_is_refused_with_a_page() {
    let usher = Endpoint::start().await;
    for path in ["/invitation", "/invitation/decline", "/invitation/renew", "/register"] {
        let request = usher.request("POST", path).header("content-type", "application/json").body("{}");
        is_page(&usher.read(request).await.expect(415));
        let form = "application/x-www-form-urlencoded";
        let long = "a".repeat(4_200_000);
        for (body, status) in [(b"hash=\xff".to_vec(), 400), (long.into_bytes(), 413)] {
            let request = usher.request("POST", path).header("content-type", form).body(body);
            is_page(&usher.read(request).await.expect(status));
        }
    }
}
