//! Tests of the pages in a browser, beginning with the link in a mail.

use std::{path::Path, process::Stdio};

use fantoccini::{Client, ClientBuilder, Locator, elements::Element, key::Key};
use hyper_util::client::legacy::connect::HttpConnector;
use local::Options;
use serde_json::{Value, json};
use tests::{Endpoint, PASSWORD, World, eventually};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
    process::{Child, Command},
};

/// How long an invitation of these tests is valid, in seconds.
const LIFETIME: i64 = 604_800;

/// The controls of the pages, such as fields and buttons, by the controls' names.
const EMAIL: &str = "Your e-mail address";
const NEW_PASSWORD: &str = "Choose a password";
const OWN_PASSWORD: &str = "Your password";
const ACCEPT: &str = "Accept and join";
const DECLINE: &str = "No, thanks: decline";
const ASK: &str = "Ask for a new invitation";

/// A script that sends each element of a page the events that a mail scanner causes.
const EVENTS: &str = "for (const one of document.querySelectorAll('*')) \
                      for (const kind of ['mouseover', 'focus', 'scroll', 'load']) one.dispatchEvent(new Event(kind))";

/// Chromium, controlled through chromedriver.
struct Browser {
    client: Client,
    /// The address of chromedriver.
    driver: String,
    _process: Child,
}

/// The kind of device whose browser shows the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Device {
    Phone,
    Desk,
}

impl Browser {
    /// Starts the browser of a desktop computer.
    async fn start() -> Self {
        Self::start_as(Device::Desk, "light").await
    }

    async fn start_as(device: Device, scheme: &str) -> Self {
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("chromedriver is installed");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port: u16 = loop {
            let line = lines.next_line().await.unwrap().expect("chromedriver tells its port");
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim_end_matches('.').parse().unwrap();
            }
        };
        let scheme = format!("--blink-settings=preferredColorScheme={}", i32::from(scheme == "light"));
        // The tests switch Chromium's sandbox off, because the sandbox does not start in a container. The tests open
        // only Usher's own pages.
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,900",
            &scheme,
        ];
        let mut options = json!({ "args": arguments });
        if device == Device::Phone {
            options["mobileEmulation"] = json!({ "deviceMetrics": { "width": 360, "height": 780, "pixelRatio": 2.0 } });
        }
        let capabilities = [("goog:chromeOptions".to_owned(), options)].into_iter().collect();
        let driver = format!("http://127.0.0.1:{port}");
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(capabilities).connect(&driver).await.unwrap();
        Self { client, driver, _process: process }
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

    /// Types the given text into the element of the page that has the focus.
    async fn keys(&self, keys: &str) {
        self.client.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// Moves the focus to the page's next control, which must have the given role and name for assistive technology.
    async fn tab(&self, role: &str, name: &str) {
        self.keys(&(Key::Tab + "")).await;
        self.expect_focus(role, name).await;
    }

    /// Presses Enter, and waits for the next page, because the driver shows the old page until the next page is loaded.
    async fn enter(&self) {
        let page = self.client.find(Locator::Css("html")).await.unwrap();
        self.keys(&(Key::Enter + "")).await;
        eventually("the page that Enter leads to", async || page.tag_name().await.is_err().then_some(())).await;
    }

    async fn expect_focus(&self, role: &str, name: &str) {
        let focused = self.client.active_element().await.unwrap();
        assert_eq!(self.property(&focused, "computedrole").await, role);
        assert_eq!(self.property(&focused, "computedlabel").await, name);
    }

    /// Checks that the page shows the given problem with a field, and that the field has the focus.
    async fn expect_problem(&self, field: &str, label: &str, text: &str) {
        self.expect_focus("textbox", label).await;
        let problem = format!("{field}-problem");
        let alert = self.client.find(Locator::Id(&problem)).await.unwrap();
        assert_eq!(self.property(&alert, "computedrole").await, "alert");
        assert_eq!(alert.text().await.unwrap(), text);
        let focused = self.client.active_element().await.unwrap();
        assert_eq!(focused.attr("aria-invalid").await.unwrap().as_deref(), Some("true"));
        let described = focused.attr("aria-describedby").await.unwrap().unwrap_or_default();
        assert!(described.split(' ').any(|id| id == problem), "{described}");
    }

    /// A property of an element for assistive technology, which the client library has no method to read.
    async fn property(&self, element: &Element, property: &str) -> String {
        let session = self.client.session_id().await.unwrap().unwrap();
        let url = format!("{}/session/{session}/element/{}/{property}", self.driver, element.element_id());
        let answer = reqwest::get(url).await.unwrap().text().await.unwrap();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        answer["value"].as_str().unwrap().to_owned()
    }

    async fn script(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// Stores a screenshot of the page under the given name, and checks that the page is not wider than the browser's
    /// window.
    async fn picture(&self, name: &str) {
        let fits = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth";
        assert_eq!(self.script(fits).await, true, "{name}");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), self.client.screenshot().await.unwrap()).unwrap();
    }

    async fn close(self) {
        self.client.close().await.unwrap();
    }
}

