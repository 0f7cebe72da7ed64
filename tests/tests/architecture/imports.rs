//! Finds what each source file imports, and which file defines each imported thing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use proc_macro2::{TokenStream, TokenTree};
use syn::{Item, ItemUse, Macro, UseTree, Visibility, visit::Visit};

use crate::sources::{Source, defined, is_of_documentation, is_of_tests};

/// The parts of a Rust path as the code writes the path: `crate`, `store`, `keys`.
type Names = Vec<String>;

/// The library of a crate, and what the library's files import.
pub(crate) struct Library {
    sources: Vec<Source>,
    /// The source files by the paths of their modules.
    by_module: HashMap<Names, usize>,
    scopes: Vec<Scope>,
}

/// The names that a source file imports, defines and uses.
#[derive(Default)]
struct Scope {
    /// The path that each imported name stands for: a path from the crate's root, or a path that begins with another
    /// crate.
    imported: BTreeMap<String, Target>,
    /// The paths of the file's glob imports, such as `use super::*`.
    globs: Vec<Target>,
    /// The names that the source file itself defines.
    defined: BTreeSet<String>,
    /// All paths that the code of the file uses, apart from re-exports.
    used: BTreeSet<Target>,
}

/// The target of a Rust path: this crate or another crate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// A path into the same crate, from the crate's root.
    Own(Names),
    /// A path into another crate, which begins with the crate's name.
    Other(Names),
}

impl Target {
    /// The text of the path, as Rust code would write it.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Own(path) => format!("crate::{}", path.join("::")),
            Self::Other(path) => path.join("::"),
        }
    }

    /// Whether the path is the given path, such as `crate::store` or `shared::store`, or a path below the given path.
    pub(crate) fn is_under(&self, path: &str) -> bool {
        let text = self.text();
        text == path || text.strip_prefix(path).is_some_and(|rest| rest.starts_with("::"))
    }

    /// Whether a part of the Rust path has the given name.
    pub(crate) fn names(&self, part: &str) -> bool {
        let (Self::Own(path) | Self::Other(path)) = self;
        path.iter().any(|one| one == part)
    }
}

impl Library {
    pub(crate) fn new(sources: Vec<Source>) -> Self {
        let by_module = sources.iter().enumerate().map(|(file, source)| (source.module.clone(), file)).collect();
        let mut library = Self { sources, by_module, scopes: Vec::new() };
        for source in &library.sources {
            let mut scope = Scope::default();
            scope.read(&library, &source.module, &source.items, 0);
            library.scopes.push(scope);
        }
        // The used paths are resolved last, because a used path can begin with any imported name.
        for file in 0..library.sources.len() {
            let mut paths = Paths::default();
            for item in &library.sources[file].items {
                if !matches!(item, Item::Use(_)) && !is_of_tests(item) {
                    paths.visit_item(item);
                }
            }
            let used: Vec<_> = paths.0.iter().filter_map(|path| library.target(file, path)).collect();
            library.scopes[file].used.extend(used);
        }
        library
    }

    /// Each source file with the paths that the file's code uses.
    pub(crate) fn uses(&self) -> impl Iterator<Item = (&Source, &BTreeSet<Target>)> {
        self.sources.iter().zip(self.scopes.iter().map(|scope| &scope.used))
    }

    /// The files from which each file imports. The pairs of files are the edges of the graph of imports, by the files'
    /// paths.
    pub(crate) fn edges(&self) -> BTreeSet<(&str, &str)> {
        let mut edges = BTreeSet::new();
        for (file, scope) in self.scopes.iter().enumerate() {
            for target in &scope.used {
                let Target::Own(path) = target else { continue };
                if let Some(found) = self.file_of(path, 0).filter(|found| *found != file) {
                    edges.insert((self.sources[file].path.as_str(), self.sources[found].path.as_str()));
                }
            }
        }
        edges
    }

    /// The target of a path in the code of a file. `None` if the path is a name that the file itself defines, or a name
    /// of the Rust language.
    fn target(&self, file: usize, path: &[String]) -> Option<Target> {
        let (first, rest) = path.split_first()?;
        let (scope, module) = (&self.scopes[file], &self.sources[file].module);
        match scope.imported.get(first) {
            Some(Target::Own(begin)) => Some(Target::Own([begin, rest].concat())),
            Some(Target::Other(begin)) => Some(Target::Other([begin, rest].concat())),
            None if rest.is_empty() => None,
            None => self.absolute(module, path, 0),
        }
    }

