//! Tests of requests that no route answers.

use serde_json::json;
use tests::Endpoint;

#[tokio::test]
async fn a_wrong_verb_is_answered_with_the_allowed_ones() {
    let usher = Endpoint::start().await;
    let id = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
    let workspace = format!("/noCo/api/v2/workspaces/{id}");
    let account = format!("/idp/api/v1/company/serviceAccount/{id}");
    let cases = [
        ("/idp/api/v1/user/sign-up".to_owned(), "POST"),
        ("/idp/api/v1/user/signUp/verifyEmailOtp".to_owned(), "POST"),
        ("/idp/api/v1/user/signUp/resendEmailOtp".to_owned(), "POST"),
        ("/idp/api/v1/user/token".to_owned(), "POST"),
        ("/idp/api/v1/user/login".to_owned(), "POST"),
        ("/idp/api/v1/user".to_owned(), "GET"),
        ("/idp/api/v1/team".to_owned(), "GET"),
        ("/idp/api/v1/company/serviceAccount".to_owned(), "GET, POST"),
        (format!("{account}/token/reset"), "GET, POST"),
        (account, "DELETE"),
        ("/noCo/api/v2/workspaces".to_owned(), "GET, POST"),
        (format!("{workspace}/bulkUsers"), "POST"),
        (workspace, "GET"),
    ];
    for (path, verbs) in cases {
        let verbs: Vec<_> = verbs.split(", ").collect();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            if verbs.contains(&method) {
                continue;
            }
            let answer = usher.send(method, &path, None, None).await.datagol_error(405, "METHOD_NOT_ALLOWED");
            let mut allowed: Vec<_> = answer.header("allow").split(", ").collect();
            allowed.sort_unstable();
            assert_eq!(allowed, verbs, "{method} {path}");
        }
        let head = usher.send("HEAD", &path, None, None).await.expect(405);
        assert_eq!(head.text, "");
    }
}

#[tokio::test]
async fn an_unknown_path_gets_the_error_of_its_contract() {
    let usher = Endpoint::start().await;
    for path in [
        "/idp",
        "/idp/",
        "/idp/api/v1/users",
        "/idp/api/v2/user",
        "/idp/api/v1/user/signup",
        "/idp/api/v1/user/sign-up/",
        "/noCo/api/v2/workspaces/",
        "/noCo/api/v1/workspaces",
        "/noCo/api/v2/workspaces/a/b/c",
        "/noCo//api/v2/workspaces",
    ] {
        for method in ["GET", "POST", "DELETE"] {
            usher.send(method, path, None, Some(json!({}))).await.datagol_error(404, "NOT_FOUND");
        }
    }
    for path in
        ["/api", "/api/v1", "/api/v1/nothing", "/noco/api/v2/workspaces", "/idpx", "/favicon.ico", "/Register", "/%ff"]
    {
        for method in ["GET", "POST", "DELETE"] {
            usher.send(method, path, None, None).await.problem(404, "not_found");
        }
    }
}

#[tokio::test]
async fn a_path_that_smart_documentor_does_not_have_gets_its_problem_details() {
    let usher = Endpoint::start().await;
    for path in
        ["/connect", "/connect/tokens", "/api/v1.0", "/api/v1.0/external/tenant", "/api/v1.0/external/x/allusers/1"]
    {
        usher.send("GET", path, None, None).await.smart_documentor_error(404, "There is no such path.");
    }
    for (method, path, verbs) in [
        ("GET", "/connect/token", "POST"),
        ("POST", "/api/v1.0/external/tenant/allusers", "GET"),
        ("DELETE", "/api/v1.0/external/sdworkspace/inviteusers", "POST"),
    ] {
        let detail = format!("This path takes {verbs} and nothing else.");
        let answer = usher.send(method, path, None, None).await.smart_documentor_error(405, &detail);
        assert_eq!(answer.header("allow"), verbs);
    }
}

#[tokio::test]
async fn a_path_that_hexabase_does_not_have_gets_its_error() {
    let usher = Endpoint::start().await;
    for path in ["/api/v0", "/api/v0/", "/api/v0/workspace", "/api/v0/workspaces/a/b/c"] {
        for method in ["GET", "POST", "DELETE"] {
            usher.send(method, path, None, None).await.hexabase_error(404, "NOT_FOUND");
        }
    }
    for (method, path, verbs) in
        [("DELETE", "/api/v0/workspaces", "GET"), ("GET", "/api/v0/workspaces/x/select", "POST")]
    {
        let answer = usher.send(method, path, None, None).await.hexabase_error(405, "METHOD_NOT_ALLOWED");
        assert_eq!(answer.header("allow"), verbs);
    }
}

#[tokio::test]
async fn a_wrong_verb_on_our_own_paths_is_a_problem_too() {
    let usher = Endpoint::start().await;
    for (method, path, verbs) in [
        ("POST", "/", "GET, HEAD"),
        ("PUT", "/register", "GET, HEAD, POST"),
        ("PUT", "/invitation", "GET, HEAD, POST"),
        ("GET", "/invitation/decline", "POST"),
        ("GET", "/api/v1/invitations/accept", "POST"),
        ("POST", "/.well-known/jwks.json", "GET"),
    ] {
        let answer = usher.send(method, path, None, None).await.problem(405, "method_not_allowed");
        let mut allowed: Vec<_> = answer.header("allow").split(", ").collect();
        allowed.sort_unstable();
        assert_eq!(allowed.join(", "), verbs, "{method} {path}");
    }
}
