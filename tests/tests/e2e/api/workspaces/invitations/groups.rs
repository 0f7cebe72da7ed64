//! Tests of rows that name groups. The tests read through Hexabase's contract which people are in the groups.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::{Account, Answer, Endpoint, HeldCall, Need};

/// The transaction by which a request invites people. The transaction before reserves the daily quota.
const INVITING: HeldCall = HeldCall::write_after("invite-users", 1);

struct World {
    usher: Endpoint,
    ada: Account,
    workspace: String,
    top: String,
    sales: String,
    emea: String,
}

impl World {
    async fn new() -> Self {
        Self::of(Endpoint::start().await).await
    }

    /// Three groups, of which each contains the next group: the topmost group, Sales, and EMEA.
    async fn of(usher: Endpoint) -> Self {
        let ada = usher.founder("ada").await;
        let workspace = usher.workspace(&ada.token, "Project Alpha").await;
        let top = usher.top_group(&ada.token).await;
        let sales = usher.group(&ada.token, &top, "Sales").await;
        let emea = usher.group(&ada.token, &sales, "EMEA").await;
        Self { usher, ada, workspace, top, sales, emea }
    }

    async fn invite(&self, token: &str, email: &str, groups: &[&str]) -> Answer {
        let users = json!([{ "email": email, "role": "VIEWER", "groups": groups }]);
        self.usher.post_invitations(token, &self.workspace, json!({ "users": users })).await
    }

    /// Whether the list of a group's people names the given address: first without and then with the groups below the
    /// group.
    async fn in_group(&self, group: &str, email: &str) -> (bool, bool) {
        let names = async |query: &str| {
            let path = format!("/api/v0/groups/{group}/users{query}");
            let listed = self.usher.get(&path, &self.ada.token).await.expect(200).json();
            listed["members"].as_array().unwrap().iter().any(|member| member["email"] == email)
        };
        (names("").await, names("?recursive=true").await)
    }

    async fn delete(&self, group: &str) -> Answer {
        self.usher.send("DELETE", &format!("/api/v0/groups/{group}"), Some(&self.ada.token), None).await
    }

    async fn id(&self, email: &str) -> String {
        self.usher.hexabase_id(&self.ada.token, &self.workspace, email).await
    }

    async fn remove(&self, group: &str, email: &str) -> Answer {
        self.remove_as(&self.ada.token, group, email).await
    }

    async fn remove_as(&self, token: &str, group: &str, email: &str) -> Answer {
        let body = json!({ "g_id": group, "u_id": self.id(email).await, "w_id": self.workspace });
        self.usher.send("DELETE", "/api/v0/users", Some(token), Some(body)).await
    }

    async fn administers(&self, group: &str, user: &str) {
        let path = format!("/api/v0/groups/{group}/admins/{user}");
        self.usher.send("PUT", &path, Some(&self.ada.token), None).await.expect(200);
    }
}

/// The code in the result of the answer's only row.
fn code(answer: &Answer) -> Value {
    answer.json()["results"][0]["code"].clone()
}

#[tokio::test]
async fn somebody_invited_into_a_group_is_in_it_before_and_after_they_accept() {
    let world = World::new().await;
    let email = world.usher.address("guest");
    world.invite(&world.ada.token, &email, &[&world.emea, &world.emea]).await.expect(200);
    for joined in [false, true] {
        if joined {
            let hash = world.usher.mail(&email, 1).await.hash();
            world.usher.sign_up_by_invitation(&email, &hash).await.expect(200);
        }
        assert_eq!(world.in_group(&world.emea, &email).await, (true, true));
        assert_eq!(world.in_group(&world.sales, &email).await, (false, true));
        assert_eq!(world.in_group(&world.top, &email).await, (false, true));
    }
}

#[tokio::test]
async fn people_who_are_invited_again_join_more_groups() {
    for cooldown in ["0", "60"] {
        let world = World::of(Endpoint::own(&[("RESEND_COOLDOWN_SECONDS", cooldown)]).await).await;
        let email = world.usher.address("guest");
        world.invite(&world.ada.token, &email, &[&world.emea]).await.expect(200);
        world.invite(&world.ada.token, &email, &[&world.sales, &world.emea]).await.expect(200);
        world.invite(&world.ada.token, &email, &[]).await.expect(200);
        assert_eq!(world.in_group(&world.emea, &email).await, (true, true));
        assert_eq!(world.in_group(&world.sales, &email).await, (true, true));
        world.usher.stop().await;
    }
}