/// Invites a person, waits until the person has `mails` mails, and returns the link in the newest mail.
async fn link(world: &World, email: &str, mails: usize) -> String {
    let users = json!([{ "email": email, "role": "EDITOR" }]);
    let body = json!({ "workSpaceUsers": users, "message": "Hello,\n\nthe plans are ready – come and see." });
    world.usher.post_bulk_users(&world.ada.token, &world.workspace, body).await.expect(200);
    world.usher.mail(email, mails).await.link()
}

/// The role in the workspace of the user with the given address and the tests' usual password.
async fn role(world: &World, email: &str) -> Option<String> {
    world.usher.role(&world.usher.token(email).await, &world.workspace).await
}

#[tokio::test]
#[ignore = "needs Chromium and chromedriver, which .ci/run installs; see CONTRIBUTING.md"]
async fn somebody_joins_by_the_mails_link_using_only_the_keyboard() {
    let (world, browser) = (World::new(&[]).await, Browser::start().await);
    let guest = world.usher.address("guest");
    browser.open(&link(&world, &guest, 1).await).await;
    assert_eq!(browser.heading().await, "Ada Founder invites you to Project Alpha");
    for expected in ["the plans are ready", "ada Ltd", "Editor", "UTC"] {
        assert!(browser.text().await.contains(expected), "{expected}: {}", browser.text().await);
    }
    browser.tab("textbox", EMAIL).await;
    for (field, typed) in [("First name", "Grace"), ("Last name", "Hopper"), (NEW_PASSWORD, "Password1!")] {
        browser.tab("textbox", field).await;
        browser.keys(typed).await;
    }
    browser.tab("button", "Sign up and join").await;
    browser.enter().await;
    let common = "The password is one of those most often used and guessed: choose another.";
    browser.expect_problem("password", NEW_PASSWORD, common).await;
    browser.keys(PASSWORD).await;
    browser.enter().await;
    assert_eq!(browser.heading().await, "You’re in");
    browser.tab("link", "Go on").await;
    browser.enter().await;
    assert_eq!(browser.heading().await, "You have joined");
    browser.close().await;
    assert_eq!(role(&world, &guest).await.as_deref(), Some("EDITOR"));
}

/// Serves an empty page on a port of its own, and returns the page's origin.
async fn serve_app() -> String {
    const PAGE: &str =
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 15\r\nconnection: close\r\n\r\n<!doctype html>";
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                let mut line = String::new();
                // A request without a body ends with an empty line.
                while stream.read_line(&mut line).await.is_ok_and(|read| read > 2) {
                    line.clear();
                }
                drop(stream.write_all(PAGE.as_bytes()).await);
            });
        }
    });
    origin
}

