//! Measures requests over HTTP that invite many people.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::Account;

use crate::{
    bare_engine::BareEngine,
    figure::{Figure, Limit, median, ms},
    programs::Programs,
    stack::LocalStack,
};

/// How many repetitions measure an inviting request for a thousand people, and how many repetitions measure one for ten
/// thousand people.
const REPETITIONS: usize = 11;
const REPETITIONS_OF_MANY: usize = 5;

/// A founder of a company who sends one inviting request after the other, each for new people.
struct Inviter {
    stack: LocalStack,
    founder: Account,
    /// How many mails SES has accepted in all when every mail of the founder's last inviting request has arrived.
    mails: u64,
}

impl Inviter {
    async fn start(stack: LocalStack) -> Self {
        let founder = stack.endpoint.founder("ada").await;
        let mails = stack.mails_accepted().await;
        Self { stack, founder, mails }
    }

    /// Invites the given people to a new workspace, waits until all mails have arrived, and returns how long the
    /// inviting request took.
    async fn invite(&mut self, people: &[String]) -> Duration {
        self.invite_by(Contract::DataGol, people).await
    }

    /// Invites the given people through the given contract, waits until all mails have arrived, and returns how long
    /// the inviting request took.
    async fn invite_by(&mut self, contract: Contract, people: &[String]) -> Duration {
        let (endpoint, token) = (&self.stack.endpoint, &self.founder.token);
        let name = format!("Project {}", self.mails);
        let workspace = endpoint.workspace(token, &name).await;
        let users = |role: &str, word: &str| -> Vec<Value> {
            people.iter().map(|address| json!({ "email": address, role: word })).collect()
        };
        let (path, body) = match contract {
            Contract::DataGol => {
                let path = format!("/noCo/api/v2/workspaces/{workspace}/bulkUsers");
                (path, json!({ "workSpaceUsers": users("role", "EDITOR") }))
            }
            Contract::Own => {
                let path = format!("/api/v1/workspaces/{workspace}/invitations");
                (path, json!({ "users": users("role", "EDITOR") }))
            }
            Contract::SmartDocumentor => {
                let number = endpoint.workspace_number(token, &name).await;
                let path = "/api/v1.0/external/sdworkspace/inviteusers".to_owned();
                (path, json!({ "workspaceId": number, "users": users("roleName", "Reviewer") }))
            }
            Contract::Dock => {
                let users: Vec<_> =
                    people.iter().map(|address| json!({ "role": "editor", "user": { "email": address } })).collect();
                let path = format!("/v1/workspaces/{}/access", endpoint.short_id(token, &workspace).await);
                (path, json!({ "workspaceUsers": users }))
            }
            Contract::Hexabase => {
                endpoint.post(&format!("/api/v0/workspaces/{workspace}/select"), token, json!({})).await.expect(200);
                let group = endpoint.top_group(token).await;
                let path = format!("/api/v0/workspaces/{workspace}/users");
                (path, json!({ "users": users("g_id", &group) }))
            }
        };
        let begin = Instant::now();
        let answer = endpoint.post(&path, token, body).await.expect(200);
        let took = begin.elapsed();
        if matches!(contract, Contract::DataGol | Contract::Own) {
            assert_eq!(answer.json()["summary"], json!({ "invited": people.len() }));
        }
        self.mails += people.len() as u64;
        self.stack.wait_for_mails(self.mails).await;
        took
    }
}

/// The contracts that invite many people with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Contract {
    DataGol,
    Own,
    SmartDocumentor,
    Dock,
    Hexabase,
}

/// E-mail addresses that weren't invited before.
fn people(round: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("person-{number}-{round}@example.com")).collect()
}

