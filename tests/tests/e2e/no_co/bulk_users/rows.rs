//! Tests that each row of an inviting request has its own result.

use serde_json::{Value, json};
use tests::Endpoint;

#[tokio::test]
async fn good_rows_succeed_and_each_bad_row_has_a_reason() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Mixed").await;
    let [one, two, three] = ["one", "two", "three"].map(|name| usher.address(name));
    let tagged = one.replace("one-", "one+tag-");
    let grace = usher.address("grace").replace("@example.com", "");
    let (idn, punycode) =
        (&format!("{grace}@bücher.example"), format!("{}@XN--bcher-kva.Example", grace.to_uppercase()));

    let rows = [
        (json!({ "email": one, "role": "EDITOR" }), "invited"),
        (json!({ "email": "not an address", "role": "EDITOR" }), "invalid"),
        (json!({ "email": 7, "role": "EDITOR" }), "invalid"),
        (json!({ "role": "EDITOR" }), "invalid"),
        (json!({ "email": two, "role": null }), "invalid"),
        (json!({ "email": two, "role": "OWNER" }), "invalid"),
        (json!({ "email": two, "role": "editor" }), "invalid"),
        (json!({ "email": two, "role": ["EDITOR"] }), "invalid"),
        (json!("text"), "invalid"),
        (json!(null), "invalid"),
        (json!({ "email": one.to_uppercase(), "role": "VIEWER" }), "duplicate"),
        (json!({ "email": tagged, "role": "VIEWER" }), "invited"),
        (json!({ "email": idn, "role": "CREATOR" }), "invited"),
        (json!({ "email": punycode, "role": "CREATOR" }), "duplicate"),
        (json!({ "email": format!(" {two}\n"), "role": "ADMIN", "unknown": { "ignored": true } }), "invited"),
        (json!({ "email": format!("{}@example.com", "l".repeat(65)), "role": "VIEWER" }), "invalid"),
        (json!({ "email": format!("a@{}example.com", "long.".repeat(60)), "role": "VIEWER" }), "invalid"),
        (json!({ "email": format!("{three}\r\nBcc: {two}"), "role": "VIEWER" }), "invalid"),
    ];
    let users: Vec<&Value> = rows.iter().map(|(row, _)| row).collect();
    let answer =
        usher.post_bulk_users(&ada.token, &workspace, json!({ "workSpaceUsers": users })).await.expect(200).json();

    assert_eq!(answer["summary"], json!({ "invited": 4, "invalid": 12, "duplicate": 2 }));
    assert_eq!(answer["results"].as_array().map(Vec::len), Some(rows.len()));
    for (index, (row, status)) in rows.iter().enumerate() {
        let result = &answer["results"][index];
        assert_eq!(result["index"], index);
        assert_eq!(result["status"], *status, "{row} {result}");
        // The result of a row repeats the text that the caller sent. A value that is not a text is not repeated.
        for field in ["email", "role"] {
            let typed = row[field].as_str().map(|typed| typed.chars().take(254).collect::<String>());
            assert_eq!(result[field], json!(typed), "{row}");
        }
        assert_eq!(result["invitationId"].is_string(), *status == "invited", "{result}");
        assert_eq!(result["detail"].is_string(), *status != "invited", "{result}");
    }
    let why = |index: usize| answer["results"][index]["detail"].as_str().unwrap_or_default().to_owned();
    for (index, word) in [(2, "email"), (3, "email"), (4, "role"), (5, "EDITOR"), (8, "object"), (10, "earlier")] {
        assert!(why(index).contains(word), "{}", why(index));
    }

    for address in [&one, &tagged, &two, &format!("{grace}@xn--bcher-kva.example")] {
        usher.mail(address, 1).await;
    }
    usher.mail_all().await;
    // The mails are the founder's one-time password, and one mail for each of the four invited people.
    assert_eq!(usher.recipients().await.len(), 5);
    let team = usher.team(&ada.token).await;
    assert_eq!(team.len(), 5);
    assert_eq!(team.get(idn).map(String::as_str), Some("INVITED"));
}

#[tokio::test]
async fn when_no_row_succeeds_the_status_is_that_of_the_first() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Refusals").await;
    let carl = usher.member(&ada.token, &workspace, "carl", "CREATOR").await;
    let bad = ("nobody", "EDITOR");
    let stranger = usher.address("stranger");
    let above = (stranger.as_str(), "ADMIN");
    let member = (carl.email.as_str(), "EDITOR");
    for (rows, status, statuses, code) in [
        (vec![bad, above, member], 400, ["invalid", "forbidden", "alreadyMember"], "INVALID_USERS"),
        (vec![above, bad, member], 403, ["forbidden", "invalid", "alreadyMember"], "FORBIDDEN"),
        (vec![member, above, bad], 400, ["alreadyMember", "forbidden", "invalid"], "ALREADY_MEMBER"),
        (vec![member, member, above], 400, ["alreadyMember", "duplicate", "forbidden"], "ALREADY_MEMBER"),
    ] {
        let answer = usher.invite(&carl.token, &workspace, &rows).await.expect(status);
        assert_eq!(answer.row_statuses(), statuses);
        let body = answer.json();
        assert_eq!(body["status"], status);
        assert_eq!(body["errorCodes"], json!([code]));
        assert!(body["message"].is_string() && body["traceId"].is_string() && body["error"].is_string());
        assert_eq!(body["summary"].as_object().map(serde_json::Map::len), Some(3));
        if code == "ALREADY_MEMBER" {
            assert!(body["message"].as_str().unwrap().contains("already has access"), "{body}");
        }
    }
    assert!(usher.mails(&stranger).await.is_empty());
}

#[tokio::test]
async fn one_row_that_succeeds_makes_the_answer_a_success() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Mostly bad").await;
    let eve = usher.member(&ada.token, &workspace, "eve", "EDITOR").await;
    let new = usher.address("new");
    let rows = [("nobody", "EDITOR"), (eve.email.as_str(), "VIEWER"), (new.as_str(), "VIEWER")];
    let answer = usher.invite(&ada.token, &workspace, &rows).await.expect(200);
    assert_eq!(answer.row_statuses(), ["invalid", "alreadyMember", "invited"]);
    assert_eq!(answer.json()["summary"], json!({ "invalid": 1, "alreadyMember": 1, "invited": 1 }));
    usher.mail(&new, 1).await;
}
