//! Tests of mail under faults: each recipient gets the mail, and gets the mail only once unless SES's answer was lost.

mod crashes;
mod dead;
mod events;
mod pace;
mod refusals;
mod stale;
mod suppressed;

use std::ops::Deref;

use local::Options;
use tests::{Endpoint, Need, needs};

/// The fault with which SES refuses every bulk call.
const PAUSED: &str = "SendingPausedException";

/// A company with a workspace, and the steps that the tests of mail have in common.
struct World(tests::World);

impl Deref for World {
    type Target = tests::World;

    fn deref(&self) -> &tests::World {
        &self.0
    }
}

impl World {
    async fn new() -> Self {
        needs(&[Need::Calls, Need::EventFunctions]);
        Self(tests::World::new(&[("ACCESS_TOKEN_TTL_SECONDS", "86400")]).await)
    }

    /// A service on a local stack with these options.
    async fn on(options: Options) -> Self {
        let usher = Endpoint::with_options(options.with("ACCESS_TOKEN_TTL_SECONDS", "86400")).await;
        Self(tests::World::on(usher).await)
    }

    /// Invites people by these names, and returns their addresses.
    async fn invite<const N: usize>(&self, names: [&str; N]) -> [String; N] {
        let addresses = names.map(|name| self.usher.address(name));
        let rows = addresses.each_ref().map(|address| (address.as_str(), "EDITOR"));
        self.usher.invite(&self.ada.token, &self.workspace, &rows).await.expect(200);
        addresses
    }

    /// Invites so many people with one request, and returns their addresses in order.
    async fn invite_many(&self, people: usize) -> Vec<String> {
        let mut addresses: Vec<_> = (0..people).map(|person| self.usher.address(&format!("many{person}"))).collect();
        addresses.sort_unstable();
        let rows: Vec<_> = addresses.iter().map(|address| (address.as_str(), "EDITOR")).collect();
        self.usher.invite(&self.ada.token, &self.workspace, &rows).await.expect(200);
        addresses
    }

    /// Queues this fault for so many bulk calls of SES.
    async fn disturb_ses(&self, fault: &str, times: u32) {
        let fault = serde_json::json!({ "action": "ses:SendBulkEmail", "fault": fault, "times": times });
        self.usher.queue_fault(fault).await;
    }

    /// Moves the clock forward and sweeps the outbox, until all queued faults have happened.
    async fn pass_faults(&self) {
        for _ in 0..200 {
            if self.usher.faults_left().await.is_empty() {
                return;
            }
            self.pass(120).await;
        }
        panic!("faults never happened: {:?}", self.usher.faults_left().await);
    }

    /// Moves the clock forward and sweeps the outbox, until an address has the given number of mails. Each step of the
    /// clock is shorter than a deliverer's lease, so that no deliverer loses its lease.
    async fn pass_until(&self, address: &str, mails: usize) {
        for _ in 0..200 {
            if self.usher.mails(address).await.len() >= mails {
                return;
            }
            self.pass(15).await;
        }
        panic!("mail number {mails} for {address} never came");
    }

    async fn pass(&self, seconds: i64) {
        self.usher.advance(seconds).await;
        self.usher.invoke("sweep-undelivered").await;
        self.usher.event_functions_end().await;
    }

    /// Checks that each address has the given number of mails, and gets no more mails.
    async fn mailed_in_the_end<S: AsRef<str>>(&self, addresses: &[S], count: usize) {
        self.usher.mail_all().await;
        for address in addresses {
            assert_eq!(self.usher.mails(address.as_ref()).await.len(), count, "{}", address.as_ref());
        }
    }

    /// Checks that all mails to an address have the same link, and that the person can join by this link.
    async fn joins(&self, address: &str) {
        let mails = self.usher.mails(address).await;
        assert!(mails.iter().all(|mail| mail.link() == mails[0].link()));
        self.usher.sign_up_by_invitation(address, &mails[0].hash()).await.expect(200);
        let token = self.usher.token(address).await;
        assert!(self.usher.role(&token, &self.workspace).await.is_some());
    }
}
