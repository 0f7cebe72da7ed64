//! Tests of the routes below `/idp/api/v1/company/serviceAccount`.

use serde_json::{Value, json};
use tests::{Account, Answer, Endpoint, HeldCall, Need};

const PATH: &str = "/idp/api/v1/company/serviceAccount";
const WORKSPACES: &str = "/noCo/api/v2/workspaces";
const YEAR: i64 = 365 * 86_400;

/// A service account, as the answer to the creating request shows the account.
struct Robot {
    id: String,
    email: String,
    token: String,
}

async fn make(usher: &Endpoint, admin: &Account, body: Value) -> Robot {
    let made = usher.post(PATH, &admin.token, body).await.expect(200).json();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    Robot { id: text("id"), email: text("email"), token: text("token") }
}

async fn reset(usher: &Endpoint, admin: &Account, method: &str, robot: &Robot, query: &str) -> Answer {
    usher.send(method, &format!("{PATH}/{}/token/reset{query}", robot.id), Some(&admin.token), None).await
}

/// The ids of the workspaces that the owner of a token can reach. `None` if the token is not valid.
async fn reached(usher: &Endpoint, token: &str) -> Option<Vec<String>> {
    let answer = usher.read(usher.request("GET", WORKSPACES).header("x-auth-token", token)).await;
    if answer.status == 401 {
        answer.datagol_error(401, "INVALID_TOKEN");
        return None;
    }
    let workspaces = answer.expect(200).json();
    Some(workspaces.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect())
}

#[tokio::test]
async fn a_new_service_accounts_token_is_shown_once() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let body = json!({ "name": "data-gol_1", "description": "Brings people in" });
    let made = usher.post(PATH, &ada.token, body).await.expect(200).json();
    let (id, email, token) = (made["id"].clone(), made["email"].as_str().unwrap(), made["token"].as_str().unwrap());
    let expiry = made["expiryDate"].clone();
    assert!(expiry.as_str().unwrap().ends_with('Z'), "{made}");
    let expected = json!({
        "id": id, "name": "data-gol_1", "email": email, "description": "Brings people in", "role": "USER",
        "expiryDate": expiry, "token": token, "expiryInSeconds": YEAR,
    });
    assert_eq!(made, expected);
    let (name, domain) = email.split_once('@').unwrap();
    let tail = name.strip_prefix("data-gol_1-").unwrap();
    assert!(tail.len() == 8 && tail.bytes().all(|byte| byte.is_ascii_hexdigit()), "{email}");
    assert_eq!(domain, "ada-ltd.iam.serviceaccount.com");

    let listed = usher.get(PATH, &ada.token).await.expect(200);
    assert!(!listed.text.contains(token));
    let expected = json!([{
        "id": id, "name": "data-gol_1", "email": email, "description": "Brings people in", "role": "USER",
        "expiryDate": expiry,
    }]);
    assert_eq!(listed.json(), expected);
    for (header, value) in [("x-auth-token", token.to_owned()), ("authorization", format!("Bearer {token}"))] {
        usher.read(usher.request("GET", WORKSPACES).header(header, value)).await.expect(200);
    }
}

#[tokio::test]
async fn a_name_has_few_kinds_of_characters_and_is_unique_in_its_company() {
    let usher = Endpoint::start().await;
    let (ada, bob) = (usher.founder("ada").await, usher.founder("bob").await);
    let long = "n".repeat(51);
    for name in ["", " ", "a b", "a.b", "ä", "a@b", "<b>", "a\n", &long] {
        usher.post(PATH, &ada.token, json!({ "name": name })).await.datagol_error(400, "INVALID_NAME");
    }
    for body in [
        json!({}),
        json!({ "name": 1 }),
        json!({ "name": "a", "role": "ADMIN" }),
        json!({ "name": "a", "role": 1 }),
        json!({ "name": "a", "description": "d".repeat(2_001) }),
    ] {
        usher.post(PATH, &ada.token, body).await.datagol_error(400, "INVALID_FIELD");
    }
    assert_eq!(usher.get(PATH, &ada.token).await.expect(200).json(), json!([]));
    for name in ["b", "A-1_z", &long[1..], "a"] {
        make(&usher, &ada, json!({ "name": name })).await;
    }
    usher.post(PATH, &ada.token, json!({ "name": "a" })).await.datagol_error(400, "NAME_TAKEN");
    make(&usher, &bob, json!({ "name": "a" })).await;
    let listed = usher.get(PATH, &ada.token).await.expect(200).json();
    assert_eq!(listed.as_array().map(Vec::len), Some(4));
}

