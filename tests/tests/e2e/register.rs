//! Tests of /register: the page behind a mailed link.

use serde_json::json;
use tests::{Answer, Endpoint, PASSWORD};

/// Posts the form of the page `/register`.
async fn submit(usher: &Endpoint, hash: &str, email: &str, names: [&str; 2], password: &str) -> Answer {
    let form = [
        ("hash", hash),
        ("type", "WORK_SPACE"),
        ("email", email),
        ("firstname", names[0]),
        ("lastname", names[1]),
        ("password", password),
    ];
    usher.read(usher.request("POST", "/register").form(&form)).await
}

/// Invites a person, and returns the hash in the person's mail.
async fn invited(usher: &Endpoint, token: &str, workspace: &str, name: &str) -> (String, String) {
    let email = usher.address(name);
    usher.invite(token, workspace, &[(&email, "EDITOR")]).await.expect(200);
    let hash = usher.mail(&email, 1).await.hash();
    (email, hash)
}

pub(crate) fn is_page(answer: &Answer) {
    let header = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert_eq!(header("content-type"), "text/html; charset=utf-8");
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert_eq!(header("x-content-type-options"), "nosniff");
    let policy = header("content-security-policy");
    for part in ["default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
}

#[tokio::test]
async fn opening_the_page_uses_up_nothing() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Looked at").await;
    let (email, hash) = invited(&usher, &ada.token, &workspace, "guest").await;
    let mut pages = Vec::new();
    for _ in 0..3 {
        let page = usher.registration_page(&hash).await.expect(200);
        is_page(&page);
        pages.push(page.text);
        let path = format!("/register?hash={hash}&type=WORK_SPACE");
        let head = usher.send("HEAD", &path, None, None).await.expect(200);
        is_page(&head);
        assert_eq!(head.text, "");
    }
    assert!(pages.iter().all(|page| *page == pages[0]));
    for expected in ["Ada Founder", "Looked at", "ada Ltd", "Editor", "UTC", email.as_str()] {
        assert!(pages[0].contains(expected), "{expected}: {}", pages[0]);
    }
    let done = submit(&usher, &hash, &email, ["John", "Doe"], PASSWORD).await.expect(200);
    is_page(&done);
    assert!(done.text.contains("Looked at") && done.text.contains(&email), "{}", done.text);
    let token = usher.token(&email).await;
    assert_eq!(usher.role(&token, &workspace).await.as_deref(), Some("EDITOR"));
    let profile = usher.get("/idp/api/v1/user", &token).await.expect(200).json();
    assert_eq!((&profile["firstname"], &profile["lastname"]), (&json!("John"), &json!("Doe")));
}

#[tokio::test]
async fn all_dead_links_get_the_same_answer() {
    let usher = Endpoint::own(&[("INVITATION_TTL_SECONDS", "300")]).await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Dead links").await;
    let (expired_email, expired) = invited(&usher, &ada.token, &workspace, "expired").await;
    usher.advance(300).await;
    let (used_email, used) = invited(&usher, &ada.token, &workspace, "used").await;
    usher.sign_up_by_invitation(&used_email, &used).await.expect(200);
    let (replaced_email, replaced) = invited(&usher, &ada.token, &workspace, "replaced").await;
    usher.advance(60).await;
    usher.invite(&ada.token, &workspace, &[(&replaced_email, "EDITOR")]).await.expect(200);
    let live = usher.mail(&replaced_email, 2).await.hash();

    let unknown = "0b6f2c1e-5d7a-4c3b-8e9f-a1b2c3d4e5f6";
    let dead = usher.registration_page(unknown).await.expect(410);
    is_page(&dead);
    let mut alike = vec![usher.send("GET", "/register", None, None).await];
    for (hash, email) in [
        (unknown, &used_email),
        ("no-uuid", &used_email),
        ("", &used_email),
        ("%00", &used_email),
        (&expired, &expired_email),
        (&used, &used_email),
        (&replaced, &replaced_email),
    ] {
        alike.push(usher.registration_page(hash).await);
        alike.push(submit(&usher, hash, email, ["John", "Doe"], PASSWORD).await);
        let path = format!("/register?hash={hash}");
        assert_eq!(usher.send("HEAD", &path, None, None).await.expect(410).text, "");
    }
    // The pages for different dead links differ only in the hash of the request.
    let hashes = [unknown, &expired, &used, &replaced];
    let without = |text: &str| hashes.iter().fold(text.to_owned(), |text, hash| text.replace(hash, ""));
    for page in alike {
        is_page(&page);
        assert_eq!(without(&page.expect(410).text), without(&dead.text));
    }
    // Signing up with any of the dead links also gives the same answer.
    let mut refusals = Vec::new();
    for (hash, email) in [(unknown, &used_email), (&expired, &expired_email), (&replaced, &replaced_email)] {
        refusals.push(usher.sign_up_by_invitation(email, hash).await.expect(400).json()["message"].clone());
    }
    refusals.push(usher.sign_up_by_invitation(&used_email, &used).await.expect(400).json()["message"].clone());
    assert!(refusals.iter().all(|message| *message == refusals[0]), "{refusals:?}");
    usher.registration_page(&live).await.expect(200);
}

