//! The architecture's invariants: each test enforces one sentence of `docs/architecture.md`.
//!
//! The architecture tests parse the source files, and leave out code that only tests have.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod cycles;
mod imports;
mod names;
mod requests;
mod sources;

use std::collections::BTreeSet;

use imports::{Library, Target};
use sources::{CRATES, Source, files, folders, read, rust_files, sources};
use syn::visit::Visit;

/// The vendors' names as they would appear in code, in lower case.
const VENDORS: [&str; 5] = ["datagol", "dock", "smartdocumentor", "smart_documentor", "hexabase"];

/// Files of the crate `shared` whose comments are allowed to name a vendor, each with the reason.
const VENDORS_IN_COMMENTS: &[(&str, &str)] = &[];

/// Files outside the store that are allowed to name the SDK of DynamoDB, each with the reason.
const SDK_OUTSIDE_THE_STORE: &[(&str, &str)] =
    &[("shared/src/usher.rs", "it makes the one client of the program and hands it to the store")];

/// Files of operations that are allowed to name keys of the table, each with the reason.
const KEYS_OUTSIDE_THE_STORE: &[(&str, &str)] = &[
    ("shared/src/operations/mail/deliver_outbox_item.rs", "a deliverer is called with the key of an outbox item"),
    ("shared/src/operations/mail/deliver_to_people.rs", "a deliverer is called with the key of an outbox item"),
    ("shared/src/operations/mail/sweep_outbox.rs", "a deliverer is called with the key of an outbox item"),
    ("shared/src/operations/invitations/renew_invitation.rs", "an unknown hash takes the same read as a known one"),
];

/// The only file that asks the system for the time.
const CLOCK: &str = "shared/src/domain/clock.rs";

/// The types that belong to the domain, and to no contract and no store.
const ENTITIES: [&str; 6] = ["Company", "Group", "Person", "Profile", "ServiceAccount", "Workspace"];

/// The only file that makes DynamoDB's update expressions, from `set`, `remove`, `add` and `expect`.
const CONDITIONAL_WRITE: &str = "shared/src/store/conditional_write.rs";

/// Files of the module `openapi` that are allowed to import the routes, each with the reason.
const DOCUMENT: &[(&str, &str)] = &[
    ("functions/src/openapi/described_route.rs", "it joins a route with the description of its handler"),
    ("functions/src/openapi/document.rs", "it builds the document from the routes"),
    ("functions/src/openapi/reference_page.rs", "it shows the document's routes by contract"),
];

/// The largest number of lines that a source file may have.
const MAX_LINES: usize = 450;

/// The only file in which the tests wait by sleeping.
const WAITING: &str = "tests/src/waiting.rs";

#[test]
fn contracts_never_import_each_other() {
    none(&imports_where("functions", |source, target| {
        let own = vendor(&source.path)?;
        let path = target.text();
        let other = path.strip_prefix("crate::contracts::")?.split("::").next()?;
        let is_vendor = folders("functions/src/contracts").iter().any(|folder| folder == other);
        (is_vendor && other != own).then_some("the contract of another vendor")
    }));
}

/// The folder of the vendor whose contract a file belongs to.
fn vendor(path: &str) -> Option<&str> {
    path.strip_prefix("functions/src/contracts/")?.split_once('/').map(|(vendor, _)| vendor)
}

#[test]
fn contracts_do_not_import_the_store() {
    none(&imports_where("functions", |source, target| {
        (source.is_in("functions/src/contracts") && target.is_under("shared::store")).then_some("the store")
    }));
}

#[test]
fn the_vocabulary_of_openapi_does_not_import_contracts_or_routes() {
    none(&imports_where("functions", |source, target| {
        let is_vocabulary = source.is_in("functions/src/openapi") && !is_listed(DOCUMENT, source);
        let is_above = target.is_under("crate::contracts") || target.is_under("crate::routes");
        (is_vocabulary && is_above).then_some("a module above the vocabulary")
    }));
}