#[tokio::test]
async fn a_member_joins_another_group_and_keeps_role_and_groups() {
    let world = World::new().await;
    let bob = world.usher.member(&world.ada.token, &world.workspace, "bob", "EDITOR").await;
    assert_eq!(world.in_group(&world.top, &bob.email).await, (true, true));
    for group in [&world.emea, &world.sales] {
        let answer = world.invite(&world.ada.token, &bob.email, &[group]).await.expect(200);
        assert_eq!((answer.row_statuses(), code(&answer)), (vec!["added".to_owned()], json!("added_to_groups")));
    }
    assert_eq!(world.in_group(&world.emea, &bob.email).await, (true, true));
    assert_eq!(world.in_group(&world.sales, &bob.email).await, (true, true));
    assert_eq!(world.usher.role(&bob.token, &world.workspace).await.as_deref(), Some("EDITOR"));
    let again = world.invite(&world.ada.token, &bob.email, &[&world.sales, &world.emea]).await;
    again.problem_of_rows(409, "already_member", &["alreadyMember"]);
    // A colleague (a user of the company) becomes a member immediately, and is in the group immediately.
    let other = world.usher.workspace(&world.ada.token, "Beta").await;
    let carol = world.usher.member(&world.ada.token, &other, "carol", "VIEWER").await;
    world.invite(&world.ada.token, &carol.email, &[&world.emea]).await.expect(200);
    assert_eq!(world.in_group(&world.emea, &carol.email).await, (true, true));
    assert_eq!(world.usher.mails(&bob.email).await.len(), 1);
}

#[tokio::test]
async fn a_member_joins_a_group_also_if_the_reply_is_lost() {
    let world = World::of(Endpoint::with(&[Need::Calls]).await).await;
    let bob = world.usher.member(&world.ada.token, &world.workspace, "bob", "EDITOR").await;
    for group in [&world.emea, &world.sales] {
        // The first transaction reserves the quota, and the second transaction finds that the person is a member. The
        // SDK sends the third transaction three times.
        let action = "dynamodb:TransactWriteItems";
        world
            .usher
            .queue_fault(
                json!({ "action": action, "function": "invite-users", "fault": "lostReply", "skip": 2, "times": 3 }),
            )
            .await;
        let answer = world.invite(&world.ada.token, &bob.email, &[group]).await.expect(200);
        assert_eq!((answer.row_statuses(), code(&answer)), (vec!["added".to_owned()], json!("added_to_groups")));
        assert!(world.usher.faults_left().await.is_empty());
        assert_eq!(world.in_group(group, &bob.email).await, (true, true));
    }
}

#[tokio::test]
async fn a_row_that_names_a_group_of_another_workspace_is_invalid_and_stops_no_other() {
    let world = World::new().await;
    let eve = world.usher.founder("eve").await;
    world.usher.workspace(&eve.token, "Theirs").await;
    let theirs = world.usher.top_group(&eve.token).await;
    let second = world.usher.workspace(&world.ada.token, "Second").await;
    world.usher.post(&format!("/api/v0/workspaces/{second}/select"), &world.ada.token, json!({})).await.expect(200);
    let elsewhere = world.usher.top_group(&world.ada.token).await;
    let email = |n: usize| world.usher.address(&format!("guest{n}"));
    let user = |n: usize, groups: Value| json!({ "email": email(n), "role": "VIEWER", "groups": groups });
    let many: Vec<_> = (0..11).map(|_| &world.emea).collect();
    let users = json!([
        user(0, json!([theirs])),
        user(1, json!([world.emea, elsewhere])),
        user(2, json!(["sales"])),
        user(3, json!(["3fa85f64-5717-4562-b3fc-2c963f66afa6"])),
        user(4, json!(many)),
        user(5, json!("x")),
        user(6, json!([1])),
        user(7, json!([world.emea, world.top])),
    ]);
    let answer = world.usher.post_invitations(&world.ada.token, &world.workspace, json!({ "users": users })).await;
    let answer = answer.expect(200);
    let results = answer.json()["results"].as_array().unwrap().clone();
    let codes: Vec<_> = results.iter().map(|row| row["code"].as_str().unwrap_or_default()).collect();
    let unknown = "unknown_group";
    let wrong = "invalid_field";
    assert_eq!(codes, [unknown, unknown, unknown, unknown, wrong, wrong, wrong, ""], "{}", answer.text);
    assert_eq!(world.in_group(&world.emea, &email(7)).await, (true, true));
    assert_eq!(world.in_group(&world.top, &email(1)).await, (false, false));
}

