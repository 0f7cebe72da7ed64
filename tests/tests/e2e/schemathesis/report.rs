//! Reads the report of schemathesis, which has one event in each line. The events of scenarios have each request with
//! its answer.

use std::{collections::BTreeMap, path::Path};

use serde_json::{Map, Value};

/// How often each operation answered with each HTTP status.
pub(super) struct Report(BTreeMap<String, BTreeMap<u64, usize>>);

impl Report {
    pub(super) fn read(file: &Path) -> Self {
        let mut answers: BTreeMap<String, BTreeMap<u64, usize>> = BTreeMap::new();
        for line in std::fs::read_to_string(file).unwrap().lines() {
            let event: Value = serde_json::from_str(line).unwrap();
            let recorder = &event["ScenarioFinished"]["recorder"];
            let Some(operation) = recorder["label"].as_str() else { continue };
            for one in recorder["interactions"].as_object().into_iter().flat_map(Map::values) {
                // Schemathesis also tries HTTP methods that a path does not have.
                let method = one["request"]["method"].as_str().unwrap();
                let status = one["response"]["status_code"].as_u64();
                if let Some(status) = status.filter(|_| operation.split(' ').next() == Some(method)) {
                    *answers.entry(operation.to_owned()).or_default().entry(status).or_default() += 1;
                }
            }
        }
        Self(answers)
    }

    /// How often an operation, named by HTTP method and path, answered with each HTTP status.
    pub(super) fn answers(&self, operation: &str) -> Option<&BTreeMap<u64, usize>> {
        self.0.get(operation)
    }

    pub(super) fn has_success(&self, operation: &str) -> bool {
        self.answers(operation).is_some_and(|answers| answers.keys().any(|status| (200..300).contains(status)))
    }
}