#[tokio::test]
async fn a_hash_is_the_same_in_upper_case() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Capitals").await;
    let (email, hash) = invited(&usher, &ada.token, &workspace, "guest").await;
    let capitals = hash.to_uppercase();
    assert_ne!(capitals, hash);
    assert!(usher.registration_page(&capitals).await.expect(200).text.contains(&email));
    submit(&usher, &capitals, &email.to_uppercase(), ["John", "Doe"], PASSWORD).await.expect(200);
    usher.registration_page(&hash).await.expect(410);
    usher.registration_page(&capitals).await.expect(410);
}

#[tokio::test]
async fn a_refused_form_is_shown_again_and_the_invitation_stays_open() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Second try").await;
    let (email, hash) = invited(&usher, &ada.token, &workspace, "guest").await;
    for weak in ["", "short1#", "nodigits#A", "alllower12#", "NOLOWER12#", "NoSpecial12", "Password1!"] {
        let page = submit(&usher, &hash, &email, ["Jöhn", "O'Döe"], weak).await.expect(422);
        is_page(&page);
        assert!(page.text.contains("role=\"alert\"") && page.text.contains("assword"), "{}", page.text);
        assert!(page.text.contains("value=\"Jöhn\"") && page.text.contains("value=\"O&#39;Döe\""), "{}", page.text);
        assert!(page.text.contains(&hash) && page.text.contains(&email));
        assert!(weak.is_empty() || !page.text.contains(weak), "a password is shown: {}", page.text);
    }
    let page = submit(&usher, &hash, &email, ["", "Doe"], PASSWORD).await.expect(422);
    let alert = "id=\"firstname-problem\" role=\"alert\">The first name must not be empty.</p>";
    assert!(page.text.contains(alert) && page.text.contains("value=\"Doe\""), "{}", page.text);
    submit(&usher, &hash, &email, ["Jöhn", "O'Döe"], PASSWORD).await.expect(200);
    usher.token(&email).await;
}

#[tokio::test]
async fn the_form_of_another_address_is_refused() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Mine").await;
    let (email, hash) = invited(&usher, &ada.token, &workspace, "guest").await;
    let other = usher.address("other");
    let page = submit(&usher, &hash, &other, ["John", "Doe"], PASSWORD).await.expect(403);
    is_page(&page);
    assert!(page.text.contains("another e-mail address") && !page.text.contains(&email), "{}", page.text);
    usher.sign_up_by_invitation(&other, &hash).await.expect(400);
    let body = json!({ "email": other, "password": PASSWORD });
    usher.post_open("/idp/api/v1/user/token", body).await.expect(401);
    submit(&usher, &hash, &email, ["John", "Doe"], PASSWORD).await.expect(200);
    assert!(!usher.team(&ada.token).await.contains_key(&other));
}

#[tokio::test]
async fn markup_in_every_text_of_a_caller_is_escaped() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let markup = "\"'><script>alert(1)</script>";
    let workspace = usher.workspace(&ada.token, markup).await;
    let email = usher.address("guest");
    let body = json!({ "workSpaceUsers": [{ "email": email, "role": "EDITOR" }], "message": markup });
    usher.post_bulk_users(&ada.token, &workspace, body).await.expect(200);
    let hash = usher.mail(&email, 1).await.hash();
    let query = [("hash", hash.as_str()), ("type", markup)];
    let pages = [
        usher.read(usher.request("GET", "/register").query(&query)).await.expect(200),
        submit(&usher, &hash, &email, [markup, markup], "weak").await.expect(422),
        submit(&usher, &hash, &email, [markup, markup], PASSWORD).await.expect(200),
    ];
    for page in &pages {
        is_page(page);
        assert!(!page.text.contains("<script") && !page.text.contains("\"'>"), "{}", page.text);
        assert!(page.text.contains("&#60;script&#62;"), "{}", page.text);
    }
    let second = usher.workspace(&usher.token(&email).await, "Second").await;
    let (_, hash) = invited(&usher, &usher.token(&email).await, &second, "next").await;
    let page = usher.registration_page(&hash).await.expect(200).text;
    assert!(!page.contains("<script") && page.contains("&#60;script&#62;"), "the inviter's name: {page}");
}
