//! Tests of faults of API routes.

use serde_json::json;
use tests::{Endpoint, Need, needs};

#[tokio::test]
async fn a_fault_of_a_route_answers_instead_of_the_function() {
    needs(&[Need::Calls]);
    let stack = local::Stack::start(local::Options::in_memory()).await.unwrap();
    // The OpenAPI document doesn't describe the injected responses, so the answers aren't compared with it.
    let usher = Endpoint::unchecked(stack.url());
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "Project Alpha").await;
    let body = json!({ "code": "unavailable" });
    let route = "POST /noCo/api/v2/workspaces/{workspaceId}/bulkUsers";
    usher.queue_fault(json!({ "route": route, "status": 503, "body": body, "times": 2 })).await;
    let bob = usher.address("bob");
    for left in [1, 0] {
        let answer = usher.invite(&ada.token, &workspace, &[(&bob, "EDITOR")]).await.expect(503);
        assert_eq!(answer.json(), body);
        assert_eq!(usher.faults_left().await.len(), left);
    }
    let answer = usher.invite(&ada.token, &workspace, &[(&bob, "EDITOR")]).await.expect(200);
    assert_eq!(answer.json()["summary"], json!({ "invited": 1 }), "no function ran before");

    let refused = usher.post_open("/_local/faults", json!({ "route": "POST /nowhere", "status": 503 })).await;
    assert!(refused.expect(400).text.contains("there is no route"));
    stack.stop().await;
}
