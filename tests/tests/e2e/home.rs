//! The page of `/`, and the addresses to which pages and mails send people.

use reqwest::header::ORIGIN;
use serde_json::json;
use tests::{Account, Endpoint, PASSWORD};

use crate::register::is_page;

/// How long an invitation lives, in seconds.
const LIFETIME: i64 = 604_800;

/// The addresses of a page's links.
fn links(page: &str) -> Vec<String> {
    let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split_once('"'));
    links.map(|(link, _)| link.to_owned()).collect()
}

/// The web addresses in the plain text of a mail that are not an invitation's link.
fn addresses(text: &str) -> Vec<String> {
    let words = text.split_whitespace().filter(|word| word.starts_with("http") && !word.contains("hash="));
    words.map(str::to_owned).collect()
}

#[tokio::test]
async fn the_page_reads_for_those_who_joined_and_for_those_who_pass_by() {
    let usher = Endpoint::start().await;
    for (path, heading) in [
        ("/", "<h1>This is where invitations are accepted</h1>"),
        ("/?joined=true", "<h1>You have joined</h1>"),
        ("/?joined=maybe&other=1", "<h1>This is where invitations are accepted</h1>"),
    ] {
        let page = usher.send("GET", path, None, None).await.expect(200);
        is_page(&page);
        assert!(page.text.contains(heading), "{path}: {}", page.text);
        let head = usher.send("HEAD", path, None, None).await.expect(200);
        is_page(&head);
        assert_eq!(head.text, "");
    }
}

/// Signs somebody up by the form behind the link in their mail, and returns the page that they then see.
async fn join(usher: &Endpoint, token: &str, workspace: &str, name: &str) -> (String, String) {
    let email = usher.address(name);
    usher.invite(token, workspace, &[(&email, "EDITOR")]).await.expect(200);
    let hash = usher.mail(&email, 1).await.hash();
    let form = [
        ("hash", hash.as_str()),
        ("email", &email),
        ("firstname", "John"),
        ("lastname", "Doe"),
        ("password", PASSWORD),
    ];
    let page = usher.read(usher.request("POST", "/register").form(&form)).await.expect(200);
    (email, page.text)
}

/// The addresses to which mails send members: a member who was added to another workspace, a person who signs up again,
/// and an inviter who is asked for a new invitation.
async fn addresses_for_members(usher: &Endpoint, ada: &Account, member: &str) -> Vec<String> {
    let second = usher.workspace(&ada.token, "Second").await;
    let late = usher.address("late");
    usher.invite(&ada.token, &second, &[(member, "EDITOR"), (&late, "EDITOR")]).await.expect(200);
    let sign_up = json!({
        "email": ada.email, "password": PASSWORD, "firstname": "Ada", "lastname": "Founder", "companyName": "Other",
    });
    usher.post_open("/idp/api/v1/user/sign-up", sign_up).await.expect(200);
    let again = usher.mail(&ada.email, 2).await;
    let hash = usher.mail(&late, 1).await.hash();
    usher.advance(LIFETIME).await;
    usher.post_open("/api/v1/invitations/renew", json!({ "hash": hash })).await.expect(202);
    let (added, renewal) = (usher.mail(member, 2).await, usher.mail(&ada.email, 3).await);
    [added, again, renewal].iter().flat_map(|mail| addresses(&mail.text)).collect()
}

#[tokio::test]
async fn every_link_of_a_page_and_of_a_mail_leads_to_a_page() {
    let usher = Endpoint::own(&[]).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Project Alpha").await;
    let (email, done) = join(&usher, &ada.token, &workspace, "guest").await;
    let eve = usher.founder("eve").await;
    usher.invite(&ada.token, &workspace, &[(&eve.email, "EDITOR")]).await.expect(200);
    let hash = usher.mail(&eve.email, 2).await.hash();
    let form = [("hash", hash.as_str()), ("password", PASSWORD)];
    let accepted = usher.read(usher.request("POST", "/invitation").form(&form)).await.expect(200).text;
    let dead = usher.registration_page(&hash).await.expect(410).text;
    assert_eq!([links(&done), links(&accepted), links(&dead)], [["/?joined=true"], ["/?joined=true"], ["/"]]);

    let home = format!("{}/", usher.url());
    assert_eq!(addresses_for_members(&usher, &ada, &email).await, [home.as_str(); 3]);
    for link in links(&done).into_iter().chain(links(&dead)).chain(["/".to_owned()]) {
        is_page(&usher.send("GET", &link, None, None).await.expect(200));
    }
}

#[tokio::test]
async fn people_go_to_the_deployments_app_if_it_is_named() {
    const APP: &str = "https://app.example.com/#/start";
    let usher = Endpoint::own(&[("AFTER_JOIN_URL", APP)]).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Project Alpha").await;
    let (email, done) = join(&usher, &ada.token, &workspace, "guest").await;
    assert_eq!(links(&done), [APP]);
    let dead = usher.registration_page("").await.expect(410).text;
    assert_eq!(links(&dead), [APP]);
    let home = usher.send("GET", "/", None, None).await.expect(200).text;
    assert_eq!(links(&home), [APP, "/docs"]);
    // The mailed link itself leads to our own page as before.
    let other = usher.address("other");
    usher.invite(&ada.token, &workspace, &[(&other, "EDITOR")]).await.expect(200);
    assert!(usher.mail(&other, 1).await.link().starts_with(usher.url()));
    // APP_URL says from where pages may call the API, not AFTER_JOIN_URL.
    let request = usher.request("GET", "/docs").header(ORIGIN, "https://app.example.com");
    assert_eq!(usher.read(request).await.header("access-control-allow-origin"), "");
    assert_eq!(addresses_for_members(&usher, &ada, &email).await, [APP; 3]);
}
