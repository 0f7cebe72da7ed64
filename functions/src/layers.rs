//! Tests of the layers of the crate `functions`: which modules may use which other modules, and what no module may use.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

const CONTRACTS: [&str; 5] = ["datagol", "dock", "hexabase", "smart_documentor", "usher"];

/// The Rust files below a folder of this crate, with their text before any unit tests.
fn sources(folder: &str) -> BTreeMap<PathBuf, String> {
    let mut sources = BTreeMap::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("layers.rs") {
                let text = fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
                sources.insert(path, text);
            }
        }
    }
    assert!(!sources.is_empty(), "{folder}");
    sources
}

/// A file's text without white space, because rustfmt may break an import into several lines.
fn dense(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The names of this crate's modules that a Rust file uses: the word right after each `crate::`, also inside braces.
fn modules_of_this_crate(text: &str) -> Vec<String> {
    let dense = dense(text);
    let mut modules = Vec::new();
    for rest in dense.split("crate::").skip(1) {
        let Some(list) = rest.strip_prefix('{') else {
            modules.push(word(rest));
            continue;
        };
        let (mut depth, mut begins) = (0, true);
        for (index, letter) in list.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' => begins = depth == 0,
                _ if begins && depth == 0 => {
                    modules.push(word(&list[index..]));
                    begins = false;
                }
                _ => {}
            }
        }
    }
    modules
}

fn word(text: &str) -> String {
    text.chars().take_while(|letter| is_word(*letter)).collect()
}

#[track_caller]
fn uses_none_of(folder: &str, forbidden: &[&str]) {
    for (path, text) in sources(folder) {
        let modules = modules_of_this_crate(&text);
        let used: Vec<_> = modules.iter().filter(|module| forbidden.contains(&module.as_str())).collect();
        assert!(used.is_empty(), "{} uses {used:?}", path.display());
    }
}

#[test]
fn each_layer_uses_only_the_layers_below_it() {
    uses_none_of("vocabulary", &["contracts", "routes", "openapi", "events", "http_edge", "pages"]);
    uses_none_of("pages", &["contracts", "routes", "openapi", "events", "http_edge", "vocabulary"]);
    uses_none_of("contracts", &["routes", "openapi", "events", "http_edge"]);
    uses_none_of("routes", &["openapi", "events", "http_edge"]);
    uses_none_of("openapi", &["contracts", "events", "http_edge"]);
}

#[test]
fn no_contract_uses_another_contract() {
    for contract in CONTRACTS {
        for (path, text) in sources(&format!("contracts/{contract}")) {
            let text = dense(&text);
            for other in CONTRACTS.iter().filter(|other| **other != contract) {
                let names = [format!("contracts::{other}"), format!("contracts::{{{other}")];
                assert!(!names.iter().any(|name| text.contains(name)), "{} uses {other}", path.display());
            }
        }
    }
}

#[test]
fn no_module_sees_the_store_or_attribute_maps() {
    for (path, text) in sources("") {
        let text = dense(&text);
        for seen in ["shared::store", "store::", "serde_dynamo", "AttributeValue", "aws_sdk"] {
            assert!(!text.contains(seen), "{} sees {seen}", path.display());
        }
    }
}

/// Each function of a contract calls at most one operation of `shared`. The calls that authenticate a request don't
/// count as operations, because these calls go through `Incoming`. The name `parameters` doesn't count either, because
/// `parameters` is a field of `Usher`.
#[test]
fn no_function_of_a_contract_calls_two_operations() {
    for (path, text) in sources("contracts") {
        for function in text.split("fn ").skip(1) {
            let text = dense(function);
            let calls = text.split("usher.").skip(1).filter(|rest| rest.trim_start_matches(is_word).starts_with('('));
            let calls: Vec<_> = calls.map(word).collect();
            assert!(calls.len() < 2, "{}: {} calls {calls:?}", path.display(), word(function));
        }
    }
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}
