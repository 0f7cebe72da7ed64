//! Tests of the inviter's texts in the mails.

use serde_json::{Value, json};
use tests::{Endpoint, ReceivedMail};

fn body(email: &str, message: &str) -> Value {
    json!({ "workSpaceUsers": [{ "email": email, "role": "EDITOR" }], "message": message })
}

async fn mailed(usher: &Endpoint, workspace_name: &str, message: &str) -> ReceivedMail {
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, workspace_name).await;
    let guest = usher.address("guest");
    usher.post_bulk_users(&ada.token, &workspace, body(&guest, message)).await.expect(200);
    usher.mail(&guest, 1).await
}

/// The addresses to which the links in a mail's HTML lead.
fn hrefs(mail: &ReceivedMail) -> Vec<&str> {
    mail.html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test]
async fn a_message_may_have_two_thousand_characters_and_not_one_more() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Letters").await;
    let guest = usher.address("guest");
    let refused = usher.post_bulk_users(&ada.token, &workspace, body(&guest, &"ü".repeat(2_001))).await.expect(400);
    assert!(refused.text.contains("message") && refused.text.contains("2000"), "{}", refused.text);
    assert!(!usher.team(&ada.token).await.contains_key(&guest));
    let longest = "ü".repeat(2_000);
    usher.post_bulk_users(&ada.token, &workspace, body(&guest, &longest)).await.expect(200);
    assert!(usher.mail(&guest, 1).await.text.contains(&longest));
    let refused = json!({ "workSpaceUsers": [{ "email": guest, "role": "EDITOR" }], "message": ["Hello"] });
    usher.post_bulk_users(&ada.token, &workspace, refused).await.expect(400);
}

#[tokio::test]
async fn markup_is_escaped_in_html_and_left_alone_in_text() {
    let usher = Endpoint::start().await;
    let written = "Look: <script>alert(1)</script> & \"quotes\" </blockquote>";
    let mail = mailed(&usher, "<b>Bold</b> {{html}}", written).await;
    assert!(!mail.html.contains("<script") && !mail.html.contains("<b>Bold"), "{}", mail.html);
    assert!(mail.html.contains("&#60;script&#62;") && mail.html.contains("&#60;b&#62;Bold"), "{}", mail.html);
    assert_eq!(mail.html.matches("</blockquote>").count(), 1);
    assert!(mail.text.replace('\u{2060}', "").contains(written), "{}", mail.text);
    // A text that looks like SES's template syntax stays unchanged in the mail.
    assert!(mail.text.contains("{{html}}") && mail.subject.contains("{{html}}"), "{}", mail.subject);
}

#[tokio::test]
async fn control_characters_are_dropped_and_lines_kept() {
    let usher = Endpoint::start().await;
    let mail = mailed(&usher, "Bell\u{7}\r\nBcc: x", "one\u{0}\u{1b}[31m\r\ntwo\u{202e}evil\u{85}three\ttab").await;
    for text in [&mail.text, &mail.html, &mail.subject] {
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        assert!(!text.contains(['\u{202e}', '\u{0}']), "{text:?}");
    }
    assert!(mail.text.contains("> one[31m\n> twoevil\n> three tab\n"), "{}", mail.text);
    assert!(!mail.subject.contains('\n') && mail.subject.contains("Bell Bcc"), "{}", mail.subject);
}

#[tokio::test]
async fn no_text_of_a_caller_becomes_a_link() {
    let usher = Endpoint::start().await;
    let written = "Pay at https://evil.example/pay or www.evil.example or mail boss@evil.example";
    let mail = mailed(&usher, "Visit evil.example", written).await;
    for text in [&mail.text, &mail.html, &mail.subject] {
        for link in ["evil.example", "://evil", "www.evil", "boss@"] {
            assert!(!text.contains(link), "{link}: {text}");
        }
    }
    let hrefs = hrefs(&mail);
    let own = mail.link().replace('&', "&#38;");
    assert!(!hrefs.is_empty() && hrefs.iter().all(|href| *href == own), "{hrefs:?} {own}");
}

#[tokio::test]
async fn a_message_without_visible_characters_counts_as_none() {
    let usher = Endpoint::start().await;
    let mail = mailed(&usher, "Quiet", " \r\n\t\u{200b} ").await;
    assert!(!mail.text.contains("writes") && !mail.html.contains("writes"), "{}", mail.text);
}
