//! Measures the figures that Usher promises, and fails if a figure misses its limit. Each figure is a ratio of two
//! measurements in one run of the benchmark, so that the figure doesn't depend on the machine.
//!
//! `cargo bench -p bench` measures all figures. `cargo bench -p bench -- inviting` measures only the figures of the
//! measurement `inviting`.

#![expect(clippy::expect_used, reason = "a failed measurement ends the benchmark")]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the benchmark prints a table")]
#![expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]

mod bare_engine;
mod figure;
mod groups;
mod inviting;
mod pages;
mod programs;
mod runtime_api;
mod sign_ups;
mod stack;
mod starts;

use std::process::ExitCode;

use figure::Figure;
use programs::Programs;

/// The allocator that the local stack uses. The benchmark uses the same allocator when it measures the database engine
/// alone.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The names of the benchmark's measurements.
const NAMES: [&str; 9] = [
    "build",
    "local-start",
    "function-start",
    "inviting",
    "inviting-many",
    "inviting-contracts",
    "group-authority",
    "sign-ups",
    "pages",
];

#[tokio::main]
async fn main() -> ExitCode {
    // Cargo adds the argument `--bench` to the benchmark's arguments, and this argument names no measurement.
    let wanted: Vec<_> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if let Some(unknown) = wanted.iter().find(|name| !NAMES.contains(&name.as_str())) {
        eprintln!("{unknown}: not one of {}", NAMES.join(", "));
        return ExitCode::from(2);
    }
    let programs = Programs::build();
    println!("| figure | measured | limit | | absolute values |\n|---|---|---|---|---|");
    let mut all_met = true;
    for name in NAMES.iter().filter(|name| wanted.is_empty() || wanted.iter().any(|wanted| wanted == *name)) {
        eprintln!("measuring: {name}");
        for figure in measure(name, &programs).await {
            println!("{figure}");
            all_met &= figure.is_met();
        }
    }
    if all_met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn measure(name: &str, programs: &Programs) -> Vec<Figure> {
    match name {
        "build" => programs.rebuild(),
        "local-start" => starts::of_the_local_stack(programs).await,
        "function-start" => starts::of_functions(programs).await,
        "inviting" => inviting::a_thousand(programs).await,
        "inviting-many" => inviting::ten_thousand(programs).await,
        "inviting-contracts" => inviting::by_each_contract(programs).await,
        "group-authority" => groups::authority(programs).await,
        "sign-ups" => sign_ups::by_link(programs).await,
        _ => pages::of_people(programs).await,
    }
}