#[tokio::test]
#[ignore = "needs Chromium and chromedriver, which .ci/run installs; see CONTRIBUTING.md"]
async fn an_app_of_an_allowed_origin_calls_the_api_and_an_app_of_another_origin_cannot() {
    let (allowed, other) = (serve_app().await, serve_app().await);
    let options = Options { allowed_origins: allowed.clone(), ..Options::in_memory() };
    let usher = Endpoint::with_options(options).await;
    let (ada, browser) = (usher.founder("ada").await, Browser::start().await);
    // Each call needs a preflight request, because of its header or its method.
    let call = |method: &str, path: &str, header: &str| {
        let address = format!("{}{path}", usher.url());
        let request = json!({ "method": method, "headers": { header: ada.token, "content-type": "application/json" } });
        format!(
            "return fetch('{address}', {request}).then(async answer => [answer.status, (await answer.text()).length > 0, \
             answer.headers.get('x-ratelimit-limit')], error => error.name)"
        )
    };
    let calls = [
        (call("GET", "/v1/workspaces", "x-auth-token"), json!([200, true, "120"])),
        (call("DELETE", "/api/v1/company/invitations/x", "authorization"), json!([401, true, null])),
        (call("PUT", "/nowhere", "authorization"), json!([404, true, null])),
    ];
    for (origin, permitted) in [(&allowed, true), (&other, false)] {
        browser.open(origin).await;
        for (call, answer) in &calls {
            let expected = if permitted { answer.clone() } else { json!("TypeError") };
            assert_eq!(browser.script(call).await, expected, "{origin}: {call}");
        }
        // A page of a refused origin can send a simple request, but can't read the answer.
        let simple = format!("return fetch('{}/docs').then(answer => answer.status, error => error.name)", usher.url());
        assert_eq!(browser.script(&simple).await, if permitted { json!(200) } else { json!("TypeError") });
    }
    browser.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium and chromedriver, which .ci/run installs; see CONTRIBUTING.md"]
async fn by_keyboard_somebody_with_an_account_accepts_one_invitation_and_declines_another() {
    let (world, browser) = (World::new(&[]).await, Browser::start().await);
    let [eve, bob] = [world.usher.founder("eve").await, world.usher.founder("bob").await];
    browser.open(&link(&world, &eve.email, 2).await).await;
    browser.tab("textbox", EMAIL).await;
    browser.tab("textbox", OWN_PASSWORD).await;
    browser.keys("Wrong12#$").await;
    browser.tab("button", ACCEPT).await;
    browser.enter().await;
    browser.expect_problem("password", OWN_PASSWORD, "The password is wrong.").await;
    browser.keys(PASSWORD).await;
    browser.tab("button", ACCEPT).await;
    browser.enter().await;
    assert_eq!(browser.heading().await, "You’re in");
    assert_eq!(role(&world, &eve.email).await.as_deref(), Some("EDITOR"));

    let link = link(&world, &bob.email, 2).await;
    browser.open(&link).await;
    for (role, name) in [("textbox", EMAIL), ("textbox", OWN_PASSWORD), ("button", ACCEPT), ("button", DECLINE)] {
        browser.tab(role, name).await;
    }
    browser.enter().await;
    assert_eq!(browser.heading().await, "You have declined");
    assert_eq!(role(&world, &bob.email).await, None);
    browser.open(&link).await;
    assert_eq!(browser.heading().await, "This link can’t be used");
    browser.close().await;
}

#[tokio::test]
#[ignore = "needs Chromium and chromedriver, which .ci/run installs; see CONTRIBUTING.md"]
async fn the_page_of_a_dead_link_requests_a_new_one_by_keyboard() {
    let (world, browser) = (World::new(&[]).await, Browser::start().await);
    let guest = world.usher.address("guest");
    let link = link(&world, &guest, 1).await;
    world.usher.advance(LIFETIME).await;
    browser.open(&link).await;
    assert_eq!(browser.heading().await, "This link can’t be used");
    browser.tab("button", ASK).await;
    browser.enter().await;
    assert_eq!(browser.heading().await, "We have passed it on");
    browser.close().await;
    let mail = world.usher.mail(&world.ada.email, 2).await;
    assert!(mail.subject.contains("asks for a new invitation"), "{}", mail.subject);
}

#[tokio::test]
#[ignore = "needs Chromium and chromedriver, which .ci/run installs; see CONTRIBUTING.md"]
async fn a_scanner_that_opens_the_links_and_runs_scripts_spends_nothing() {
    let (world, browser) = (World::new(&[]).await, Browser::start().await);
    let eve = world.usher.founder("eve").await;
    let guest = world.usher.address("guest");
    let links = [link(&world, &guest, 1).await, link(&world, &eve.email, 2).await];
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
    let team = world.usher.team(&world.ada.token).await;
    assert_eq!([&team[&eve.email], &team[&guest]], ["INVITED", "INVITED"]);
    let hash = |link: &str| link.split(['=', '&']).nth(1).unwrap().to_owned();
    world.usher.sign_up_by_invitation(&guest, &hash(&links[0])).await.expect(200);
    world.usher.accept(&eve.token, &hash(&links[1])).await.expect(200);
}

#[tokio::test]
#[ignore = "needs Chromium and chromedriver, which .ci/run installs; see CONTRIBUTING.md"]
async fn every_page_fits_a_phone_and_a_desk_in_light_and_dark() {
    let mut grounds = Vec::new();
    for scheme in ["light", "dark"] {
        for device in [Device::Phone, Device::Desk] {
            let (world, browser) = (World::new(&[]).await, Browser::start_as(device, scheme).await);
            let name = |page: &str| format!("{page}-{device:?}-{scheme}").to_lowercase();

            browser.open(&link(&world, &world.usher.address("guest"), 1).await).await;
            browser.picture(&name("register")).await;
            for (field, typed) in [("firstname", "Grace"), ("lastname", "Hopper"), ("password", "Password1!")] {
                browser.client.find(Locator::Id(field)).await.unwrap().send_keys(typed).await.unwrap();
            }
            browser.press("Sign up and join").await;
            browser.picture(&name("refused")).await;
            browser.keys(PASSWORD).await;
            browser.enter().await;
            browser.picture(&name("in")).await;

            let eve = world.usher.founder("eve").await;
            browser.open(&link(&world, &eve.email, 2).await).await;
            browser.picture(&name("invitation")).await;
            browser.press(DECLINE).await;
            browser.picture(&name("declined")).await;

            let late = link(&world, &world.usher.address("late"), 1).await;
            world.usher.advance(LIFETIME).await;
            browser.open(&late).await;
            browser.picture(&name("dead")).await;
            browser.press(ASK).await;
            browser.picture(&name("asked")).await;

            for (page, path) in [("home", "/"), ("joined", "/?joined=true"), ("docs", "/docs")] {
                browser.open(&format!("{}{path}", world.usher.url())).await;
                browser.picture(&name(page)).await;
            }
            grounds.push(browser.script("return getComputedStyle(document.body).backgroundColor").await);
            browser.close().await;
        }
    }
    assert_eq!([&grounds[0], &grounds[2]], [&grounds[1], &grounds[3]]);
    assert_ne!(grounds[0], grounds[2]);
}
