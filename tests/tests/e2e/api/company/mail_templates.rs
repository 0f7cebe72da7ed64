//! Tests of the routes below /api/v1/company/mail-templates.

use serde_json::{Value, json};
use tests::{Endpoint, HeldCall};

const PATH: &str = "/api/v1/company/mail-templates";

fn welcome() -> Value {
    json!({
        "name": " Welcome ",
        "subject": "Welcome to {{workspaceName}}",
        "text": "Go to {{link}} until {{ expiresAt }}.",
        "html": "<p><a href=\"{{link}}\">Go</a></p>",
    })
}

#[tokio::test]
async fn a_template_is_stored_shown_listed_replaced_and_removed() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let stored = usher.post(PATH, &ada.token, welcome()).await.expect(201).json();
    let path = format!("{PATH}/{}", stored["id"].as_str().unwrap());
    let mut expected = welcome();
    expected["name"] = json!("Welcome");
    for field in ["id", "createdAt", "updatedAt"] {
        expected[field] = stored[field].clone();
    }
    assert_eq!(stored, expected);
    assert_eq!(usher.get(&path, &ada.token).await.expect(200).json(), stored);

    let second = usher.mail_template(&ada.token, "Second").await;
    let listed = usher.get(PATH, &ada.token).await.expect(200).json();
    let first = json!({
        "id": stored["id"], "name": "Welcome", "createdAt": stored["createdAt"], "updatedAt": stored["updatedAt"],
    });
    assert_eq!(listed["items"][0], first);
    assert_eq!(listed["items"][1]["id"], second);
    assert_eq!(
        [listed["items"].as_array().map(Vec::len), None],
        [Some(2), listed["nextCursor"].as_str().map(str::len)]
    );

    let mut other = welcome();
    other["subject"] = json!("Come in");
    let replaced = usher.send("PUT", &path, Some(&ada.token), Some(other)).await.expect(200).json();
    assert_eq!([&replaced["subject"], &replaced["createdAt"]], [&json!("Come in"), &stored["createdAt"]]);
    assert_eq!(usher.get(&path, &ada.token).await.expect(200).json(), replaced);

    assert_eq!(usher.send("DELETE", &path, Some(&ada.token), None).await.expect(204).text, "");
    for (method, body) in [("GET", None), ("PUT", Some(welcome())), ("DELETE", None)] {
        usher.send(method, &path, Some(&ada.token), body).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_bad_template_is_refused_and_the_bad_part_is_named() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    for (field, value, detail) in [
        ("name", json!(""), "\"name\" must not be empty."),
        ("subject", json!(null), "\"subject\" is required."),
        ("subject", json!("a\nb"), "\"subject\" must be one line without invisible characters."),
        ("subject", json!("{{link}}"), "\"subject\" must not contain the placeholder {{link}}."),
        ("text", json!("Welcome"), "\"text\" must contain the placeholder {{link}}."),
        ("text", json!("{{link"), "\"text\" has a \"{{\" without \"}}\"."),
        ("html", json!("x".repeat(40_001)), "\"html\" must not be longer than 40000 characters."),
        ("html", json!("{{link}}".repeat(21)), "\"html\" has more than 20 placeholders."),
        ("html", json!(["{{link}}"]), "\"html\" must be a string."),
    ] {
        let mut body = welcome();
        body[field] = value;
        let answer = usher.post(PATH, &ada.token, body).await.problem(400, "invalid_field").json();
        assert_eq!(answer["detail"], detail);
    }
    let mut body = welcome();
    body["html"] = json!("{{link}} {{password}}");
    let answer = usher.post(PATH, &ada.token, body).await.problem(400, "invalid_field").json();
    let placeholders = "link, workspaceName, companyName, inviterName, role, message, expiresAt, email, userName";
    assert_eq!(answer["detail"], format!("\"html\" has an unknown placeholder: known are {placeholders}."));
    assert_eq!(usher.get(PATH, &ada.token).await.expect(200).json()["items"], json!([]));
}

#[tokio::test]
async fn only_company_admins_manage_mail_templates() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Project Alpha").await;
    let bob = usher.member(&ada.token, &workspace, "bob", "ADMIN").await;
    let path = format!("{PATH}/{}", usher.mail_template(&ada.token, "Welcome").await);
    for (method, path, body) in [
        ("POST", PATH, Some(welcome())),
        ("GET", PATH, None),
        ("GET", &path, None),
        ("PUT", &path, Some(welcome())),
        ("DELETE", &path, None),
    ] {
        let answer = usher.send(method, path, Some(&bob.token), body).await;
        answer.problem(403, "company_admin_required");
    }
}

#[tokio::test]
async fn a_company_has_at_most_fifty_also_when_more_are_stored_together() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let stores = (0..54).map(|_| usher.post(PATH, &ada.token, welcome()));
    let answers = usher.together(stores, HeldCall::write("mail-templates")).await;
    let refused: Vec<_> = answers.into_iter().filter(|answer| answer.status != 201).collect();
    assert_eq!(refused.len(), 4);
    for answer in refused {
        answer.problem(409, "too_many_templates");
    }
    let listed = usher.get(PATH, &ada.token).await.expect(200).json();
    let id = listed["items"][0]["id"].as_str().unwrap().to_owned();
    usher.send("DELETE", &format!("{PATH}/{id}"), Some(&ada.token), None).await.expect(204);
    usher.post(PATH, &ada.token, welcome()).await.expect(201);
}