#[tokio::test]
async fn a_name_that_several_ask_for_together_is_given_once() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let requests = (0..6).map(|_| usher.post(PATH, &ada.token, json!({ "name": "robot" })));
    let answers = usher.together(requests, HeldCall::write("create-service-account")).await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((made.len(), refused.len()), (1, 5));
    for answer in refused {
        answer.datagol_error(400, "NAME_TAKEN");
    }
    let token = made[0].json()["token"].as_str().unwrap().to_owned();
    assert_eq!(reached(&usher, &token).await, Some(Vec::new()));
}

#[tokio::test]
async fn an_ordinary_service_account_reaches_its_own_workspaces_and_an_account_admin_all() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let (one, other) = (usher.workspace(&ada.token, "One").await, usher.workspace(&ada.token, "Other").await);
    let plain = make(&usher, &ada, json!({ "name": "user", "role": "USER" })).await;
    let admin = make(&usher, &ada, json!({ "name": "admin", "role": "ACCOUNT_ADMIN" })).await;
    assert_eq!(reached(&usher, &plain.token).await, Some(Vec::new()));
    assert_eq!(reached(&usher, &admin.token).await, Some(vec![one.clone(), other.clone()]));

    let added = usher.invite(&admin.token, &one, &[(&plain.email, "CREATOR")]).await.expect(200).json();
    assert_eq!(added["summary"], json!({ "added": 1 }));
    assert_eq!(reached(&usher, &plain.token).await, Some(vec![one.clone()]));
    usher.get(&format!("{WORKSPACES}/{other}"), &plain.token).await.datagol_error(404, "NOT_FOUND");
    // The service account has the role with which the account was added, and no higher role.
    let guest = usher.address("guest");
    usher.invite(&plain.token, &one, &[(&guest, "CREATOR")]).await.expect(200);
    usher.invite(&plain.token, &one, &[(&usher.address("boss"), "ADMIN")]).await.expect(403);
    usher.invite(&plain.token, &other, &[(&guest, "VIEWER")]).await.datagol_error(404, "NOT_FOUND");
    usher.invite(&admin.token, &other, &[(&usher.address("boss"), "ADMIN")]).await.expect(200);
}

#[tokio::test]
async fn a_reset_by_either_verb_ends_the_old_token_immediately() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let robot = make(&usher, &ada, json!({ "name": "robot" })).await;
    let mut old = robot.token.clone();
    for (method, query) in [("GET", ""), ("POST", ""), ("GET", "?neverExpires=false"), ("POST", "?neverExpires=false")]
    {
        let new = reset(&usher, &ada, method, &robot, query).await.expect(200).json();
        let token = new["token"].as_str().unwrap().to_owned();
        let expiry = new["expiryDate"].clone();
        assert_eq!(new, json!({ "token": token, "expiryInSeconds": YEAR, "expiryDate": expiry }));
        assert_eq!(usher.get(PATH, &ada.token).await.json()[0]["expiryDate"], expiry);
        assert_eq!(reached(&usher, &old).await, None);
        assert_eq!(reached(&usher, &token).await, Some(Vec::new()));
        old = token;
    }
    for query in ["?neverExpires=yes", "?neverExpires="] {
        reset(&usher, &ada, "GET", &robot, query).await.datagol_error(400, "INVALID_FIELD");
    }
    assert_eq!(reached(&usher, &old).await, Some(Vec::new()));
}

#[tokio::test]
async fn resets_that_run_together_leave_one_good_token() {
    let usher = &Endpoint::start().await;
    let ada = &usher.founder("ada").await;
    let robot = &make(usher, ada, json!({ "name": "robot" })).await;
    let resets = (0..6).map(|_| reset(usher, ada, "POST", robot, ""));
    let answers = usher.together(resets, HeldCall::write("reset-service-account-token")).await;
    let mut good = 0;
    for answer in answers {
        if answer.status == 200 {
            let token = answer.json()["token"].as_str().unwrap().to_owned();
            good += usize::from(reached(usher, &token).await.is_some());
        } else {
            answer.datagol_error(400, "CHANGED_MEANWHILE");
        }
    }
    assert_eq!(good, 1);
    assert_eq!(reached(usher, &robot.token).await, None);
}

