//! The pace of all deliverers together. With several shards the table's stream invokes several deliverers at once, and the
//! sweep is one more.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use jiff::{SignedDuration, Timestamp};
use local::{Options, Stack};
use serde_json::json;
use shared::{
    domain::{SendingTime, SystemRandom},
    store::Store,
};

use super::World;

/// The number of shards of the tests.
const SHARDS: u16 = 4;

/// The largest number of mails in one outbox item, and so in one call of SES.
const MAX_MAILS: usize = 48;

/// Each of these people has one mail.
async fn have_one_mail_each(world: &World, invited: &[String]) {
    let mut recipients = world.usher.recipients().await;
    recipients.retain(|recipient| invited.contains(recipient));
    recipients.sort_unstable();
    assert!(recipients.iter().eq(invited), "{} mails for {} people", recipients.len(), invited.len());
}

#[tokio::test]
async fn deliverers_of_four_shards_together_keep_the_pace_and_mail_everybody_once() {
    const RATE: u32 = 100;
    const PEOPLE: usize = 400;
    let world = World::on(Options { shards: SHARDS, max_send_rate: RATE, ..Options::in_memory() }).await;
    let begun = world.usher.now().await;
    let invited = world.invite_many(PEOPLE).await;
    world.usher.wait_until_idle().await;
    let ended = world.usher.last_mailed_at().await;
    have_one_mail_each(&world, &invited).await;
    assert_eq!(world.usher.throttled().await, 0, "SES refused mails for their pace");
    // When SES accepted the last call, the sending time of all other mails was over.
    let before_the_last_call = u32::try_from(PEOPLE - MAX_MAILS).unwrap();
    let took = ended.duration_since(begun).as_secs_f64();
    let rate = f64::from(before_the_last_call) / took;
    assert!(rate <= 0.8 * f64::from(RATE), "{rate} mails per second");
}

#[tokio::test]
async fn each_shard_has_a_deliverer_of_its_own() {
    let world = World::on(Options { shards: SHARDS, ..Options::in_memory() }).await;
    let hold = json!({
        "action": "ses:SendBulkEmail", "function": "deliver-invitations", "fault": "hold", "point": "before", "times": 2,
    });
    let hold = world.usher.post_open("/_local/faults", hold).await.expect(201).json()["id"].clone();
    let invited = world.invite_many(600).await;
    // Two calls of SES are under way at the same time, so two deliverers made them.
    world.usher.send("GET", &format!("/_local/faults/{hold}"), None, None).await.expect(204);
    world.usher.send("DELETE", &format!("/_local/faults/{hold}"), None, None).await.expect(204);
    world.usher.mail_all().await;
    have_one_mail_each(&world, &invited).await;
}

/// A store on the table of a running stack.
async fn store() -> (Stack, Store) {
    let aws_address = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let stack = Stack::start(Options { aws_address, ..Options::in_memory() }).await.unwrap();
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("any", "any", None, None, "test"))
        .endpoint_url(stack.aws_url().unwrap())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    let store = Store::new(client, "usher".to_owned(), Arc::new(SystemRandom));
    (stack, store)
}

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap()
}

/// The sending time of a call that takes so many milliseconds, for a deliverer that waits up to 75 seconds.
fn time(now: i64, milliseconds: i64) -> SendingTime {
    SendingTime { now: at(now), latest: at(now + 75_000), duration: SignedDuration::from_millis(milliseconds) }
}

#[tokio::test]
async fn no_two_deliverers_reserve_the_same_time() {
    const NOW: i64 = 1_800_000_000_000;
    let (stack, store) = store().await;
    let deliverers = (0..8).map(async |deliverer| {
        let mut reserved = Vec::new();
        let mut known = None;
        for call in 0..10 {
            // The deliverers' clocks differ by up to 14 milliseconds, and their calls take different times.
            let time = time(NOW + 2 * deliverer, 50 + call);
            let begin = store.reserve_sending_time(&time, known).await.unwrap().unwrap();
            known = Some(begin + time.duration);
            reserved.push((begin, begin + time.duration));
        }
        reserved
    });
    let mut reserved = futures::future::join_all(deliverers).await.concat();
    reserved.sort_unstable();
    assert_eq!(reserved.len(), 80);
    assert!(reserved.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{reserved:?}");
    assert!(reserved[0].0 >= at(NOW));
    // Without a gap, the last call ends when all calls have taken their time.
    let (begin, end) = (reserved[0].0, reserved[79].1);
    assert_eq!(end.duration_since(begin), SignedDuration::from_millis(8 * (10 * 50 + 45)));
    stack.stop().await;
}

#[tokio::test]
async fn sending_time_is_reserved_from_now_on_or_after_what_is_reserved_or_not_at_all() {
    const NOW: i64 = 1_800_000_000_000;
    let (stack, store) = store().await;
    let reserve =
        async |time: SendingTime, known: Option<Timestamp>| store.reserve_sending_time(&time, known).await.unwrap();
    assert_eq!(reserve(time(NOW, 60_000), None).await, Some(at(NOW)));
    // A deliverer that knows nothing, and one whose knowledge is old, begin after what is reserved.
    assert_eq!(reserve(time(NOW, 10_000), None).await, Some(at(NOW + 60_000)));
    assert_eq!(reserve(time(NOW, 10_000), Some(at(NOW + 60_000))).await, Some(at(NOW + 70_000)));
    // 80 seconds are reserved, which is more than a deliverer waits. Nothing is reserved then.
    for known in [None, Some(at(NOW + 70_000)), Some(at(NOW + 80_000))] {
        assert_eq!(reserve(time(NOW, 10_000), known).await, None);
    }
    assert_eq!(reserve(time(NOW + 5_000, 1), None).await, Some(at(NOW + 80_000)));
    // Reserved time that is over is not used.
    assert_eq!(reserve(time(NOW + 100_000, 500), Some(at(NOW + 80_001))).await, Some(at(NOW + 100_000)));
    // A deliverer whose clock was an hour ahead stops nobody.
    assert_eq!(reserve(time(NOW + 3_700_000, 500), None).await, Some(at(NOW + 3_700_000)));
    assert_eq!(reserve(time(NOW + 101_000, 500), None).await, Some(at(NOW + 101_000)));
    stack.stop().await;
}