    /// Resolves a path from the crate's root. The path is from a `use`, or begins with no imported name. In a module
    /// that is nested `depth` levels deep within the file, the first `depth` parts `super` stay inside the file.
    fn absolute(&self, module: &[String], path: &[String], depth: usize) -> Option<Target> {
        let supers = path.iter().take_while(|part| *part == "super").count();
        if supers > 0 {
            // If `super` leads only to the file itself, the file imports nothing from another file.
            let up = supers.checked_sub(depth)?;
            let base = &module[..module.len().checked_sub(up)?];
            return Some(Target::Own([base, &path[supers..]].concat()));
        }
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => Some(Target::Own(rest.to_vec())),
            "self" => Some(Target::Own([module, rest].concat())),
            "Self" => None,
            _ if self.by_module.contains_key(&[module, std::slice::from_ref(first)].concat()) => {
                Some(Target::Own([module, path].concat()))
            }
            _ => Some(Target::Other(path.to_vec())),
        }
    }

    /// The file that defines what a path from the crate's root names. The search follows re-exports.
    fn file_of(&self, path: &[String], depth: usize) -> Option<usize> {
        let (file, length) = (0..=path.len()).rev().find_map(|length| {
            let file = self.by_module.get(&path[..length])?;
            Some((*file, length))
        })?;
        let Some((name, rest)) = path[length..].split_first() else { return Some(file) };
        let scope = &self.scopes[file];
        if scope.defined.contains(name) || depth > 8 {
            return Some(file);
        }
        if let Some(Target::Own(target)) = scope.imported.get(name) {
            return self.file_of(&[target.as_slice(), rest].concat(), depth + 1);
        }
        let globs = scope.globs.iter().filter_map(|glob| match glob {
            Target::Own(target) => self.file_of(&[target.as_slice(), &path[length..]].concat(), depth + 1),
            Target::Other(_) => None,
        });
        globs.into_iter().find(|found| self.scopes[*found].defined.contains(name)).or(Some(file))
    }
}

impl Scope {
    /// Reads the Rust items of a file, or of a module within the file.
    fn read(&mut self, library: &Library, module: &[String], items: &[Item], depth: usize) {
        for item in items.iter().filter(|item| !is_of_tests(item)) {
            if depth == 0
                && let Some((name, _)) = defined(item)
                && !matches!(item, Item::Mod(module) if module.content.is_none())
            {
                self.defined.insert(name);
            }
            match item {
                Item::Use(import) if !is_of_documentation(item) => self.import(library, module, import, depth),
                Item::Mod(inner) => {
                    if let Some((_, items)) = &inner.content {
                        self.read(library, module, items, depth + 1);
                    }
                }
                _ => {}
            }
        }
    }

    fn import(&mut self, library: &Library, module: &[String], import: &ItemUse, depth: usize) {
        let re_exports = !matches!(import.vis, Visibility::Inherited);
        for (path, name) in flattened(&import.tree) {
            let Some(target) = library.absolute(module, &path, depth) else { continue };
            // A module that only re-exports what its child modules define does not depend on the child modules.
            let is_own_child = matches!(&target, Target::Own(path) if path.starts_with(module));
            if !(re_exports && is_own_child) {
                self.used.insert(target.clone());
            }
            match name {
                // A module within the file may import another thing under the same name, so the first import of a name
                // counts.
                Some(name) => drop(self.imported.entry(name).or_insert(target)),
                None => self.globs.push(target),
            }
        }
    }
}

/// The paths that a `use` imports, each with the name that the import defines. A glob import defines no name.
fn flattened(tree: &UseTree) -> Vec<(Names, Option<String>)> {
    match tree {
        UseTree::Path(path) => {
            let mut below = flattened(&path.tree);
            for (names, name) in &mut below {
                // The import `a::{self}` imports the path `a`.
                if names.as_slice() == ["self"] {
                    names.clear();
                    *name = name.take().map(|name| if name == "self" { path.ident.to_string() } else { name });
                }
                names.insert(0, path.ident.to_string());
            }
            below
        }
        UseTree::Name(name) => vec![(vec![name.ident.to_string()], Some(name.ident.to_string()))],
        UseTree::Rename(rename) => vec![(vec![rename.ident.to_string()], Some(rename.rename.to_string()))],
        UseTree::Glob(_) => vec![(Vec::new(), None)],
        UseTree::Group(group) => group.items.iter().flat_map(flattened).collect(),
    }
}

/// The Rust paths in a file's code, also in the arguments of macros.
#[derive(Default)]
struct Paths(BTreeSet<Names>);

impl<'ast> Visit<'ast> for Paths {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_of_tests(item) {
            syn::visit::visit_item(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0.insert(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.tokens(call.tokens.clone());
        syn::visit::visit_macro(self, call);
    }
}

impl Paths {
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path = Names::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.0.insert(std::mem::take(&mut path));
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.0.insert(std::mem::take(&mut path));
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.tokens(group.stream());
                    }
                }
            }
        }
        self.0.insert(path);
    }
}
