//! The metrics that functions write. This test is a program of its own, because a process counts its metrics in one place.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use functions::{Metrics, Operation};
use serde_json::{Value, json};
use tests::{Account, Endpoint, eventually};

const NAMESPACE: &str = "Usher/test";

/// A metric's name with its dimensions, such as `Mails State=sent`, and the sum of its values.
type Sums = BTreeMap<String, f64>;

/// A service whose functions count metrics, and a founder's workspace.
struct World {
    usher: Endpoint,
    metrics: Metrics,
    ada: Account,
    workspace: String,
    /// Everything that was written.
    written: String,
}

impl World {
    async fn new() -> Self {
        let metrics = Metrics::install(NAMESPACE.to_owned()).unwrap();
        let usher = Endpoint::own(&[("ACCESS_TOKEN_TTL_SECONDS", "86400")]).await;
        let ada = usher.founder("ada").await;
        let workspace = usher.workspace(&ada.token, "Measured").await;
        Self { usher, metrics, ada, workspace, written: String::new() }
    }

    async fn invite(&self, addresses: &[&str]) {
        let rows: Vec<_> = addresses.iter().map(|address| (*address, "EDITOR")).collect();
        self.usher.invite(&self.ada.token, &self.workspace, &rows).await.expect(200);
    }

    /// What was counted since the last call.
    async fn counted(&mut self) -> Sums {
        self.usher.wait_until_idle().await;
        let mut lines = Vec::new();
        self.metrics.write(&mut lines).unwrap();
        let lines = String::from_utf8(lines).unwrap();
        self.written += &lines;
        let mut sums = Sums::new();
        for line in lines.lines() {
            for (name, value) in values(&serde_json::from_str(line).unwrap()) {
                *sums.entry(name).or_default() += value;
            }
        }
        sums
    }
}

/// The values in a line of the embedded metric format, as CloudWatch reads them.
fn values(line: &Value) -> Vec<(String, f64)> {
    assert!(line["_aws"]["Timestamp"].as_u64().is_some(), "{line}");
    let [directive] = line["_aws"]["CloudWatchMetrics"].as_array().unwrap().as_slice() else { panic!("{line}") };
    assert_eq!(directive["Namespace"], NAMESPACE);
    let [dimensions] = directive["Dimensions"].as_array().unwrap().as_slice() else { panic!("{line}") };
    let dimensions = dimensions.as_array().unwrap().iter().map(|name| name.as_str().unwrap());
    let dimensions: Vec<_> = dimensions.map(|name| format!(" {name}={}", line[name].as_str().unwrap())).collect();
    let dimensions = dimensions.concat();
    let metrics = directive["Metrics"].as_array().unwrap().iter();
    metrics
        .map(|metric| {
            let name = metric["Name"].as_str().unwrap();
            let unit = if name == "Latency" { "Milliseconds" } else { "Count" };
            assert_eq!(metric["Unit"], unit, "{line}");
            let sum = match &line[name] {
                Value::Array(values) => values.iter().map(|value| value.as_f64().unwrap()).sum(),
                value => value.as_f64().unwrap(),
            };
            (format!("{name}{dimensions}"), sum)
        })
        .collect()
}

/// The sums of all metrics but the latencies.
fn counts(sums: &Sums) -> BTreeMap<&str, f64> {
    sums.iter().filter(|(name, _)| !name.starts_with("Latency")).map(|(name, sum)| (name.as_str(), *sum)).collect()
}

