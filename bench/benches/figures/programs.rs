//! The programs that the benchmark measures. The measured programs are built in the same way as for a deployment.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use crate::figure::{Figure, Limit};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The packages of Usher's functions and of the empty function. The two packages are built together, so that both are
/// built with the same features of their dependencies.
const FUNCTIONS: &[&str] = &["functions", "bench"];

/// The paths of the release programs that the benchmark measures.
#[derive(Debug)]
pub(crate) struct Programs {
    /// The path of the program of all of Usher's functions.
    pub(crate) function: PathBuf,
    /// The path of the local stack's program.
    pub(crate) usher: PathBuf,
    /// The path of the empty function's program. The empty function does nothing except build the SDK clients.
    pub(crate) empty: PathBuf,
}

impl Programs {
    /// Builds the measured programs. The local stack is built separately from the functions, because packages that are
    /// built together share features, and the functions would then link code that only the local stack needs.
    pub(crate) fn build() -> Self {
        let (functions, local) = (build(FUNCTIONS, "release"), build(&["local"], "local-stack"));
        Self {
            function: named(&functions, "usher-function"),
            usher: named(&local, "usher"),
            empty: named(&functions, "empty-function"),
        }
    }

    /// Measures how long the build of the functions' program takes after a change of our own code, when the dependencies are
    /// built already.
    pub(crate) fn rebuild(&self) -> Vec<Figure> {
        let source = File::options().append(true).open(Path::new(ROOT).join("shared/src/lib.rs")).expect("the source");
        #[expect(clippy::disallowed_methods, reason = "cargo compares with the file system's time")]
        source.set_modified(std::time::SystemTime::now()).expect("the source can be touched");
        let begin = Instant::now();
        build(FUNCTIONS, "release");
        let minutes = begin.elapsed().as_secs_f64() / 60.0;
        let megabytes = self.function.metadata().expect("a program").len() as f64 / 1e6;
        vec![Figure {
            name: "building every function, dependencies built: minutes".to_owned(),
            measured: minutes,
            limit: Limit::AtMost(5.0),
            absolute: format!("one program of {megabytes:.1} MB"),
        }]
    }
}

fn named(programs: &[PathBuf], name: &str) -> PathBuf {
    let found = programs.iter().find(|path| path.file_name().is_some_and(|file| file == name));
    found.expect("the program is built").clone()
}

/// Builds the programs of the given packages with the given profile, and returns the programs' paths.
fn build(packages: &[&str], profile: &str) -> Vec<PathBuf> {
    let mut cargo = Command::new(env!("CARGO"));
    // Cargo sets these environment variables for the benchmark. If the build inherited Cargo's environment variables,
    // the crate `ring` and every crate that depends on `ring` would be rebuilt.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO_PKG_")) {
        cargo.env_remove(name);
    }
    let built = cargo
        .env_remove("CARGO_MANIFEST_DIR")
        .args(["build", "--profile", profile, "--bins", "--message-format", "json-render-diagnostics"])
        .args(packages.iter().flat_map(|package| ["--package", package]))
        .current_dir(ROOT)
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(built.status.success(), "the programs aren't built");
    let messages = built.stdout.split(|byte| *byte == b'\n');
    let messages = messages.filter_map(|line| serde_json::from_slice::<serde_json::Value>(line).ok());
    messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from)).collect()
}