#[tokio::test]
async fn a_token_lives_a_year_or_for_ever() {
    let usher = Endpoint::with(&[Need::Clock]).await;
    let ada = usher.founder("ada").await;
    let yearly = make(&usher, &ada, json!({ "name": "yearly" })).await;
    let eternal = make(&usher, &ada, json!({ "name": "eternal" })).await;
    let answer = reset(&usher, &ada, "POST", &eternal, "?neverExpires=true").await.expect(200).json();
    let token = answer["token"].as_str().unwrap().to_owned();
    assert_eq!(answer, json!({ "token": token, "neverExpires": true }));
    let listed = usher.get(PATH, &ada.token).await.expect(200).json();
    assert_eq!((&listed[0]["name"], &listed[0]["expiryDate"]), (&json!("eternal"), &Value::Null));

    usher.advance(YEAR - 60).await;
    assert_eq!(reached(&usher, &yearly.token).await, Some(Vec::new()));
    usher.advance(60).await;
    assert_eq!(reached(&usher, &yearly.token).await, None);
    usher.advance(20 * YEAR).await;
    assert_eq!(reached(&usher, &token).await, Some(Vec::new()));
    // A reset gives a service account with an expired token a new token.
    let ada = Account { token: usher.token(&ada.email).await, ..ada };
    let answer = reset(&usher, &ada, "GET", &yearly, "").await.expect(200).json();
    assert_eq!(reached(&usher, answer["token"].as_str().unwrap()).await, Some(Vec::new()));
}

#[tokio::test]
async fn deleting_ends_token_and_memberships_at_once_and_frees_the_name() {
    let usher = Endpoint::start().await;
    let ada = usher.founder("ada").await;
    let workspace = usher.workspace(&ada.token, "One").await;
    let robot = make(&usher, &ada, json!({ "name": "robot" })).await;
    usher.invite(&ada.token, &workspace, &[(&robot.email, "ADMIN")]).await.expect(200);
    assert_eq!(reached(&usher, &robot.token).await, Some(vec![workspace.clone()]));

    let path = format!("{PATH}/{}", robot.id);
    let answer = usher.send("DELETE", &path, Some(&ada.token), None).await.expect(200);
    assert_eq!(answer.text, "");
    assert_eq!(reached(&usher, &robot.token).await, None);
    assert_eq!(usher.get(PATH, &ada.token).await.expect(200).json(), json!([]));
    usher.send("DELETE", &path, Some(&ada.token), None).await.datagol_error(404, "NOT_FOUND");
    reset(&usher, &ada, "POST", &robot, "").await.datagol_error(404, "NOT_FOUND");
    let again = usher.invite(&ada.token, &workspace, &[(&robot.email, "VIEWER")]).await.expect(400).json();
    assert_eq!(again["results"][0]["status"], "invalid", "{again}");

    let next = make(&usher, &ada, json!({ "name": "robot" })).await;
    assert_ne!((&next.id, &next.email), (&robot.id, &robot.email));
    assert_eq!(reached(&usher, &next.token).await, Some(Vec::new()));
}

#[tokio::test]
async fn a_service_account_that_is_deleted_while_it_gets_another_role_leaves_an_administrator_behind() {
    for deletion_is_first in [true, false] {
        let usher = &Endpoint::with(&[Need::Calls]).await;
        let ada = &usher.founder("ada").await;
        let robot = &make(usher, ada, json!({ "name": "robot" })).await;
        let workspace = &usher.workspace(&ada.token, "One").await;
        usher.invite(&ada.token, workspace, &[(&robot.email, "VIEWER")]).await.expect(200);
        let members = format!("/api/v1/workspaces/{workspace}/members");
        let (path, raised_path) = (format!("{PATH}/{}", robot.id), format!("{members}/{}", robot.id));
        let delete = usher.send("DELETE", &path, Some(&ada.token), None);
        let raise = usher.send("PATCH", &raised_path, Some(&ada.token), Some(json!({ "role": "ADMIN" })));
        if deletion_is_first {
            let (deleted, raised) = usher.overtake(delete, raise, HeldCall::write("change-member")).await;
            deleted.expect(200);
            raised.problem(404, "not_found");
        } else {
            // The first transaction of the deletion ends the account, and the second transaction ends a membership
            // whose role was read before.
            let deletion = HeldCall::write_after("delete-service-account", 1);
            let (raised, deleted) = usher.overtake(raise, delete, deletion).await;
            raised.expect(200);
            deleted.expect(200);
        }
        let left = usher.all_pages(&members, &ada.token, 10).await;
        assert_eq!(left.len(), 1, "{left:?}");
        let own = format!("{members}/{}", left[0]["userId"].as_str().unwrap());
        usher.send("DELETE", &own, Some(&ada.token), None).await.problem(409, "last_admin");
    }
}

