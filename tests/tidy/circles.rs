//! Rules on files: none imports another in a circle, and no folder is crowded.

use super::rules::Source;
use super::source::{Code, is_test_file};
use std::collections::{BTreeMap, BTreeSet};

/// A module and the modules whose files its own file imports.
type Imports = BTreeMap<Vec<String>, BTreeSet<Vec<String>>>;

/// The files that import each other in a circle, one finding a file with what ties it there.
///
/// A parent may import the children that it declares: such an import does not count.
pub fn circles(sources: &[Source]) -> Vec<String> {
    let imports = imports(sources);
    let mut findings = Vec::new();
    for (module, targets) in &imports {
        let leads_back = |target: &&Vec<String>| reachable(&imports, target).contains(module);
        let tied: Vec<String> =
            targets.iter().filter(leads_back).map(|target| target.join("/")).collect();
        if !tied.is_empty() {
            let (module, tied) = (module.join("/"), tied.join(", "));
            findings.push(format!("src/{module} is tied into a circle by {tied}"));
        }
    }
    findings
}

/// All that `from` imports, at first or at second hand.
fn reachable<'a>(imports: &'a Imports, from: &'a Vec<String>) -> BTreeSet<&'a Vec<String>> {
    let (mut found, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(targets) = open.pop().and_then(|module| imports.get(module)) {
        open.extend(targets.iter().filter(|target| found.insert(*target)));
    }
    found
}

fn imports(sources: &[Source]) -> Imports {
    let files = sources.iter().filter(|source| !is_test_file(&source.path));
    let files: BTreeMap<&[String], &Code> =
        files.map(|source| (source.code.module.as_slice(), &source.code)).collect();
    let targets = |code: &Code| {
        let targets = code.internal_without_tests().filter_map(|place| owner(&files, place));
        let is_own = |target: &Vec<String>| *target == code.module;
        let is_child = |target: &Vec<String>| {
            target.split_last().is_some_and(|(_, parent)| *parent == code.module)
        };
        targets.filter(|target| !is_own(target) && !is_child(target)).collect()
    };
    let within = files.values().filter(|code| !code.module.is_empty());
    within.map(|code| (code.module.clone(), targets(code))).collect()
}

/// The file that holds what stands at `place`, behind all names that `pub use` gives it.
fn owner(files: &BTreeMap<&[String], &Code>, mut place: Vec<String>) -> Option<Vec<String>> {
    loop {
        // The root is the façade of all rooms, and no file may import from it.
        let n = (1..=place.len()).rev().find(|n| files.contains_key(&place[..*n]))?;
        let (module, rest) = place.split_at(n);
        let exported = files[module].exported.iter().find(|(name, _)| rest.first() == Some(name));
        match exported {
            Some((_, target)) if *target != place => {
                place = target.iter().chain(&rest[1..]).cloned().collect();
            }
            _ => return Some(module.to_vec()),
        }
    }
}

/// The folders with more than `most` files side by side; files of tests do not count.
pub fn crowded(sources: &[Source], max_files: usize) -> Vec<String> {
    let mut n_files: BTreeMap<&str, usize> = BTreeMap::new();
    for source in sources.iter().filter(|source| !is_test_file(&source.path)) {
        let folder = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        *n_files.entry(folder).or_default() += 1;
    }
    let crowded = n_files.into_iter().filter(|(_, n)| *n > max_files);
    crowded
        .map(|(folder, n)| format!("src/{folder} holds {n} files, more than {max_files}"))
        .collect()
}
