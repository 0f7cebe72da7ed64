//! Measures how many people can sign up by a mailed link in a time. Only the hashing of passwords should limit the rate
//! of sign-ups.

use std::{
    hint::black_box,
    num::NonZero,
    thread,
    time::{Duration, Instant},
};

use futures::{StreamExt as _, stream};
use shared::domain::{HashingMemory, Password, PasswordHash, SystemRandom};
use tests::PASSWORD;

use crate::{
    figure::{Figure, Limit, median},
    programs::Programs,
    stack::LocalStack,
};

const REPETITIONS: usize = 5;

/// How many people sign up in one repetition, and how many of these people sign up at the same time.
const PEOPLE: usize = 200;
const CONCURRENT_SIGN_UPS: usize = 8;

/// Measures the rate at which people sign up by a mailed link, compared with the rate at which passwords are hashed.
pub(crate) async fn by_link(programs: &Programs) -> Vec<Figure> {
    let stack = LocalStack::start(programs);
    let founder = stack.endpoint.founder("ada").await;
    let (mut hashes, mut sign_ups) = (Vec::new(), Vec::new());
    for round in 0..REPETITIONS {
        let invited = invited(&stack, &founder.token, round).await;
        hashes.push(per_second(hash_on_all_cores()));
        sign_ups.push(per_second(sign_up(&stack, &invited).await));
    }
    let (hashes, sign_ups) = (median(hashes), median(sign_ups));
    vec![Figure {
        name: "sign-ups by link: rate, as part of hashing's alone".to_owned(),
        measured: sign_ups / hashes,
        limit: Limit::AtLeast(0.8),
        absolute: format!("{sign_ups:.0} sign-ups a second, {hashes:.0} hashes a second"),
    }]
}

fn per_second(took: Duration) -> f64 {
    PEOPLE as f64 / took.as_secs_f64()
}

/// Hashes as many passwords as people sign up in a repetition, on all cores, and measures the time.
fn hash_on_all_cores() -> Duration {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let password = Password::parse(PASSWORD).expect("a password");
    let begin = Instant::now();
    thread::scope(|scope| {
        for core in 0..cores {
            let password = &password;
            let share = PEOPLE / cores + usize::from(core < PEOPLE % cores);
            scope.spawn(move || hash_often(password, share));
        }
    });
    begin.elapsed()
}

fn hash_often(password: &Password, times: usize) {
    let mut memory = HashingMemory::default();
    for _ in 0..times {
        black_box(PasswordHash::create(password, &SystemRandom, &mut memory));
    }
}

/// Signs the given people up and returns how long their requests took.
async fn sign_up(stack: &LocalStack, invited: &[(String, String)]) -> Duration {
    let begin = Instant::now();
    let joins = stream::iter(invited).map(|(address, hash)| stack.endpoint.sign_up_by_invitation(address, hash));
    joins.buffer_unordered(CONCURRENT_SIGN_UPS).for_each(|answer| async { drop(answer.expect(200)) }).await;
    begin.elapsed()
}

/// Invites people and returns their addresses with the hashes in their mails.
async fn invited(stack: &LocalStack, token: &str, round: usize) -> Vec<(String, String)> {
    let people: Vec<_> = (0..PEOPLE).map(|number| format!("person-{number}-{round}@example.com")).collect();
    let workspace = stack.endpoint.workspace(token, "Project Alpha").await;
    let mails = stack.mails_accepted().await;
    let rows: Vec<_> = people.iter().map(|address| (address.as_str(), "EDITOR")).collect();
    stack.endpoint.invite(token, &workspace, &rows).await.expect(200);
    stack.wait_for_mails(mails + PEOPLE as u64).await;
    let mut invited = Vec::with_capacity(PEOPLE);
    for address in people {
        let hash = stack.endpoint.mail(&address, 1).await.hash();
        invited.push((address, hash));
    }
    invited
}
