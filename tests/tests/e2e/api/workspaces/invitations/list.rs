//! Tests of listing invitations, and of showing one invitation.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tests::{Need, World, eventually};

use super::super::super::{column, user_of};

const TTL: i64 = 604_800;

async fn page(world: &World, query: &str) -> Value {
    world.get(&world.ada.token, &format!("invitations?{query}")).await.expect(200).json()
}

/// The addresses of the invitations that are listed with the given query.
async fn listed(world: &World, query: &str) -> Vec<String> {
    column(page(world, query).await["items"].as_array().unwrap(), "email")
}

#[tokio::test]
async fn an_invitation_is_shown_completely_in_the_list_and_alone() {
    let world = World::with(&[Need::MailReports]).await;
    let (email, id) = world.invited(&world.ada.token, "grace", "EDITOR").await;
    world.usher.mail(&email, 1).await;
    let shown = eventually("the delivery", async || {
        let shown = world.get(&world.ada.token, &format!("invitations/{id}")).await.expect(200).json();
        (shown["delivery"]["state"] == "DELIVERED").then_some(shown)
    })
    .await;
    let time = |name: &str| shown[name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert_eq!(time("expiresAt").as_second() - time("createdAt").as_second(), TTL);
    assert_eq!(shown["id"], id.as_str());
    assert_eq!(shown["workspaceId"], world.workspace.as_str());
    assert_eq!(shown["email"], email.as_str());
    assert_eq!(shown["role"], "EDITOR");
    assert_eq!(shown["status"], "PENDING");
    assert_eq!(shown["delivery"]["state"], "DELIVERED");
    assert!(shown["delivery"]["at"].is_string(), "{shown}");
    assert_eq!(shown["invitedBy"], json!({ "id": user_of(&world.ada.token), "name": "Ada Founder" }));
    assert_eq!((&shown["acceptedAt"], &shown["resentCount"]), (&Value::Null, &json!(0)));
    assert_eq!(page(&world, "").await, json!({ "items": [shown], "nextCursor": null }));

    world.usher.sign_up_by_invitation(&email, &world.usher.mail(&email, 1).await.hash()).await.expect(200);
    let shown = world.get(&world.ada.token, &format!("invitations/{id}")).await.expect(200).json();
    assert_eq!(shown["status"], "ACCEPTED");
    assert!(shown["acceptedAt"].as_str().unwrap() >= shown["createdAt"].as_str().unwrap());
}

#[tokio::test]
async fn invitations_are_listed_and_filtered_by_every_status() {
    let world = World::new(&[("INVITATION_TTL_SECONDS", "1000")]).await;
    let bob = world.member("bob", "VIEWER").await.email;
    let gone = world.member("gone", "VIEWER").await;
    world.remove(&world.ada.token, &world.user_id(&gone.email).await).await.expect(204);
    let (carl, id) = world.invited(&world.ada.token, "carl", "VIEWER").await;
    world.revoke(&world.ada.token, &id).await.expect(204);
    let (dora, _) = world.invited(&world.ada.token, "dora", "VIEWER").await;
    assert_eq!(listed(&world, "status=PENDING").await, [dora.as_str()]);
    world.usher.advance(1000).await;
    let (eve, _) = world.invited(&world.ada.token, "eve", "VIEWER").await;
    for (status, email) in [("ACCEPTED", &bob), ("REVOKED", &carl), ("EXPIRED", &dora), ("PENDING", &eve)] {
        let page = page(&world, &format!("status={status}")).await;
        assert_eq!(column(page["items"].as_array().unwrap(), "email"), [email.as_str()], "{status}");
        assert_eq!(page["items"][0]["status"], status);
    }
    assert!(listed(&world, "status=DECLINED").await.is_empty());
    // The list of invitations contains neither the workspace's creator nor the removed member.
    assert_eq!(listed(&world, "").await, [bob, carl, dora, eve]);
}

#[tokio::test]
async fn invitations_are_filtered_by_delivery_state_and_by_the_beginning_of_the_address() {
    let world = World::with(&[Need::Calls]).await;
    let fault = json!({ "action": "ses:SendBulkEmail", "address": world.usher.address("bounced"), "status": "MESSAGE_REJECTED", "times": 1 });
    world.usher.queue_fault(fault).await;
    for name in ["anna", "Annika", "bob", "bounced"] {
        world.invited(&world.ada.token, name, "VIEWER").await;
    }
    let address = |name: &str| world.usher.address(name);
    assert_eq!(listed(&world, "email=ann").await, [address("anna"), address("Annika")]);
    assert_eq!(listed(&world, &format!("email={}", address("ANNA"))).await, [address("anna")]);
    assert_eq!(listed(&world, "email=").await.len(), 4);
    assert!(listed(&world, "email=zoe").await.is_empty());
    let international = "Idn@M\u{fc}ller.example";
    world.usher.invite(&world.ada.token, &world.workspace, &[(international, "VIEWER")]).await.expect(200);
    for beginning in ["idn@", "IDN@m", "idn@m%C3%BC", "idn@M%C3%9Cller.example", "idn@xn--mller-kva.ex"] {
        assert_eq!(listed(&world, &format!("email={beginning}")).await, [international], "{beginning}");
    }
    assert!(listed(&world, "email=idn@n").await.is_empty());
    world.usher.mail_all().await;
    assert_eq!(listed(&world, "delivery=FAILED").await, [address("bounced")]);
    assert_eq!(listed(&world, "delivery=DELIVERED&email=ann&status=PENDING").await.len(), 2);
    assert!(listed(&world, "delivery=QUEUED").await.is_empty());
}

#[tokio::test]
async fn the_pages_of_a_list_hold_everybody_once_and_in_order() {
    let world = World::start().await;
    let people: Vec<_> = (0..230).map(|number| world.usher.address(&format!("p{}", number * 7919 % 1000))).collect();
    let rows: Vec<_> = people.iter().map(|email| (email.as_str(), "VIEWER")).collect();
    world.usher.invite(&world.ada.token, &world.workspace, &rows).await.expect(200);
    let mut sorted = people.clone();
    sorted.sort();
    assert_eq!(listed(&world, "limit=1").await, sorted[..1]);
    for limit in [7, 50, 100] {
        let walked = world.usher.all_pages(&world.path("invitations"), &world.ada.token, limit).await;
        assert_eq!(column(&walked, "email"), sorted, "{limit}");
    }
    assert_eq!(page(&world, "").await["items"].as_array().unwrap().len(), 50);
}

#[tokio::test]
async fn a_page_that_had_to_read_many_records_is_short_and_has_a_next_one() {
    let world = World::start().await;
    let people: Vec<_> = (0..1_100).map(|number| world.usher.address(&format!("p{number:04}"))).collect();
    let rows: Vec<_> = people.iter().map(|email| (email.as_str(), "VIEWER")).collect();
    world.usher.invite(&world.ada.token, &world.workspace, &rows).await.expect(200);
    let (last, id) = world.invited(&world.ada.token, "z", "VIEWER").await;
    world.revoke(&world.ada.token, &id).await.expect(204);
    let first = page(&world, "status=REVOKED&limit=10").await;
    assert_eq!(first["items"], json!([]));
    let cursor = first["nextCursor"].as_str().unwrap();
    let second = page(&world, &format!("status=REVOKED&limit=10&cursor={cursor}")).await;
    assert_eq!(column(second["items"].as_array().unwrap(), "email"), [last]);
    assert_eq!(second["nextCursor"], Value::Null);
}

#[tokio::test]
async fn a_cursor_is_valid_for_its_own_list_only_and_reveals_nothing() {
    let world = World::start().await;
    for name in ["anna", "bert", "carl"] {
        world.member(name, "EDITOR").await;
    }
    let other = world.usher.workspace(&world.ada.token, "Another").await;
    let token = &world.ada.token;
    let cursor = page(&world, "limit=1").await["nextCursor"].as_str().unwrap().to_owned();
    let bytes = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
    for hidden in ["anna", "example", world.workspace.as_str()] {
        assert!(!cursor.contains(hidden) && !bytes.windows(hidden.len()).any(|part| part == hidden.as_bytes()));
    }
    page(&world, &format!("limit=2&cursor={cursor}")).await;

    let mut bent = bytes.clone();
    bent[30] ^= 1;
    let bent = URL_SAFE_NO_PAD.encode(bent);
    let half = &cursor[..cursor.len() / 2];
    for bad in [bent.as_str(), half, "", "0", "bnVsbA", "%00", "ключ"] {
        world.get(token, &format!("invitations?cursor={bad}")).await.problem(400, "invalid_cursor");
    }
    for query in ["status=ACCEPTED", "email=a", "delivery=SENT"] {
        world.get(token, &format!("invitations?{query}&cursor={cursor}")).await.problem(400, "invalid_cursor");
    }
    for list in ["members", "audit"] {
        world.get(token, &format!("{list}?cursor={cursor}")).await.problem(400, "invalid_cursor");
        let others = world.get(token, &format!("{list}?limit=1")).await.expect(200).json();
        let theirs = others["nextCursor"].as_str().unwrap();
        world.get(token, &format!("invitations?cursor={theirs}")).await.problem(400, "invalid_cursor");
    }
    let path = format!("/api/v1/workspaces/{other}/invitations?cursor={cursor}");
    world.usher.get(&path, token).await.problem(400, "invalid_cursor");
    let path = format!("/api/v1/company/invitations?cursor={cursor}");
    world.usher.get(&path, token).await.problem(400, "invalid_cursor");
}

#[tokio::test]
async fn an_impossible_filter_is_refused() {
    let world = World::start().await;
    let long = "a".repeat(255);
    for query in [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=ten",
        "limit=",
        "status=GONE",
        "status=pending",
        "status=",
        "delivery=LOST",
        &format!("email={long}"),
    ] {
        world.get(&world.ada.token, &format!("invitations?{query}")).await.problem(400, "invalid_field");
    }
    for id in ["AAAAAAAAAAAA", "x", &world.workspace] {
        world.get(&world.ada.token, &format!("invitations/{id}")).await.problem(404, "not_found");
        world.revoke(&world.ada.token, id).await.problem(404, "not_found");
        world.resend(&world.ada.token, id).await.problem(404, "not_found");
    }
    // The invitation's id belongs to another workspace of the company.
    let (_, id) = world.invited(&world.ada.token, "grace", "VIEWER").await;
    let other = world.usher.workspace(&world.ada.token, "Another").await;
    let other = World { workspace: other, ..world };
    other.get(&other.ada.token, &format!("invitations/{id}")).await.problem(404, "not_found");
    other.revoke(&other.ada.token, &id).await.problem(404, "not_found");
    let nowhere = World { workspace: "luI89ZCeEJuF".to_owned(), ..other };
    nowhere.get(&nowhere.ada.token, "invitations").await.problem(404, "not_found");
}

#[tokio::test]
async fn only_people_with_the_right_to_invite_see_invitations() {
    let world = World::start().await;
    let (_, id) = world.invited(&world.ada.token, "grace", "VIEWER").await;
    for role in ["MANAGER", "CREATOR"] {
        // DataGOL's contract can't invite a person as MANAGER, so the test gives the role later.
        let first = if role == "MANAGER" { "VIEWER" } else { role };
        let member = world.member(&role.to_lowercase(), first).await;
        let user = world.user_id(&member.email).await;
        world.change(&world.ada.token, &user, role).await.expect(200);
        world.get(&member.token, "invitations").await.expect(200);
        world.get(&member.token, &format!("invitations/{id}")).await.expect(200);
    }
    let editor = world.member("editor", "EDITOR").await;
    world.get(&editor.token, "invitations").await.problem(403, "forbidden");
    world.get(&editor.token, &format!("invitations/{id}")).await.problem(403, "forbidden");
    world.resend(&editor.token, &id).await.problem(403, "forbidden");
    world.revoke(&editor.token, &id).await.problem(403, "forbidden");
    let stranger = world.usher.founder("stranger").await;
    world.get(&stranger.token, "invitations").await.problem(404, "not_found");
}