#[tokio::test]
async fn a_groups_administrator_invites_into_the_group_and_the_groups_under_it_only() {
    let world = World::new().await;
    let apac = world.usher.group(&world.ada.token, &world.top, "APAC").await;
    let other = world.usher.workspace(&world.ada.token, "Beta").await;
    // Bob is a VIEWER of the workspace, and Carol is a user of the company who isn't in the workspace at all.
    let bob = world.usher.member(&world.ada.token, &world.workspace, "bob", "VIEWER").await;
    let carol = world.usher.member(&world.ada.token, &other, "carol", "VIEWER").await;
    let carols = world.usher.hexabase_id(&world.ada.token, &other, &carol.email).await;
    world.administers(&world.sales, &world.id(&bob.email).await).await;
    world.administers(&world.sales, &carols).await;
    for (inviter, name) in [(&bob, "b"), (&carol, "c")] {
        let email = |n: &str| world.usher.address(&format!("{name}{n}"));
        for (n, group) in [("1", &world.sales), ("2", &world.emea)] {
            let row = world.invite(&inviter.token, &email(n), &[group]).await.expect(200);
            assert_eq!(row.row_statuses(), ["invited"]);
            let hash = world.usher.mail(&email(n), 1).await.hash();
            world.usher.sign_up_by_invitation(&email(n), &hash).await.expect(200);
            assert_eq!(world.in_group(group, &email(n)).await, (true, true));
        }
        let users = json!([
            { "email": email("3"), "role": "VIEWER", "groups": [world.emea, apac] },
            { "email": email("4"), "role": "VIEWER", "groups": [world.top] },
            { "email": email("5"), "role": "VIEWER" },
            { "email": email("6"), "role": "EDITOR", "groups": [world.emea] },
            { "email": email("7"), "role": "VIEWER", "groups": [world.emea] },
        ]);
        let answer = world.usher.post_invitations(&inviter.token, &world.workspace, json!({ "users": users })).await;
        assert_eq!(answer.expect(200).row_statuses(), ["forbidden", "forbidden", "forbidden", "forbidden", "invited"]);
    }
    // A user who may invite people but administers no group may not name a group in a row.
    let dave = world.usher.member(&world.ada.token, &world.workspace, "dave", "CREATOR").await;
    let answer = world.invite(&dave.token, &world.usher.address("d1"), &[&world.emea]).await;
    answer.expect(403);
    let answer = world.usher.post_invitations(
        &carol.token,
        &world.workspace,
        json!({ "users": [
        { "email": world.usher.address("c8"), "role": "VIEWER" },
    ] }),
    );
    answer.await.expect(404);
}

#[tokio::test]
async fn a_groups_administrator_removes_nobody_from_the_workspace_who_is_also_elsewhere_in_it() {
    let world = World::new().await;
    let bob = world.usher.member(&world.ada.token, &world.workspace, "bob", "VIEWER").await;
    world.administers(&world.emea, &world.id(&bob.email).await).await;
    let carol = world.usher.member(&world.ada.token, &world.workspace, "carol", "VIEWER").await;
    world.invite(&bob.token, &carol.email, &[&world.emea]).await.expect(200);
    assert_eq!(world.in_group(&world.top, &carol.email).await, (true, true));
    assert_eq!(world.in_group(&world.emea, &carol.email).await, (true, true));
    world.remove_as(&bob.token, &world.emea, &carol.email).await.expect(200);
    assert_eq!(world.in_group(&world.emea, &carol.email).await, (false, false));
    assert_eq!(world.usher.role(&carol.token, &world.workspace).await.as_deref(), Some("VIEWER"));
    world.remove_as(&bob.token, &world.top, &carol.email).await.hexabase_error(403, "GROUP_ADMIN_REQUIRED");
    // A person who is in no other group leaves the workspace together with this group.
    let dave = world.usher.address("dave");
    world.invite(&bob.token, &dave, &[&world.emea]).await.expect(200);
    world.remove_as(&bob.token, &world.emea, &dave).await.expect(200);
    assert_eq!(world.in_group(&world.top, &dave).await, (false, false));
}