#[tokio::test]
async fn functions_count_what_the_documentation_lists_and_name_nobody() {
    let mut world = World::new().await;
    let (guest, other) = (world.usher.address("guest"), world.usher.address("other"));
    let simulated = ["bounce", "complaint", "suppressionlist"].map(|name| format!("{name}@simulator.amazonses.com"));
    let [bounce, complaint, listed] = simulated.each_ref().map(String::as_str);
    world.invite(&[&guest, &other, bounce, complaint, listed]).await;
    let first = world.counted().await;
    assert_eq!(
        counts(&first),
        BTreeMap::from([
            ("Bounces Kind=permanent", 1.0),
            ("Complaints", 1.0),
            ("Invitations", 5.0),
            ("Mails State=bounced", 1.0),
            ("Mails State=complained", 1.0),
            ("Mails State=delivered", 4.0),
            ("Mails State=sent", 6.0),
            ("Mails State=suppressed", 1.0),
        ])
    );
    for operation in ["sign-up", "invite-users", "deliver-invitations", "record-mail-events"] {
        assert!(first[&format!("Latency Operation={operation}")] > 0.0, "{operation}");
    }
    let hash = world.usher.mail(&guest, 1).await.hash();
    world.usher.sign_up_by_invitation(&guest, &hash).await.expect(200);
    let refused = tried_too_often(&world.usher).await;
    assert_eq!(
        counts(&world.counted().await),
        BTreeMap::from([("Acceptances", 1.0), ("Throttles", f64::from(refused))])
    );

    waiting_mail(&world).await;
    assert!(world.counted().await["WaitingMail"] >= 1.0);
    dead_mail(&world).await;
    let dead = world.counted().await;
    assert_eq!((dead["DeadLetters"], dead["Mails State=dead"]), (1.0, 1.0));
    names_are_documented(&world.written);
    names_nobody(&world.written);
}

/// Enters wrong one-time passwords until requests are refused. Returns how many were refused.
async fn tried_too_often(usher: &Endpoint) -> u32 {
    let body = json!({ "email": usher.address("hasty"), "otp": "000000" });
    let mut refused = 0;
    for _ in 0..8 {
        let answer = usher.post_open("/idp/api/v1/user/signUp/verifyEmailOtp", body.clone()).await;
        refused += u32::from(answer.status == 429);
    }
    assert!(refused > 0);
    refused
}

/// SES is paused for longer than mail may wait, and then sends the mail.
async fn waiting_mail(world: &World) {
    let paused = json!({ "action": "ses:SendBulkEmail", "fault": "SendingPausedException", "times": 1_000 });
    world.usher.queue_fault(paused).await;
    let waiting = world.usher.address("waiting");
    world.invite(&[&waiting]).await;
    world.usher.wait_until_idle().await;
    world.usher.advance(1_000).await;
    world.usher.invoke("sweep-undelivered").await;
    world.usher.clear_faults().await;
    world.usher.advance(60).await;
    world.usher.mail(&waiting, 1).await;
}

/// SES refuses a recipient until the mail is given up.
async fn dead_mail(world: &World) {
    let address = world.usher.address("dead");
    let fault = json!({ "action": "ses:SendBulkEmail", "address": address, "status": "TRANSIENT_FAILURE", "times": 6 });
    world.usher.queue_fault(fault).await;
    world.invite(&[&address]).await;
    eventually("the last refusal", async || {
        world.usher.advance(3_600).await;
        world.usher.event_functions_end().await;
        world.usher.faults_left().await.is_empty().then_some(())
    })
    .await;
}

/// Every metric that was written stands in the documentation's table, and every metric of the table was written.
fn names_are_documented(written: &str) {
    let documented = include_str!("../../docs/deploy.md").split_once("\n## Metrics\n").unwrap().1;
    let rows = documented.split("\n## ").next().unwrap().lines().filter(|line| line.starts_with("| "));
    let documented: BTreeSet<_> = rows.skip(1).map(|row| row.split('|').nth(1).unwrap().trim()).collect();
    let lines = written.lines().map(|line| serde_json::from_str(line).unwrap());
    let names: BTreeSet<_> = lines.flat_map(|line: Value| values(&line)).map(|(name, _)| name).collect();
    let names: BTreeSet<_> = names.iter().map(|name| name.split(' ').next().unwrap()).collect();
    assert_eq!(names, documented);
    assert_eq!(names, functions::metric_names().collect());
}

/// No address and no id is in any line: each text in a line is one of a few words.
fn names_nobody(written: &str) {
    let operations: BTreeSet<_> = Operation::ALL.iter().map(|operation| operation.name()).collect();
    for line in written.lines() {
        let fields: BTreeMap<String, Value> = serde_json::from_str(line).unwrap();
        for (name, value) in fields.iter().filter(|(name, _)| *name != "_aws") {
            let known = match name.as_str() {
                "Operation" => operations.contains(value.as_str().unwrap()),
                "State" | "Kind" => value.as_str().unwrap().bytes().all(|byte| byte.is_ascii_lowercase()),
                _ => value.is_number() || value.is_array(),
            };
            assert!(known, "{line}");
        }
    }
}
