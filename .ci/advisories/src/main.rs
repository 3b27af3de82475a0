//! Holds the project's Cargo.lock against the advisories in `database/`, which `refresh` copies from the RustSec database.
//!
//! Vulnerable, unsound and unmaintained packages all count. What is allowed is named here, with the reason.

use rustsec::advisory::Informational;
use rustsec::report::Settings;
use rustsec::{Database, Lockfile, Report};
use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

/// Advisories that are known and borne.
const ALLOWED: &[(&str, &str)] = &[(
    "RUSTSEC-2025-0141",
    "bincode is complete and no longer maintained: pinned, in one file, with a way out (export)",
)];

fn main() -> ExitCode {
    match check(Path::new(env!("CARGO_MANIFEST_DIR"))) {
        Ok(problems) if problems.is_empty() => ExitCode::SUCCESS,
        Ok(problems) => {
            problems.iter().for_each(|problem| eprintln!("error: {problem}"));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn check(home: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let database = Database::open(&home.join("database"))?;
    let lockfile = Lockfile::load(home.join("../../Cargo.lock"))?;
    let about = std::fs::read_to_string(home.join("database/covered.txt"))?;
    let (commit, covered) = about.split_once('\n').ok_or("covered.txt has no list")?;
    let covered: BTreeSet<&str> = covered.lines().collect();
    let unknown = lockfile.packages.iter().filter(|package| !covered.contains(package.name.as_str()));
    let mut problems: Vec<String> = unknown
        .map(|package| format!("{} is not covered by the database: run .ci/advisories/refresh", package.name))
        .collect();

    let informational_warnings =
        vec![Informational::Unmaintained, Informational::Unsound, Informational::Notice];
    let settings = Settings { informational_warnings, ..Settings::default() };
    let report = Report::generate(&database, &lockfile, &settings);
    let vulnerable = report.vulnerabilities.list.iter().map(|found| (&found.advisory, &found.package));
    let warned = report.warnings.values().flatten();
    let warned = warned.filter_map(|found| Some((found.advisory.as_ref()?, &found.package)));
    let mut met = BTreeSet::new();
    for (advisory, package) in vulnerable.chain(warned) {
        let id = advisory.id.as_str();
        match ALLOWED.iter().find(|(allowed, _)| *allowed == id) {
            Some((_, reason)) => println!("allowed: {id} ({} {}): {reason}", package.name, package.version),
            None => problems.push(format!("{} {}: {id}, {}", package.name, package.version, advisory.title)),
        }
        met.insert(id.to_owned());
    }
    let idle = ALLOWED.iter().filter(|(id, _)| !met.contains(*id));
    problems.extend(idle.map(|(id, _)| format!("{id} is allowed but concerns no package: take it from the list")));
    println!("{} packages, {} advisories ({commit})", lockfile.packages.len(), database.iter().count());
    Ok(problems)
}