#[tokio::test]
async fn a_member_taken_out_of_one_group_stays_in_the_group_that_they_come_into() {
    for removal_is_first in [true, false] {
        let world = World::of(Endpoint::with(&[Need::Calls]).await).await;
        let email = world.usher.address("guest");
        world.invite(&world.ada.token, &email, &[&world.emea]).await.expect(200);
        let hash = world.usher.mail(&email, 1).await.hash();
        world.usher.sign_up_by_invitation(&email, &hash).await.expect(200);
        let groups = [world.sales.as_str()];
        let (remove, invite) = (world.remove(&world.emea, &email), world.invite(&world.ada.token, &email, &groups));
        let (removed, invited) = if removal_is_first {
            world.usher.overtake(remove, invite, INVITING).await
        } else {
            let (invited, removed) = world.usher.overtake(invite, remove, HeldCall::write("remove-member")).await;
            (removed, invited)
        };
        removed.expect(200);
        assert_eq!(invited.expect(200).row_statuses(), ["added"]);
        assert_eq!(world.in_group(&world.sales, &email).await, (true, true));
        assert_eq!(world.in_group(&world.emea, &email).await, (false, false));
    }
}

#[tokio::test]
async fn a_groups_administrator_changes_no_invitation_that_also_names_other_groups() {
    for cooldown in ["0", "60"] {
        let world = World::of(Endpoint::own(&[("RESEND_COOLDOWN_SECONDS", cooldown)]).await).await;
        let bob = world.usher.member(&world.ada.token, &world.workspace, "bob", "VIEWER").await;
        world.administers(&world.emea, &world.id(&bob.email).await).await;
        for (name, groups) in [("all", vec![]), ("sales", vec![&world.sales]), ("two", vec![&world.sales, &world.emea])]
        {
            let email = world.usher.address(name);
            let groups: Vec<_> = groups.into_iter().map(String::as_str).collect();
            world.invite(&world.ada.token, &email, &groups).await.expect(200);
            let answer = world.invite(&bob.token, &email, &[&world.emea]).await;
            assert_eq!(code(&answer.expect(403)), "invited_beyond");
            let hash = world.usher.mail(&email, 1).await.hash();
            world.usher.sign_up_by_invitation(&email, &hash).await.expect(200);
        }
        // A group's administrator may change an invitation only if it is to groups that the administrator administers.
        // A person who may invite to the whole workspace may change every invitation. The test waits for each mail,
        // because a mail that a newer invitation overtakes is not sent.
        let email = world.usher.address("own");
        let mut mails = 0;
        let inviters = [(&world.ada.token, &world.emea), (&bob.token, &world.emea), (&world.ada.token, &world.sales)];
        for (token, group) in inviters {
            world.invite(token, &email, &[group]).await.expect(200);
            mails = if cooldown == "0" { mails + 1 } else { 1 };
            world.usher.mail(&email, mails).await;
        }
        let answer = world.invite(&bob.token, &email, &[&world.emea]).await;
        assert_eq!(code(&answer.expect(403)), "invited_beyond");
        let hash = world.usher.mail(&email, mails).await.hash();
        world.usher.sign_up_by_invitation(&email, &hash).await.expect(200);
        world.usher.stop().await;
    }
}