#[tokio::test]
async fn a_service_account_that_is_deleted_while_it_is_added_becomes_no_member() {
    for deletion_is_first in [true, false] {
        let usher = &Endpoint::with(&[Need::Calls]).await;
        let ada = &usher.founder("ada").await;
        let robot = &make(usher, ada, json!({ "name": "robot" })).await;
        let workspace = &usher.workspace(&ada.token, "One").await;
        let path = format!("{PATH}/{}", robot.id);
        let delete = usher.send("DELETE", &path, Some(&ada.token), None);
        let rows = [(robot.email.as_str(), "ADMIN"), (ada.email.as_str(), "ADMIN")];
        let add = usher.invite(&ada.token, workspace, &rows);
        if deletion_is_first {
            // The first transaction of the inviting request reserves the daily quota.
            let (deleted, added) = usher.overtake(delete, add, HeldCall::write_after("invite-users", 1)).await;
            deleted.expect(200);
            assert_eq!(added.expect(400).row_statuses(), ["invalid", "alreadyMember"]);
        } else {
            let (added, deleted) = usher.overtake(add, delete, HeldCall::write("delete-service-account")).await;
            assert_eq!(added.expect(200).row_statuses(), ["added", "alreadyMember"]);
            deleted.expect(200);
        }
        let members = usher.hexabase_members(&ada.token, workspace).await;
        assert_eq!(members.len(), 1, "{members:?}");
        assert_eq!(reached(usher, &robot.token).await, None);
    }
}

#[tokio::test]
async fn only_a_company_admin_manages_service_accounts() {
    let usher = Endpoint::start().await;
    let (ada, bob) = (usher.founder("ada").await, usher.founder("bob").await);
    let workspace = usher.workspace(&ada.token, "One").await;
    let robot = make(&usher, &ada, json!({ "name": "robot" })).await;
    let admin = make(&usher, &ada, json!({ "name": "admin", "role": "ACCOUNT_ADMIN" })).await;
    // A user who is ADMIN of a workspace is not an admin of the company.
    let grace = usher.member(&ada.token, &workspace, "grace", "ADMIN").await;
    let one = format!("{PATH}/{}", robot.id);
    let requests = [
        ("POST", PATH.to_owned(), Some(json!({ "name": "x" }))),
        ("GET", PATH.to_owned(), None),
        ("GET", format!("{one}/token/reset"), None),
        ("POST", format!("{one}/token/reset"), None),
        ("DELETE", one, None),
    ];
    for (method, path, body) in &requests {
        for token in [&grace.token, &robot.token] {
            usher.send(method, path, Some(token), body.clone()).await.datagol_error(403, "COMPANY_ADMIN_REQUIRED");
        }
        if path != PATH {
            usher.send(method, path, Some(&bob.token), None).await.datagol_error(404, "NOT_FOUND");
        }
    }
    // An id of a person, and an unknown id, is not the id of a service account.
    for id in ["x", "3fa85f64-5717-4562-b3fc-2c963f66afa6", &workspace] {
        usher.send("DELETE", &format!("{PATH}/{id}"), Some(&ada.token), None).await.datagol_error(404, "NOT_FOUND");
    }
    assert_eq!(reached(&usher, &robot.token).await, Some(Vec::new()));
    // A service account with the role ACCOUNT_ADMIN is a company admin.
    for (method, path, body) in requests {
        usher.send(method, &path, Some(&admin.token), body).await.expect(200);
    }
}
