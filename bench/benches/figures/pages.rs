//! Measures how long a page of a short list and a page of a long list take.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::Endpoint;

use crate::{
    figure::{Figure, Limit, median, ms},
    programs::Programs,
    stack::LocalStack,
};

/// How many people the small and the large workspace have, and how many people a page of their lists has.
const FEW: usize = 100;
const MANY: usize = 100_000;
const LIMIT: usize = 100;

/// How many people one inviting request may invite, and how many people a workspace may invite in a day of its first
/// week.
const ROWS: usize = 10_000;
const ROWS_PER_DAY: usize = 20_000;
const DAY: i64 = 86_400;

const REPETITIONS: usize = 50;

/// Measures a page of a hundred people in a workspace of 100,000 people, compared with such a page in a workspace of a
/// hundred people.
pub(crate) async fn of_people(programs: &Programs) -> Vec<Figure> {
    let stack = LocalStack::start(programs);
    let usher = &stack.endpoint;
    let founder = usher.founder("ada").await;
    let small = usher.workspace(&founder.token, "Small").await;
    let large = usher.workspace(&founder.token, "Large").await;
    let mut mails = stack.mails_accepted().await;
    invite(usher, &founder.token, &small, "few", FEW).await;
    let mut token = founder.token;
    for request in 0..MANY / ROWS {
        if request > 0 && request % (ROWS_PER_DAY / ROWS) == 0 {
            usher.advance(DAY).await;
            token = usher.token(&founder.email).await;
        }
        invite(usher, &token, &large, &request.to_string(), ROWS).await;
    }
    mails += (FEW + MANY) as u64;
    stack.wait_for_mails(mails).await;

    let (mut of_few, mut of_many, mut cursor) = (Vec::new(), Vec::new(), None);
    for repetition in 0..=REPETITIONS {
        let (few, _) = page(usher, &token, &small, None).await;
        // Each repetition of the measurement reads the next page of the list, beginning with the first page.
        let (many, next) = page(usher, &token, &large, cursor.as_deref()).await;
        cursor = next;
        // The first repetition of the measurement isn't counted, because it only opens connections and fills caches.
        if repetition > 0 {
            of_few.push(ms(few));
            of_many.push(ms(many));
        }
    }
    let (of_few, of_many) = (median(of_few), median(of_many));
    vec![Figure {
        name: "a page of 100 of 100,000 people: time, as a multiple of one of 100".to_owned(),
        measured: of_many / of_few,
        limit: Limit::AtMost(1.5),
        absolute: format!("{of_many:.1} ms and {of_few:.1} ms"),
    }]
}

async fn invite(usher: &Endpoint, token: &str, workspace: &str, round: &str, count: usize) {
    let people: Vec<_> = (0..count).map(|number| format!("person-{number}-{round}@example.com")).collect();
    let rows: Vec<_> = people.iter().map(|address| (address.as_str(), "EDITOR")).collect();
    let answer = usher.invite(token, workspace, &rows).await.expect(200);
    assert_eq!(answer.json()["summary"], json!({ "invited": count }));
}

/// How long the request for a page of a hundred people takes, and the cursor of the next page.
async fn page(usher: &Endpoint, token: &str, workspace: &str, cursor: Option<&str>) -> (Duration, Option<String>) {
    let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
    let path = format!("/api/v1/workspaces/{workspace}/invitations?limit={LIMIT}{cursor}");
    let begin = Instant::now();
    let answer = usher.get(&path, token).await.expect(200);
    let took = begin.elapsed();
    let body = answer.json();
    assert_eq!(body["items"].as_array().map(Vec::len), Some(LIMIT));
    (took, body["nextCursor"].as_str().map(str::to_owned))
}
