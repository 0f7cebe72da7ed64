//! The pages in a browser, from the mail's link on.

use std::{path::Path, process::Stdio};

use fantoccini::{Client, ClientBuilder, Locator, key::Key};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tests::{Endpoint, Founder, PASSWORD};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// How long an invitation lives, in seconds.
const LIFETIME: i64 = 604_800;

/// What happens to each element under a scanner's eyes.
const EVENTS: &str = "for (const one of document.querySelectorAll('*')) \
                      for (const kind of ['mouseover', 'focus', 'scroll', 'load']) one.dispatchEvent(new Event(kind))";

/// Chromium as a person has it, or as `arguments` say.
struct Browser {
    client: Client,
    _driver: Child,
}

impl Browser {
    async fn start(arguments: &[&str]) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("chromedriver is installed");
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port: u16 = loop {
            let line = lines.next_line().await.unwrap().expect("chromedriver tells its port");
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim_end_matches('.').parse().unwrap();
            }
        };
        // Its sandbox doesn't start in a container, and it has no business elsewhere.
        let all = [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ];
        let all = [&all[..], arguments].concat();
        let options = json!({ "args": all });
        let capabilities = [("goog:chromeOptions".to_owned(), options)].into_iter().collect();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(capabilities).connect(&format!("http://127.0.0.1:{port}")).await.unwrap();
        Self { client, _driver: driver }
    }

    async fn open(&self, link: &str) {
        self.client.goto(link).await.unwrap();
    }

    async fn heading(&self) -> String {
        self.client.find(Locator::Css("h1")).await.unwrap().text().await.unwrap()
    }

    async fn text(&self) -> String {
        self.client.find(Locator::Css("main")).await.unwrap().text().await.unwrap()
    }

    async fn press(&self, button: &str) {
        let button = format!("//button[normalize-space()='{button}']");
        self.client.find(Locator::XPath(&button)).await.unwrap().click().await.unwrap();
    }

    /// Types into whatever has the focus.
    async fn keys(&self, keys: &str) {
        self.client.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    async fn focused(&self) -> Option<String> {
        self.client.active_element().await.unwrap().attr("name").await.unwrap()
    }

    async fn script(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    async fn close(self) {
        self.client.close().await.unwrap();
    }
}

/// Ada's workspace, and people to invite to it.
struct Place {
    usher: Endpoint,
    ada: Founder,
    workspace: String,
}

impl Place {
    async fn new() -> Self {
        let usher = Endpoint::own(&[]).await;
        let ada = usher.founder("ada").await;
        let workspace = usher.workspace(&ada.token, "Project Alpha").await;
        Self { usher, ada, workspace }
    }

    /// Invites somebody, and answers the link in the newest of their `mails` mails.
    async fn link(&self, email: &str, mails: usize) -> String {
        let users = json!([{ "email": email, "role": "EDITOR" }]);
        let body = json!({ "workSpaceUsers": users, "message": "Hello,\n\nthe plans are ready – come and see." });
        self.usher.bulk(&self.ada.token, &self.workspace, body).await.expect(200);
        self.usher.mail(email, mails).await.link()
    }

    /// Somebody's role in the workspace, by the password that they gave.
    async fn role(&self, email: &str) -> Option<String> {
        self.usher.role(&self.usher.token(email).await, &self.workspace).await
    }
}

#[tokio::test]
#[ignore = "needs Chromium and chromedriver, which .ci/run installs; see CONTRIBUTING.md"]
async fn by_the_mails_link_and_the_keyboard_somebody_is_in() {
    let (place, browser) = (Place::new().await, Browser::start(&[]).await);
    let guest = place.usher.address("guest");
    browser.open(&place.link(&guest, 1).await).await;
    assert_eq!(browser.heading().await, "Ada Founder invites you to Project Alpha");
    for told in ["the plans are ready", "ada Ltd", "Editor", "UTC"] {
        assert!(browser.text().await.contains(told), "{told}: {}", browser.text().await);
    }
    for (field, typed) in [("email", ""), ("firstname", "Grace"), ("lastname", "Hopper"), ("password", "Password1!")] {
        browser.keys(&(Key::Tab + "")).await;
        assert_eq!(browser.focused().await.as_deref(), Some(field));
        browser.keys(typed).await;
    }
    browser.keys(&(Key::Enter + "")).await;
    // It is taken back with the reason, and the focus where it is to be mended.
    assert_eq!(browser.focused().await.as_deref(), Some("password"));
    assert!(browser.text().await.contains("most often used"), "{}", browser.text().await);
    browser.keys(PASSWORD).await;
    browser.keys(&(Key::Enter + "")).await;
    assert_eq!(browser.heading().await, "You’re in");
    browser.close().await;
    assert_eq!(place.role(&guest).await.as_deref(), Some("EDITOR"));
}

#[tokio::test]
#[ignore = "needs Chromium and chromedriver, which .ci/run installs; see CONTRIBUTING.md"]
async fn somebody_with_an_account_accepts_one_invitation_and_declines_another() {
    let (place, browser) = (Place::new().await, Browser::start(&[]).await);
    let [eve, bob] = [place.usher.founder("eve").await, place.usher.founder("bob").await];
    browser.open(&place.link(&eve.email, 2).await).await;
    browser.client.find(Locator::Id("password")).await.unwrap().send_keys(PASSWORD).await.unwrap();
    browser.press("Accept and join").await;
    assert_eq!(browser.heading().await, "You’re in");
    assert_eq!(place.role(&eve.email).await.as_deref(), Some("EDITOR"));

    let link = place.link(&bob.email, 2).await;
    browser.open(&link).await;
    browser.press("No, thanks: decline").await;
    assert_eq!(browser.heading().await, "You have declined");
    assert_eq!(place.role(&bob.email).await, None);
    browser.open(&link).await;
    assert_eq!(browser.heading().await, "This link can’t be used");
    browser.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium and chromedriver, which .ci/run installs; see CONTRIBUTING.md"]
async fn a_dead_link_helps_to_a_new_one() {
    let (place, browser) = (Place::new().await, Browser::start(&[]).await);
    let guest = place.usher.address("guest");
    let link = place.link(&guest, 1).await;
    place.usher.advance(LIFETIME).await;
    browser.open(&link).await;
    assert_eq!(browser.heading().await, "This link can’t be used");
    browser.press("Ask for a new invitation").await;
    assert_eq!(browser.heading().await, "We have passed it on");
    browser.close().await;
    let mail = place.usher.mail(&place.ada.email, 2).await;
    assert!(mail.subject.contains("asks for a new invitation"), "{}", mail.subject);
}

#[tokio::test]
#[ignore = "needs Chromium and chromedriver, which .ci/run installs; see CONTRIBUTING.md"]
async fn a_scanner_that_opens_the_links_and_runs_scripts_spends_nothing() {
    let (place, browser) = (Place::new().await, Browser::start(&[]).await);
    let eve = place.usher.founder("eve").await;
    let guest = place.usher.address("guest");
    let links = [place.link(&guest, 1).await, place.link(&eve.email, 2).await];
    for link in &links {
        for _ in 0..10 {
            browser.open(link).await;
            assert_eq!(browser.heading().await, "Ada Founder invites you to Project Alpha");
            assert_eq!(browser.script("return document.scripts.length").await, 0);
            browser.script(EVENTS).await;
            for target in
                browser.script("return [...document.forms].map(form => form.action)").await.as_array().unwrap()
            {
                reqwest::get(target.as_str().unwrap()).await.unwrap();
            }
        }
    }
    browser.close().await;
    let team = place.usher.team(&place.ada.token).await;
    assert_eq!([&team[&eve.email], &team[&guest]], ["INVITED", "INVITED"]);
    let hash = |link: &str| link.split(['=', '&']).nth(1).unwrap().to_owned();
    place.usher.join(&guest, &hash(&links[0])).await.expect(200);
    place.usher.accept(&eve.token, &hash(&links[1])).await.expect(200);
}

#[tokio::test]
#[ignore = "needs Chromium and chromedriver, which .ci/run installs; see CONTRIBUTING.md"]
async fn every_page_fits_a_phone_and_a_desk_in_light_and_dark() {
    let place = Place::new().await;
    let eve = place.usher.founder("eve").await;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    std::fs::create_dir_all(&folder).unwrap();
    let unknown = format!("{}/register?hash=0b6f2c1e-5d7a-4c3b-8e9f-a1b2c3d4e5f6&type=WORK_SPACE", place.usher.url());
    let guest = place.usher.address("guest");
    let pages = [
        ("register", place.link(&guest, 1).await),
        ("invitation", place.link(&eve.email, 2).await),
        ("dead", unknown),
        ("docs", format!("{}/docs", place.usher.url())),
    ];
    let mut grounds = Vec::new();
    for (scheme, setting) in [("light", "preferredColorScheme=1"), ("dark", "preferredColorScheme=0")] {
        let browser = Browser::start(&[&format!("--blink-settings={setting}")]).await;
        for (device, width) in [("phone", 500), ("desk", 1280)] {
            browser.client.set_window_size(width, 900).await.unwrap();
            for (page, link) in &pages {
                browser.open(link).await;
                let fits = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth";
                assert_eq!(browser.script(fits).await, true, "{page} on a {device}");
                std::fs::write(
                    folder.join(format!("{page}-{device}-{scheme}.png")),
                    browser.client.screenshot().await.unwrap(),
                )
                .unwrap();
            }
        }
        grounds.push(browser.script("return getComputedStyle(document.body).backgroundColor").await);
        browser.close().await;
    }
    assert_ne!(grounds[0], grounds[1]);
}