#[tokio::test]
async fn nobody_is_let_in_by_somebody_who_no_longer_administers_the_group() {
    let world = World::new().await;
    let bob = world.usher.member(&world.ada.token, &world.workspace, "bob", "VIEWER").await;
    let bobs = world.id(&bob.email).await;
    world.administers(&world.sales, &bobs).await;
    let email = world.usher.address("guest");
    world.invite(&bob.token, &email, &[&world.emea]).await.expect(200);
    let hash = world.usher.mail(&email, 1).await.hash();
    let path = format!("/api/v0/groups/{}/admins/{bobs}", world.sales);
    world.usher.send("DELETE", &path, Some(&world.ada.token), None).await.expect(200);
    world.usher.sign_up_by_invitation(&email, &hash).await.datagol_error(400, "INVITATION_GONE");
    world.administers(&world.emea, &bobs).await;
    world.usher.sign_up_by_invitation(&email, &hash).await.expect(200);
}

#[tokio::test]
async fn people_taken_out_of_one_group_stay_in_their_other_groups() {
    let world = World::new().await;
    let bob = world.usher.member(&world.ada.token, &world.workspace, "bob", "EDITOR").await;
    world.invite(&world.ada.token, &bob.email, &[&world.emea, &world.sales, &world.top]).await.expect(200);
    world.remove(&world.sales, &bob.email).await.expect(200);
    assert_eq!(world.in_group(&world.sales, &bob.email).await, (false, true));
    assert_eq!(world.in_group(&world.emea, &bob.email).await, (true, true));
    world.remove(&world.sales, &bob.email).await.hexabase_error(400, "INVALID_PARAMS");
    world.remove(&world.emea, &bob.email).await.expect(200);
    assert_eq!(world.in_group(&world.top, &bob.email).await, (true, true));
    world.remove(&world.top, &bob.email).await.expect(200);
    assert_eq!(world.usher.role(&bob.token, &world.workspace).await, None);
    // A person who is invited again is only in the group that the new invitation names.
    world.invite(&world.ada.token, &bob.email, &[&world.sales]).await.expect(200);
    assert_eq!(world.in_group(&world.emea, &bob.email).await, (false, false));
    assert_eq!(world.in_group(&world.top, &bob.email).await, (false, true));
}

#[tokio::test]
async fn a_group_with_members_or_invitations_is_not_deleted() {
    let world = World::of(Endpoint::own(&[("INVITATION_TTL_SECONDS", "300")]).await).await;
    let email = world.usher.address("guest");
    world.invite(&world.ada.token, &email, &[&world.emea]).await.expect(200);
    world.delete(&world.emea).await.hexabase_error(409, "GROUP_NOT_EMPTY");
    world.usher.sign_up_by_invitation(&email, &world.usher.mail(&email, 1).await.hash()).await.expect(200);
    world.delete(&world.emea).await.hexabase_error(409, "GROUP_NOT_EMPTY");
    world.remove(&world.emea, &email).await.expect(200);
    let late = world.usher.address("late");
    world.invite(&world.ada.token, &late, &[&world.emea]).await.expect(200);
    let lates = world.id(&late).await;
    // An expired invitation keeps its groups, because the invitation can be resent.
    world.usher.advance(300).await;
    world.delete(&world.emea).await.hexabase_error(409, "GROUP_NOT_EMPTY");
    world.invite(&world.ada.token, &late, &[]).await.expect(200);
    assert_eq!((world.id(&late).await, world.in_group(&world.emea, &late).await), (lates, (true, true)));
    world.remove(&world.emea, &late).await.expect(200);
    world.delete(&world.emea).await.expect(200);
    world.invite(&world.ada.token, &late, &[&world.emea]).await.problem_of_rows(400, "invalid_users", &["invalid"]);
}

#[tokio::test]
async fn nobody_is_invited_into_a_group_that_is_deleted_at_the_same_time() {
    let world = &World::of(Endpoint::with(&[Need::Calls]).await).await;
    for deletion_is_first in [true, false] {
        let group = &world.usher.group(&world.ada.token, &world.top, "Fleeting").await;
        let email = &world.usher.address(&format!("guest-{deletion_is_first}"));
        let groups = [group.as_str()];
        let (delete, invite) = (world.delete(group), world.invite(&world.ada.token, email, &groups));
        if deletion_is_first {
            let (deleted, invited) = world.usher.overtake(delete, invite, INVITING).await;
            deleted.expect(200);
            assert_eq!(invited.expect(400).row_statuses(), ["invalid"]);
        } else {
            let (invited, deleted) = world.usher.overtake(invite, delete, HeldCall::write("delete-group")).await;
            assert_eq!(invited.expect(200).row_statuses(), ["invited"]);
            deleted.hexabase_error(409, "GROUP_NOT_EMPTY");
        }
        assert_eq!(world.in_group(&world.top, email).await.1, !deletion_is_first);
    }
}