#[test]
fn shared_knows_no_vendor() {
    let named = |word: &str| VENDORS.iter().any(|vendor| *vendor != "dock" && word.contains(vendor)) || word == "dock";
    let mut found = Vec::new();
    for path in files("shared/src").into_iter().filter(|path| !path.ends_with("breached_passwords.txt")) {
        let may_comment = VENDORS_IN_COMMENTS.iter().any(|(file, _)| *file == path);
        for (number, line) in read(&path).lines().enumerate() {
            let (code, comment) = line.split_once("//").unwrap_or((line, ""));
            let is_vendors = |text: &str| {
                let text = text.to_lowercase();
                text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                    .any(|word| named(word) || word.split('_').any(named))
            };
            if is_vendors(code) || (is_vendors(comment) && !may_comment) {
                found.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    none(&found);
}

#[test]
fn only_the_store_names_attribute_maps_and_the_sdk_of_dynamodb() {
    let named = |source: &Source, target: &Target| {
        let is_allowed = source.is_in("shared/src/store") || is_listed(SDK_OUTSIDE_THE_STORE, source);
        let is_sdk = ["aws_sdk_dynamodb", "serde_dynamo", "AttributeValue"].iter().any(|name| target.names(name));
        (is_sdk && !is_allowed).then_some("attribute maps or the SDK")
    };
    none(&[imports_where("shared", named), imports_where("functions", named)].concat());
}

#[test]
fn only_the_store_and_listed_operations_name_keys_of_the_table() {
    let named = |source: &Source, target: &Target| {
        let is_allowed = source.is_in("shared/src/store") || is_listed(KEYS_OUTSIDE_THE_STORE, source);
        let is_key = ["crate::store::Key", "crate::store::keys", "shared::store::Key"];
        (!is_allowed && is_key.iter().any(|key| target.is_under(key))).then_some("keys of the table")
    };
    none(&[imports_where("shared", named), imports_where("functions", named)].concat());
}

#[test]
fn the_domain_is_pure() {
    none(&imports_where("shared", |source, target| {
        if !source.is_in("shared/src/domain") {
            return None;
        }
        let layer = ["store", "operations", "mail", "secrets", "bus", "usher", "parameters"]
            .iter()
            .any(|layer| target.is_under(&format!("crate::{layer}")));
        let runtime = target.is_under("tokio") || target.is_under("futures");
        let now =
            matches!(target, Target::Own(path) | Target::Other(path) if path.last().is_some_and(|last| last == "now"));
        match () {
            () if layer => Some("another layer"),
            () if runtime => Some("an async runtime"),
            () if now && source.path != CLOCK => Some("the system's clock"),
            () => None,
        }
    }));
}

#[test]
fn the_domain_is_not_async() {
    struct Async(bool);
    impl Visit<'_> for Async {
        fn visit_signature(&mut self, signature: &syn::Signature) {
            self.0 |= signature.asyncness.is_some();
            syn::visit::visit_signature(self, signature);
        }
        fn visit_expr_async(&mut self, _: &syn::ExprAsync) {
            self.0 = true;
        }
    }
    let is_async = |source: &Source| {
        let mut found = Async(false);
        source.items.iter().for_each(|item| found.visit_item(item));
        found.0
    };
    let domain = sources("shared").into_iter().filter(|source| source.is_in("shared/src/domain"));
    none(&domain.filter(is_async).map(|source| format!("{} has async code", source.path)).collect::<Vec<_>>());
}

#[test]
fn operations_and_domain_know_no_http() {
    none(&imports_where("shared", |_, target| {
        let http = ["http", "lambda_http", "lambda_runtime", "axum", "hyper", "tower"];
        http.iter().any(|name| target.is_under(name)).then_some("HTTP")
    }));
}

#[test]
fn mail_does_not_import_the_store() {
    none(&imports_where("shared", |source, target| {
        (source.is_in("shared/src/mail") && target.is_under("crate::store")).then_some("the store")
    }));
}

#[test]
fn the_store_imports_neither_operations_nor_mail() {
    none(&imports_where("shared", |source, target| {
        let above = target.is_under("crate::operations") || target.is_under("crate::mail");
        (source.is_in("shared/src/store") && above).then_some("a layer above the store")
    }));
}

#[test]
fn all_authorization_happens_in_operations() {
    let decides = |source: &Source, target: &Target| {
        let is_allowed = source.is_in("shared/src/operations") || source.is_in("shared/src/domain");
        let rights = ["Permission", "CompanyAccess", "WorkspaceAccess", "GroupAccess"];
        (!is_allowed && rights.iter().any(|name| target.names(name))).then_some("a caller's rights")
    };
    none(&[imports_where("shared", decides), imports_where("functions", decides)].concat());
}

#[test]
fn a_contract_calls_one_operation_per_request() {
    // The handler of the sign-up page calls only one of two operations: a form with a bad field is shown again, and
    // nobody is signed up.
    let alternatives = "functions/src/contracts/usher/register.rs: submit calls";
    let mut found = requests::handlers_with_several_operations();
    found.retain(|handler| !handler.starts_with(alternatives));
    none(&found);
}

#[test]
fn lambda_programs_contain_no_part_of_the_local_stack() {
    let mut found = Vec::new();
    for of in ["shared", "functions"] {
        let manifest = read(&format!("{of}/Cargo.toml"));
        let sections = manifest.split("\n[").filter_map(|section| section.split_once("]\n"));
        let dependencies =
            sections.filter(|(name, _)| name.ends_with("dependencies")).flat_map(|(_, lines)| lines.lines());
        let names = dependencies.filter_map(|line| line.split(['.', ' ', '=']).next());
        let local = names.filter(|name| ["local", "tests", "bench", "dynoxide-rs", "rusqlite", "axum"].contains(name));
        found.extend(local.map(|name| format!("{of}/Cargo.toml depends on {name}")));
    }
    none(&found);
}

#[test]
fn only_conditional_writes_contain_update_expressions() {
    let paths = rust_files("shared/src").into_iter().chain(rust_files("functions/src"));
    let mut found = Vec::new();
    for path in paths.filter(|path| path != CONDITIONAL_WRITE) {
        for (number, line) in read(&path).lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if ["SET #", "ADD #", "REMOVE #", "DELETE #"].iter().any(|clause| code.contains(clause)) {
                found.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    none(&found);
}

#[test]
fn entities_live_in_the_domain() {
    let mut found = Vec::new();
    for source in ["shared", "functions"].into_iter().flat_map(sources) {
        let names = source.items.iter().filter_map(|item| match item {
            syn::Item::Struct(entity) => Some(entity.ident.to_string()),
            _ => None,
        });
        let misplaced = names.filter(|name| ENTITIES.contains(&name.as_str()) && !source.is_in("shared/src/domain"));
        found.extend(misplaced.map(|name| format!("{} defines {name}", source.path)));
    }
    none(&found);
}

#[test]
fn domain_operations_and_store_have_the_same_folders() {
    let layers = ["domain", "operations", "store"].map(|layer| (layer, folders(&format!("shared/src/{layer}"))));
    let concepts: BTreeSet<_> = layers.iter().flat_map(|(_, folders)| folders).collect();
    let absent = layers.iter().flat_map(|(layer, folders)| {
        let lacking = concepts.iter().filter(|concept| !folders.contains(**concept));
        lacking.map(move |concept| format!("shared/src/{layer} has no folder {concept}"))
    });
    none(&absent.collect::<Vec<_>>());
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let cycles = CRATES.into_iter().flat_map(|of| cycles::cycles(&Library::new(sources(of)).edges()));
    none(&cycles.collect::<Vec<_>>());
}

#[test]
fn no_two_public_types_share_a_name() {
    none(&names::shared_names());
}

#[test]
fn no_file_has_more_than_450_lines() {
    let paths = CRATES.into_iter().flat_map(rust_files);
    let lines = paths.map(|path| (read(&path).lines().count(), path));
    none(
        &lines
            .filter(|(count, _)| *count > MAX_LINES)
            .map(|(count, path)| format!("{path} has {count} lines"))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn tests_sleep_only_while_they_wait_for_what_happens_by_itself() {
    let paths = rust_files("tests").into_iter().filter(|path| path != WAITING && !path.contains("/architecture/"));
    none(&paths.filter(|path| read(path).contains("sleep(")).map(|path| format!("{path} sleeps")).collect::<Vec<_>>());
}

fn is_listed(list: &[(&str, &str)], source: &Source) -> bool {
    list.iter().any(|(path, _)| *path == source.path)
}

/// The imports of a crate that break a rule. The function `breaks` says what a file must not import.
fn imports_where(of: &str, breaks: impl Fn(&Source, &Target) -> Option<&'static str>) -> Vec<String> {
    let library = Library::new(sources(of));
    let found = library.uses().flat_map(|(source, used)| {
        let broken = used.iter().filter_map(|target| Some((target.text(), breaks(source, target)?)));
        broken.map(|(path, what)| format!("{} imports {path}: {what}", source.path)).collect::<Vec<_>>()
    });
    found.collect()
}

#[track_caller]
fn none(found: &[String]) {
    assert!(found.is_empty(), "{} times:\n  {}", found.len(), found.join("\n  "));
}