/// Measures an inviting request for a thousand people: the request's rate compared with the rate of a bare loop of
/// writes, and the request's store calls.
pub(crate) async fn a_thousand(programs: &Programs) -> Vec<Figure> {
    const ROWS: usize = 1_000;
    let bare = BareEngine::start().await;
    let mut inviter = Inviter::start(LocalStack::start(programs)).await;
    inviter.stack.endpoint.forget_calls().await;
    let (mut request, mut one_by_one, mut concurrent) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=REPETITIONS {
        request.push(ms(inviter.invite(&people(&format!("a{round}"), ROWS)).await));
        one_by_one.push(ms(bare.write(&people(&format!("b{round}"), ROWS), false).await));
        concurrent.push(ms(bare.write(&people(&format!("c{round}"), ROWS), true).await));
        if round == 0 {
            // The first round of the measurement isn't counted, because it only opens connections and fills caches.
            for times in [&mut request, &mut one_by_one, &mut concurrent] {
                times.clear();
            }
        }
    }
    bare.stop().await;
    let calls = inviter.stack.endpoint.calls().await;
    let calls = calls["invite-users"].as_object().expect("it called").values().filter_map(Value::as_f64).sum::<f64>();
    let (request, one_by_one, concurrent) = (median(request), median(one_by_one), median(concurrent));
    let absolute =
        format!("request {request:.0} ms; bare loop {one_by_one:.0} ms one by one, {concurrent:.0} ms 8 at once");
    vec![
        Figure {
            name: "inviting 1,000: rate, as part of a bare loop's".to_owned(),
            measured: one_by_one.min(concurrent) / request,
            limit: Limit::AtLeast(0.7),
            absolute,
        },
        Figure {
            name: "inviting 1,000: store calls".to_owned(),
            measured: calls / (REPETITIONS + 1) as f64,
            limit: Limit::AtMost((ROWS as f64 / 90.0 + ROWS as f64 / 100.0 + 8.0).floor()),
            absolute: "n/90 + n/100 + 8".to_owned(),
        },
    ]
}

/// Measures an inviting request for ten thousand people: the time per row compared with the time per row of a request
/// for a thousand people, and the memory that inviting and mailing need.
pub(crate) async fn ten_thousand(programs: &Programs) -> Vec<Figure> {
    let (few, many) = (1_000, 10_000);
    let (mut per_row_of_few, mut per_row_of_many, mut memory, mut idle) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..REPETITIONS_OF_MANY {
        let stack = LocalStack::start(programs);
        tokio::time::sleep(Duration::from_secs(2)).await;
        idle.push(stack.memory("VmRSS"));
        let mut inviter = Inviter::start(stack).await;
        // The first round of the measurement isn't counted, because it only opens connections and fills caches.
        inviter.invite(&people("w", few)).await;
        for round in 0..3 {
            per_row_of_few.push(ms(inviter.invite(&people(&format!("f{round}"), few)).await) / few as f64);
        }
        per_row_of_many.push(ms(inviter.invite(&people("m", many)).await) / many as f64);
        memory.push(inviter.stack.memory("VmHWM"));
    }
    let (of_few, of_many) = (median(per_row_of_few), median(per_row_of_many));
    let (memory, idle) = (median(memory), median(idle));
    vec![
        Figure {
            name: "inviting 10,000: time per row, as a multiple of that of 1,000".to_owned(),
            measured: of_many / of_few,
            limit: Limit::AtMost(1.2),
            absolute: format!("{of_many:.3} ms and {of_few:.3} ms a row"),
        },
        Figure {
            name: "inviting and mailing 10,000: most memory above idle, MB".to_owned(),
            measured: memory - idle,
            limit: Limit::AtMost(100.0),
            absolute: format!("{memory:.0} MB at most, {idle:.0} MB idle"),
        },
    ]
}

/// Measures an inviting request for a thousand people through each contract, compared with the same request through
/// DataGOL's contract.
pub(crate) async fn by_each_contract(programs: &Programs) -> Vec<Figure> {
    const ROWS: usize = 1_000;
    let contracts = [
        (Contract::DataGol, "DataGOL"),
        (Contract::Own, "our own"),
        (Contract::SmartDocumentor, "SmartDocumentor"),
        (Contract::Dock, "Dock"),
        (Contract::Hexabase, "Hexabase"),
    ];
    let mut inviter = Inviter::start(LocalStack::start(programs)).await;
    let mut times = [const { Vec::new() }; 5];
    for round in 0..=REPETITIONS {
        for ((contract, name), times) in contracts.iter().zip(&mut times) {
            let round_of = format!("{}{round}", name.replace(' ', "").to_lowercase());
            let took = ms(inviter.invite_by(*contract, &people(&round_of, ROWS)).await);
            // The first round of the measurement isn't counted, because it only opens connections and fills caches.
            if round > 0 {
                times.push(took);
            }
        }
    }
    let [of_datagol, others @ ..] = times.map(median);
    let figure = |((_, name), took): (&(Contract, &str), f64)| Figure {
        name: format!("inviting 1,000 through {name}: time, as a multiple of that through DataGOL"),
        measured: took / of_datagol,
        limit: Limit::AtMost(1.15),
        absolute: format!("{took:.0} ms and {of_datagol:.0} ms"),
    };
    contracts[1..].iter().zip(others).map(figure).collect()
}
