//! Counts what operators watch: invitations, acceptances and mails. `docs/deploy.md` explains the metrics. A program that
//! installs no recorder counts nothing.
//!
//! A dimension has one of a few fixed values. It never contains an address or an id.

use ::metrics::counter;

use crate::{
    domain::DeliveryStep,
    store::{MailResult, OutboxTask},
};

/// The metrics that this crate counts.
pub const COUNTED: [&str; 7] = [INVITATIONS, ACCEPTANCES, MAILS, BOUNCES, COMPLAINTS, DEAD_LETTERS, WAITING_MAIL];

const INVITATIONS: &str = "Invitations";
const ACCEPTANCES: &str = "Acceptances";
const MAILS: &str = "Mails";
const BOUNCES: &str = "Bounces";
const COMPLAINTS: &str = "Complaints";
const DEAD_LETTERS: &str = "DeadLetters";
const WAITING_MAIL: &str = "WaitingMail";

/// Adds the number of people that a request has invited to the metric of invitations.
pub(super) fn invited(people: usize) {
    count(INVITATIONS, people);
}

/// Counts an invitation that was accepted.
pub(super) fn accepted() {
    count(ACCEPTANCES, 1);
}

/// Counts a letter that SES accepted.
pub(super) fn letter_sent() {
    count_mails("sent", 1);
}

/// Counts the recorded results of mails.
pub(super) fn mailed<'a>(results: impl Iterator<Item = &'a MailResult>) {
    for result in results {
        let state = match result {
            MailResult::Sent => "sent",
            MailResult::Failed(_) => "failed",
            MailResult::Suppressed(_) => "suppressed",
        };
        count_mails(state, 1);
    }
}

/// Counts what SES reported about a mail. The deliverer has counted the mail as sent already.
pub(super) fn reported(step: DeliveryStep) {
    let state = match step {
        DeliveryStep::Sent => return,
        DeliveryStep::Delayed => "delayed",
        DeliveryStep::Delivered => "delivered",
        DeliveryStep::BouncedForNow | DeliveryStep::Bounced => "bounced",
        DeliveryStep::Complained => "complained",
        DeliveryStep::Suppressed => "suppressed",
        DeliveryStep::NotSent | DeliveryStep::Refused => "failed",
    };
    count_mails(state, 1);
    match step {
        DeliveryStep::Bounced => counter!(BOUNCES, "Kind" => "permanent").increment(1),
        DeliveryStep::BouncedForNow => counter!(BOUNCES, "Kind" => "temporary").increment(1),
        DeliveryStep::Complained => count(COMPLAINTS, 1),
        _ => {}
    }
}

/// Counts an outbox item that was given up with this number of unsent mails to people. A letter is one mail.
pub(super) fn given_up(task: &OutboxTask, unmailed: usize) {
    count(DEAD_LETTERS, 1);
    count_mails("dead", if matches!(task, OutboxTask::Letter(_)) { 1 } else { unmailed });
}

/// Counts a sweep that left mail that has waited too long.
pub(super) fn mail_waits() {
    count(WAITING_MAIL, 1);
}

fn count_mails(state: &'static str, mails: usize) {
    counter!(MAILS, "State" => state).increment(mails as u64);
}

fn count(name: &'static str, number: usize) {
    counter!(name).increment(number as u64);
}