#[tokio::test]
async fn of_many_who_are_invited_while_the_group_is_deleted_all_come_in_or_none() {
    let world = &World::of(Endpoint::with(&[Need::Calls]).await).await;
    let group = &world.usher.group(&world.ada.token, &world.top, "Fleeting").await;
    let emails: Vec<_> = (0..4).map(|n| world.usher.address(&format!("guest{n}"))).collect();
    let groups = [group.as_str()];
    let invitations = emails.iter().map(|email| world.invite(&world.ada.token, email, &groups));
    let deletion = world.usher.hold(HeldCall::write("delete-group"), 1).await;
    let invite = async {
        deletion.reached().await;
        // All requests have read the group before one of the requests writes.
        let invited = world.usher.together(invitations, HeldCall::write("invite-users")).await;
        deletion.release().await;
        invited
    };
    let (invited, deleted) = tokio::join!(invite, world.delete(group));
    for (email, answer) in emails.iter().zip(invited) {
        answer.expect(200);
        assert!(world.in_group(&world.top, email).await.1);
    }
    deleted.hexabase_error(409, "GROUP_NOT_EMPTY");
}

#[tokio::test]
async fn authority_over_many_groups_takes_one_read_a_hundred() {
    let world = World::of(Endpoint::with(&[Need::Calls]).await).await;
    let bob = world.usher.member(&world.ada.token, &world.workspace, "bob", "VIEWER").await;
    world.administers(&world.sales, &world.id(&bob.email).await).await;
    let names: Vec<_> = (0..90).map(|n| n.to_string()).collect();
    let groups = join_all(names.iter().map(|name| world.usher.group(&bob.token, &world.emea, name))).await;
    let user = |(n, group): (usize, &String)| json!({ "email": world.usher.address(&format!("guest{n}")), "role": "VIEWER", "groups": [group] });
    let users: Vec<_> = groups.iter().enumerate().map(user).collect();
    world.usher.forget_calls().await;
    let answer =
        world.usher.post_invitations(&bob.token, &world.workspace, json!({ "users": users })).await.expect(200);
    assert_eq!(answer.json()["summary"], json!({ "invited": 90 }));
    let calls = world.usher.calls().await["invite-users"].clone();
    // One call reads the caller's rights in all groups, and another call reads the accounts of the addresses.
    assert_eq!(calls["dynamodb:BatchGetItem"], 2, "{calls}");
}

#[tokio::test]
async fn a_csv_cell_names_groups_separated_by_semicolons() {
    let world = World::new().await;
    let [both, one, none, unknown, wrong] =
        ["both", "one", "none", "unknown", "wrong"].map(|name| world.usher.address(name));
    let table = format!(
        "email,role,groups\n{both},VIEWER,{emea}; {sales}\n{one},VIEWER,{sales};\n{none},VIEWER,\n\
         {unknown},VIEWER,{emea};{nobodys}\n{wrong},VIEWER,Sales\n",
        emea = world.emea,
        sales = world.sales,
        nobodys = "00000000-0000-4000-8000-000000000000",
    );
    let path = format!("/api/v1/workspaces/{}/invitations", world.workspace);
    let request = world.usher.request("POST", &path).bearer_auth(&world.ada.token);
    let answer = world.usher.read(request.header("content-type", "text/csv").body(table)).await.expect(200);
    assert_eq!(answer.row_statuses(), ["invited", "invited", "invited", "invalid", "invalid"]);
    let results = answer.json()["results"].clone();
    assert_eq!([&results[3]["code"], &results[4]["code"]], ["unknown_group", "unknown_group"]);
    let direct = async |group: &str, email: &str| world.in_group(group, email).await.0;
    for (email, groups) in [(&both, [false, true, true]), (&one, [false, true, false]), (&none, [true, false, false])] {
        let found =
            [direct(&world.top, email).await, direct(&world.sales, email).await, direct(&world.emea, email).await];
        assert_eq!(found, groups, "{email}");
    }
}
