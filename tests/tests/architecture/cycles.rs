//! Finds cycles in the graph of the files' imports.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::{algo::tarjan_scc, graphmap::DiGraphMap};

/// For each group of files that import each other: one shortest cycle of imports, and all files of the group.
pub(crate) fn cycles(edges: &BTreeSet<(&str, &str)>) -> Vec<String> {
    let graph: DiGraphMap<&str, ()> = edges.iter().copied().collect();
    let groups = tarjan_scc(&graph).into_iter().filter(|files| files.len() > 1);
    let groups = groups.map(|mut files| {
        files.sort_unstable();
        let circle = shortest_circle(&graph, &files);
        let (count, others) = (files.len(), files.iter().filter(|file| !circle.contains(file)).copied());
        let others: Vec<_> = others.collect();
        let also = if others.is_empty() { String::new() } else { format!("; with it {}", others.join(", ")) };
        format!("{count} files: {} → {}{also}", circle.join(" → "), circle[0])
    });
    groups.collect()
}

/// A shortest cycle of imports that leads from one of the files back to the same file.
fn shortest_circle<'a>(graph: &DiGraphMap<&'a str, ()>, files: &[&'a str]) -> Vec<&'a str> {
    let circles = files.iter().map(|file| circle_from(graph, file));
    circles.min_by_key(Vec::len).unwrap_or_default()
}

/// A shortest cycle of imports from a file back to the same file, found by a breadth-first search. For each file of a
/// group such a cycle exists.
fn circle_from<'a>(graph: &DiGraphMap<&'a str, ()>, start: &'a str) -> Vec<&'a str> {
    let mut came_from = BTreeMap::new();
    let mut next = vec![start];
    while !next.is_empty() {
        let mut after = Vec::new();
        for file in next {
            for other in graph.neighbors(file) {
                if other == start {
                    let way = std::iter::successors(Some(file), |file| came_from.get(file).copied());
                    let mut way: Vec<_> = way.collect();
                    way.reverse();
                    return way;
                }
                if !came_from.contains_key(other) {
                    came_from.insert(other, file);
                    after.push(other);
                }
            }
        }
        next = after;
    }
    Vec::new()
}
