//! Tests of Dock's rate limit: 120 requests a minute for each company.

use serde_json::json;
use tests::{HeldCall, Need};

use super::World;

fn number(answer: &tests::Answer, name: &str) -> i64 {
    answer.header(name).parse().unwrap_or_else(|_| panic!("{name} in {:?}", answer.headers))
}

#[tokio::test]
async fn of_a_hundred_and_fifty_requests_together_a_hundred_and_twenty_pass_and_the_others_learn_when_to_retry() {
    let World { usher, ada, .. } = World::with(&[Need::Clock]).await;
    let eve = usher.founder("eve").await;
    let robot = json!({ "name": "robot", "role": "ACCOUNT_ADMIN" });
    let robot = usher.post("/idp/api/v1/company/serviceAccount", &ada.token, robot).await.expect(200).json();
    let key = robot["token"].as_str().unwrap();
    usher.advance(60).await;
    usher.begin_window(60).await;
    // A person and a secret key of the same company share the company's limit.
    let requests = (0..150).map(|n| {
        let token = if n % 2 == 0 { &ada.token } else { key };
        usher.get("/v1/workspace-domains", token)
    });
    let counting = HeldCall::before("list-domains", "dynamodb:UpdateItem");
    let (passed, refused): (Vec<_>, Vec<_>) =
        usher.together(requests, counting).await.into_iter().partition(|answer| answer.status == 200);
    let other = refused.iter().find(|answer| answer.status != 429);
    assert_eq!((passed.len(), refused.len()), (120, 30), "{other:?}");
    let mut left: Vec<_> = passed.iter().map(|answer| number(answer, "x-ratelimit-remaining")).collect();
    left.sort_unstable();
    assert_eq!(left, (0..120).collect::<Vec<_>>());
    let reset = number(&passed[0], "x-ratelimit-reset");
    assert_eq!(reset % 60, 0);
    for answer in &refused {
        assert_eq!(number(answer, "x-ratelimit-remaining"), 0);
        assert!((1..=60).contains(&number(answer, "retry-after")));
    }
    for answer in passed.iter().chain(&refused) {
        assert_eq!(number(answer, "x-ratelimit-limit"), 120);
        assert_eq!(number(answer, "x-ratelimit-reset"), reset);
    }
    refused[0].clone().dock_error(429, "RATE_LIMIT_EXCEEDED");
    let other = usher.get("/v1/workspace-domains", &eve.token).await.expect(200);
    assert_eq!(number(&other, "x-ratelimit-remaining"), 119);
    // Requests to DataGOL's routes aren't counted towards Dock's rate limit.
    usher.get("/noCo/api/v2/workspaces", &ada.token).await.expect(200);
    usher.advance(60).await;
    let again = usher.get("/v1/workspace-domains", key).await.expect(200);
    assert_eq!(number(&again, "x-ratelimit-remaining"), 119);
}

#[tokio::test]
async fn every_answer_after_authentication_has_the_headers_and_none_before() {
    let World { usher, ada, .. } = World::new().await;
    usher.begin_window(60).await;
    let bad = usher.get("/v1/workspace-users?limit=0", &ada.token).await.dock_error(400, "BAD_REQUEST");
    let missing = usher.get("/v1/workspace-users/nothere", &ada.token).await.dock_error(404, "NOT_FOUND");
    assert_eq!(number(&bad, "x-ratelimit-remaining"), number(&missing, "x-ratelimit-remaining") + 1);
    let stranger = usher.get("/v1/workspace-users", "nobody").await.dock_error(401, "UNAUTHORIZED");
    assert_eq!(stranger.header("x-ratelimit-limit"), "");
}
