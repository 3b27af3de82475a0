//! What a user may have meant by a name that is not there.

use super::{demo, models};
use crate::cli::terminal::{Lines, hints, usage};
use crate::error::{DataProblem, Error, TableProblem};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Names are alike from here on, by the similarity of Jaro and Winkler (1990), from 0 to 1.
const ALIKE: f64 = 0.85;

/// The lines about `error`. For a name that is not there, the hint says what it may stand for.
pub(crate) fn lines(error: &Error) -> Lines {
    let meant = not_there(error).and_then(meant).or_else(|| column_meant(error));
    Lines { error: usage::message(error), hint: meant.or_else(|| hints::hint(error)) }
}

/// The column that was meant by a name that no column has.
fn column_meant(error: &Error) -> Option<String> {
    let Error::Data { problem: DataProblem::Table(problem), .. } = error else { return None };
    let TableProblem::NoColumn { name, columns } = &**problem else { return None };
    let alike =
        |column: &String| strsim::jaro_winkler(&name.to_lowercase(), &column.to_lowercase());
    let scored = columns.iter().map(|column| (alike(column), column));
    let best = scored.filter(|(alike, _)| *alike >= ALIKE).max_by(|a, b| a.0.total_cmp(&b.0))?;
    Some(format!("did you mean {}?", best.1))
}

fn not_there(error: &Error) -> Option<&Path> {
    let path = match error {
        Error::Io { path, source } if source.kind() == ErrorKind::NotFound => path,
        // One of several sources.
        Error::Data { path, problem: DataProblem::Unreadable(_) } => path,
        _ => return None,
    };
    // A link that leads nowhere is there.
    let found = path.symlink_metadata();
    found.is_err_and(|e| e.kind() == ErrorKind::NotFound).then_some(path)
}

fn meant(path: &Path) -> Option<String> {
    let written = path.to_string_lossy();
    if ["http://", "https://"].iter().any(|scheme| written.starts_with(scheme)) {
        return Some(format!(
            "download it first, such as by `curl -LO '{written}'`, and give the file"
        ));
    }
    published(path).or_else(|| similar(path).map(|name| format!("did you mean {name}?")))
}

/// How to get a published data set that was named as if it were there.
#[cfg(feature = "fetch")]
fn published(path: &Path) -> Option<String> {
    let name = path.to_str()?.split(':').next()?;
    let is_known = crate::data::PublishedSet::ALL.iter().any(|set| set.name() == name);
    is_known.then(|| format!("run `bmm fetch {name}`, then give data/{name}"))
}

/// A build without a network offers nothing.
#[cfg(not(feature = "fetch"))]
fn published(_: &Path) -> Option<String> {
    None
}

/// The name most like `path`: beside it, under `data/` or `models/`, or built in.
fn similar(path: &Path) -> Option<String> {
    let written = path.to_str()?;
    // `data/minst:test` may be a split of what is there.
    let (written, split) = match written.rsplit_once(':') {
        Some((path, split @ ("train" | "test"))) => (path, format!(":{split}")),
        _ => (written, String::new()),
    };
    let path = Path::new(written);
    let name = path.file_name()?.to_str()?;
    let alike = |there: &PathBuf| -> Option<f64> {
        let found = there.file_name()?.to_str()?;
        let alike = strsim::jaro_winkler(&name.to_lowercase(), &found.to_lowercase());
        (alike >= ALIKE && there != path).then_some(alike)
    };
    let scored = candidates(path).into_iter().filter_map(|there| Some((alike(&there)?, there)));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(&a.1)))?;
    Some(format!("{}{split}", best.1.display()))
}

fn candidates(path: &Path) -> Vec<PathBuf> {
    let parent = path.parent().unwrap_or(Path::new(""));
    let is_bare = parent.as_os_str().is_empty();
    let mut found = entries(parent);
    if is_bare {
        found.extend(entries(Path::new("data")));
        found.extend(entries(Path::new(models::FOLDER)));
        found.extend([demo::NAME, demo::BUILT_IN[0]].map(PathBuf::from));
    }
    // In a misspelt folder: what is in the folder that was meant.
    if let (Some(grand), Some(folder)) = (parent.parent(), parent.file_name()) {
        let is_meant = |there: &PathBuf| {
            let names = (there.file_name().and_then(|n| n.to_str()), folder.to_str());
            matches!(names, (Some(a), Some(b)) if a != b && strsim::jaro_winkler(a, b) >= ALIKE)
        };
        found.extend(entries(grand).into_iter().filter(is_meant).flat_map(|there| entries(&there)));
    }
    found
}

/// What is in a folder, as a user would write it; nothing if it cannot be read.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = fs::read_dir(here).into_iter().flatten().flatten();
    entries.map(|entry| folder.join(entry.file_name())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spelt_alike_is_found_with_its_split() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("mnist")).unwrap();
        fs::write(folder.path().join("answers.csv"), "1\n").unwrap();
        let found = |name: &str| similar(&folder.path().join(name));
        let there = |name: &str| Some(folder.path().join(name).display().to_string());
        assert_eq!(found("mnsit:test"), there("mnist").map(|path| path + ":test"));
        assert_eq!(found("anwsers.csv"), there("answers.csv"));
        assert_eq!(found("something-else"), None);
    }

    #[test]
    fn built_in_names_count() {
        assert_eq!(similar(Path::new("dmeo")), Some("demo".into()));
        assert_eq!(similar(Path::new("mnist-k10")), Some("mnist-k100".into()));
    }
}
