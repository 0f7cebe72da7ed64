//! Finds public types that share a name.

use std::collections::BTreeMap;

use syn::Item;

use crate::sources::{CRATES, defined, sources};

/// The names that several public types of the Cargo workspace have, each with the files that define the types.
pub(crate) fn shared_names() -> Vec<String> {
    let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in CRATES.into_iter().flat_map(sources) {
        for item in &source.items {
            let is_type = matches!(item, Item::Struct(_) | Item::Enum(_) | Item::Trait(_) | Item::Type(_));
            if let Some((name, true)) = defined(item).filter(|_| is_type) {
                files.entry(name).or_default().push(source.path.clone());
            }
        }
    }
    let several = files.into_iter().filter(|(_, files)| files.len() > 1);
    several.map(|(name, files)| format!("{name} is in {}", files.join(" and "))).collect()
}
