//! Parses the Rust files of the Cargo workspace.

use std::{
    fs,
    path::{Path, PathBuf},
};

use syn::{Attribute, Item, Meta};

/// The crates of the Cargo workspace, by their folders.
pub(crate) const CRATES: [&str; 5] = ["shared", "functions", "local", "tests", "bench"];

/// A Rust file that belongs to a library or a program.
pub(crate) struct Source {
    /// The path of the file from the root of the Cargo workspace.
    pub(crate) path: String,
    /// The parts of the path of the file's module without the crate, such as `store`, `keys`.
    pub(crate) module: Vec<String>,
    /// The Rust items of the file, without the items that only tests have.
    pub(crate) items: Vec<Item>,
}

impl Source {
    /// Whether the given path is the path of the file, or the path of a folder that contains the file.
    pub(crate) fn is_in(&self, path: &str) -> bool {
        self.path == path || self.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// The library of a crate: the sorted files under `src` that are neither programs nor tests.
pub(crate) fn sources(of: &str) -> Vec<Source> {
    let folder = format!("{of}/src");
    let sources = rust_files(&folder).into_iter().filter_map(|path| {
        let inner = path.strip_prefix(&format!("{folder}/"))?.strip_suffix(".rs")?.to_owned();
        if inner.starts_with("bin/") || inner == "main" || inner.ends_with("tests") {
            return None;
        }
        let module = inner.split('/').filter(|part| !["lib", "mod"].contains(part)).map(str::to_owned).collect();
        let syntax = syn::parse_file(&read(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        let items = syntax.items.into_iter().filter(|item| !is_of_tests(item)).collect();
        Some(Source { path, module, items })
    });
    sources.collect()
}

/// The sorted paths of all Rust files in a folder, from the root of the Cargo workspace.
pub(crate) fn rust_files(folder: &str) -> Vec<String> {
    files(folder).into_iter().filter(|path| Path::new(path).extension().is_some_and(|one| one == "rs")).collect()
}

/// The sorted paths of all files in a folder, from the root of the Cargo workspace.
pub(crate) fn files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).expect("the folder exists") {
        let entry = entry.expect("the folder is readable");
        let path = format!("{folder}/{}", entry.file_name().to_str().expect("names are text"));
        if entry.path().is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort_unstable();
    found
}

/// The names of the subfolders of a folder.
pub(crate) fn folders(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).expect("the folder exists");
    let folders = entries.map(|entry| entry.expect("the folder is readable")).filter(|entry| entry.path().is_dir());
    folders.map(|entry| entry.file_name().to_str().expect("names are text").to_owned()).collect()
}

/// The text of the file at a path from the root of the Cargo workspace.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is in the workspace").to_owned()
}

/// Whether only tests have the Rust item, because the item has the attribute `#[cfg(test)]`.
pub(crate) fn is_of_tests(item: &Item) -> bool {
    let is_test = |attribute: &Attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    };
    attributes(item).iter().any(is_test)
}

/// Whether only the documentation needs the Rust item: an import that no code uses, for a link in a comment.
pub(crate) fn is_of_documentation(item: &Item) -> bool {
    let is_unused = |attribute: &Attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("expect") && list.tokens.to_string().contains("unused_imports"),
        _ => false,
    };
    attributes(item).iter().any(is_unused)
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// The name by which other Rust items refer to this item, and whether other crates can see the item.
pub(crate) fn defined(item: &Item) -> Option<(String, bool)> {
    let (name, visibility) = match item {
        Item::Const(item) => (&item.ident, &item.vis),
        Item::Enum(item) => (&item.ident, &item.vis),
        Item::Fn(item) => (&item.sig.ident, &item.vis),
        Item::Mod(item) => (&item.ident, &item.vis),
        Item::Static(item) => (&item.ident, &item.vis),
        Item::Struct(item) => (&item.ident, &item.vis),
        Item::Trait(item) => (&item.ident, &item.vis),
        Item::Type(item) => (&item.ident, &item.vis),
        Item::Macro(item) => return item.ident.as_ref().map(|name| (name.to_string(), false)),
        _ => return None,
    };
    Some((name.to_string(), matches!(visibility, syn::Visibility::Public(_))))
}
