//! What the integration tests share: finding data that is not part of the repository, and saying so when it is missing.

#![allow(dead_code)] // each test file uses its part

pub mod program;

use std::path::{Path, PathBuf};

/// The file or folder `path` under `shared/` beside the repository, or `None`, with a note that names what was skipped.
///
/// # Panics
/// If it is missing and the environment variable `BMM_REQUIRE_DATA` is 1.
pub fn shared(path: &str) -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if found.exists() {
        return Some(found);
    }
    let required = std::env::var("BMM_REQUIRE_DATA").is_ok_and(|value| value == "1");
    assert!(!required, "BMM_REQUIRE_DATA is 1, but {} is missing", found.display());
    let thread = std::thread::current();
    eprintln!("skipped: {} needs {}", thread.name().unwrap_or("a test"), found.display());
    None
}
