//! Tests of inviting requests whose body is `text/csv`.

use serde_json::json;
use tests::{Account, Answer, Endpoint};

struct World {
    usher: Endpoint,
    ada: Account,
    path: String,
}

impl World {
    async fn new() -> Self {
        let usher = Endpoint::start().await;
        let ada = usher.founder("ada").await;
        let workspace = usher.workspace(&ada.token, "Spreadsheet").await;
        let path = format!("/api/v1/workspaces/{workspace}/invitations");
        Self { usher, ada, path }
    }

    async fn post(&self, query: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Answer {
        let request = self.usher.request("POST", &self.path).query(query).bearer_auth(&self.ada.token);
        self.usher.read(request.header("content-type", "text/csv; charset=utf-8").body(body.into())).await
    }
}

#[tokio::test]
async fn a_csv_files_rows_are_invited_with_the_options_of_the_query() {
    let world = World::new().await;
    let [one, two, three] = ["one", "two", "three"].map(|name| world.usher.address(name));
    let table = format!(
        "\u{feff}Role,\"email\"\r\nEDITOR,\"{one}\"\r\n\r\n\"COMMENTER\",  {two}\r\nOWNER,{three}\r\nEDITOR\r\n\
         EDITOR,{three},more\r\n,{three}\r\nEDITOR,\"{three}\nx\"\r\nVIEWER,{}\r\n",
        one.to_uppercase()
    );
    let query = [("message", "Hello, all of you"), ("expiresInSeconds", "3600")];
    let answer = world.post(&query, table).await.expect(200);
    let statuses = ["invited", "invited", "invalid", "invalid", "invalid", "invalid", "invalid", "duplicate"];
    assert_eq!(answer.row_statuses(), statuses);
    let results = answer.json()["results"].clone();
    assert_eq!((&results[1]["email"], &results[1]["role"]), (&json!(two), &json!("COMMENTER")));
    let codes: Vec<_> = (2..7).map(|row| results[row]["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["invalid_role", "invalid_field", "invalid_field", "invalid_field", "invalid_email"]);
    assert!(results[3]["detail"].as_str().unwrap().contains("1 fields, but the header has 2"), "{results}");
    assert!(results[4]["detail"].as_str().unwrap().contains("3 fields, but the header has 2"), "{results}");
    let mail = world.usher.mail(&two, 1).await;
    assert!(mail.text.contains("Hello, all of you") && mail.text.contains("Commenter"), "{}", mail.text);
}

#[tokio::test]
async fn validating_writes_nothing_and_an_idempotency_key_covers_the_query() {
    let world = World::new().await;
    let guest = world.usher.address("guest");
    let table = format!("email,role\n{guest},VIEWER\n");
    let answer = world.post(&[("validateOnly", "true")], table.clone()).await.expect(200);
    assert_eq!(answer.row_statuses(), ["invited"]);
    assert_eq!(world.usher.team(&world.ada.token).await.len(), 1);
    let named = async |query: &[(&str, &str)]| {
        let request = world.usher.request("POST", &world.path).query(query).bearer_auth(&world.ada.token);
        let request = request.header("content-type", "text/csv").header("idempotency-key", "key");
        world.usher.read(request.body(table.clone())).await
    };
    let first = named(&[("message", "Hello")]).await.expect(200);
    assert_eq!(named(&[("message", "Hello")]).await.expect(200).text, first.text);
    named(&[("message", "Bye")]).await.problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn a_body_that_is_no_csv_is_refused_and_nothing_is_written() {
    let world = World::new().await;
    for (table, named) in [
        ("", "header row"),
        ("\r\n\r\n", "header row"),
        ("email\na@example.com\n", "role"),
        ("role\nVIEWER\n", "email"),
        ("email,role,team\na@example.com,VIEWER,x\n", "team"),
        ("email;role\na@example.com;VIEWER\n", "email;role"),
        ("email,role,email\na@example.com,VIEWER,b@example.com\n", "twice"),
        ("a@example.com,VIEWER\n", "a@example.com"),
    ] {
        let refused = world.post(&[], table).await.problem(400, "invalid_body");
        assert!(refused.json()["detail"].as_str().unwrap().contains(named), "{table:?}: {}", refused.text);
    }
    world.post(&[], b"email,role\n\xff\xfe,VIEWER\n".to_vec()).await.problem(400, "invalid_body");
    world.post(&[], "email,role\n").await.problem(400, "no_users");
    let many: Vec<_> = (0..10_001).map(|n| format!("p{n}@example.com,VIEWER")).collect();
    let refused = world.post(&[], format!("email,role\n{}", many.join("\n"))).await.problem(400, "too_many_users");
    assert!(refused.text.contains("At most 10000 "), "{}", refused.text);
    for query in [("expiresInSeconds", "soon"), ("expiresInSeconds", "59"), ("validateOnly", "1")] {
        let refused = world.post(&[query], "email,role\na@example.com,VIEWER\n").await.problem(400, "invalid_field");
        assert!(refused.text.contains(query.0), "{}", refused.text);
    }
    assert_eq!(world.usher.team(&world.ada.token).await.len(), 1);
}
