//! Keeps the house as `ARCHITECTURE.md` draws it: who may import whom, where each third-party crate lives, what the
//! pure modules must not touch, and how long a file or a function may get. The tables are data; a change of the
//! architecture is a change here, made on purpose.

#[path = "tidy/circles.rs"]
mod circles;
#[path = "tidy/rules.rs"]
mod rules;
#[path = "tidy/source.rs"]
mod source;

use rules::{Rules, Source, check};
use std::fs;
use std::path::Path;

const RULES: Rules = Rules {
    // From top to bottom; a module imports from itself and from rows below its own.
    rows: &[
        &["main"],
        &["cli"],
        &["em", "data", "model_file", "render"],
        &["mixture"],
        &["reference"],
        &["scorer"],
        &["kernels"],
        &["bits", "metrics", "npy", "parallel", "record"],
        &["digest", "file_kind"],
        &["error"],
        &["wording"],
    ],
    // The rooms of a module, from top to bottom likewise.
    rooms: &[("cli", &["commands", "run_folder", "results", "input", "terminal"])],
    // Where each third-party crate is used: files, or folders with a slash at the end. Test modules are free.
    homes: &[
        ("base64", &["render/report/mod.rs"]),
        ("bincode", &["model_file/payload.rs"]),
        ("clap", &["cli/"]),
        ("clap_complete", &["cli/commands/completions.rs"]),
        ("clap_mangen", &["cli/commands/man.rs"]),
        ("comfy_table", &["cli/terminal/tables.rs"]),
        ("csv", &["cli/terminal/output.rs", "model_file/exchange/csv.rs"]),
        ("ctrlc", &["cli/terminal/progress.rs"]),
        (
            "flate2",
            &[
                "cli/input/demo.rs",
                "data/read/npz/zip.rs",
                "data/read/stream/gunzip.rs",
                "data/write.rs",
            ],
        ),
        ("image", &["data/read/pictures.rs", "render/"]),
        ("indicatif", &["cli/terminal/progress.rs"]),
        ("libc", &["cli/terminal/memory.rs"]),
        ("libm", &["em/", "metrics/", "mixture/", "record/criteria.rs", "scorer/component.rs"]),
        ("memmap2", &["data/read/mapped.rs"]),
        ("mnist", &["data/read/raw_mnist.rs"]),
        ("nalgebra", &["cli/commands/bench/", "data/photo/paper.rs", "em/", "reference.rs"]),
        ("noto_sans_mono_bitmap", &["render/canvas.rs"]),
        ("open", &["cli/commands/view.rs"]),
        ("pathfinding", &["metrics/matching.rs"]),
        ("plotters", &["render/plot/"]),
        ("plotters_backend", &["render/plot/page.rs"]),
        (
            "rand_distr",
            &[
                "data/binarize/mod.rs",
                "em/uncertainty/bootstrap.rs",
                "em/model_choice/held_out.rs",
                "em/init/",
                "mixture/",
            ],
        ),
        (
            "rand_xoshiro",
            &[
                "data/binarize/mod.rs",
                "em/uncertainty/bootstrap.rs",
                "em/model_choice/held_out.rs",
                "em/init/",
                "mixture/",
            ],
        ),
        ("rayon", &["parallel.rs"]),
        ("rustix", &["model_file/atomic/mod.rs"]),
        ("safetensors", &["model_file/exchange/safetensors.rs"]),
        (
            "serde",
            &[
                "cli/",
                "data/read/packed/mod.rs",
                "em/report.rs",
                "mixture/",
                "model_file/",
                "npy/mod.rs",
                "record/",
            ],
        ),
        ("serde_json", &["cli/", "data/read/packed/mod.rs", "model_file/exchange/", "npy/mod.rs"]),
        ("sha2", &["digest.rs"]),
        ("strsim", &["cli/input/names.rs"]),
        ("tempfile", &["model_file/atomic/mod.rs"]),
        ("terminal_size", &["cli/terminal/console.rs"]),
        ("thiserror", &["data/read/stream/bounded.rs", "error/"]),
        ("ureq", &["data/download.rs"]),
        ("unicode_width", &["render/caption.rs"]),
    ],
    // These never print, open a path, read a clock or an environment variable.
    pure: &[
        "em",
        "mixture",
        "scorer",
        "kernels",
        "bits",
        "metrics",
        "npy",
        "parallel",
        "digest",
        "record",
        "reference",
    ],
    may_print: &["cli"],
    may_be_unsafe: &["kernels", "cli/terminal/memory.rs", "data/read/mapped.rs"],
    may_be_long: &["kernels"],
    vague_names: &["util", "utils", "common", "helper", "helpers", "misc"],
    longest_file: 400,
    longest_function: 80,
    widest_comment: 100,
};

/// Files side by side in a folder of `src`, tests not counted.
const MAX_FILES: usize = 14;

/// Homes of one crate: files or folders.
const MAX_HOMES: usize = 7;

#[test]
fn the_sources_keep_the_architecture() {
    let findings = check(&RULES, &sources());
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let findings = circles::circles(&sources());
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn no_folder_is_crowded() {
    let findings = circles::crowded(&sources(), MAX_FILES);
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn the_checker_sees_a_planted_circle() {
    let files = |texts: &[(&str, &str)]| -> Vec<Source> {
        texts.iter().map(|(path, text)| Source::new(path, (*text).into())).collect()
    };
    let line = [
        ("em/mod.rs", "mod a;\nmod b;\nuse a::A;\nfn f() {}"),
        ("em/a.rs", "use super::f;\nuse crate::bits::B;"),
        ("em/b.rs", "use super::a::A;"),
        ("bits/mod.rs", "mod c;\npub use c::B;"),
        ("bits/c.rs", "#[cfg(test)]\nmod tests {\n    use crate::em::b::X;\n}"),
    ];
    assert_eq!(circles::circles(&files(&line)), Vec::<String>::new());
    // A circle of three files, closed by a path in an expression, and by one in a macro.
    for planted in ["fn g() { crate::em::b::h() }", "fn g() { assert!(crate::em::b::h()) }"] {
        let mut closed = files(&line);
        closed[4] = Source::new("bits/c.rs", planted.into());
        closed[3] = Source::new("bits/mod.rs", "mod c;\nfn k() {}".into());
        closed[1] = Source::new("em/a.rs", "use crate::bits::c::g;".into());
        let found = circles::circles(&closed);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].contains("bits/c is tied into a circle by em/b"), "{found:?}");
    }
    // Two files that import each other by the names that their parent exports.
    let exporting = [
        ("em/mod.rs", "mod a;\nmod b;\npub use a::A;\npub(crate) use b::B;"),
        ("em/a.rs", "use super::B;"),
        ("em/b.rs", "use crate::em::A;"),
    ];
    assert_eq!(circles::circles(&files(&exporting)).len(), 2);
    let crowd: Vec<Source> =
        (0..3).map(|i| Source::new(&format!("em/{i}.rs"), "".into())).collect();
    assert_eq!(circles::crowded(&crowd, 2), ["src/em holds 3 files, more than 2"]);
    assert!(circles::crowded(&crowd, 3).is_empty());
}

/// Prints the table that `ARCHITECTURE.md` points to: `cargo test --test tidy -- --nocapture`.
#[test]
fn every_crate_has_few_homes() {
    for (name, homes) in RULES.homes {
        println!("{name:22} {}", homes.join(", "));
        assert!(homes.len() <= MAX_HOMES, "{name} has {} homes", homes.len());
    }
}

#[test]
fn every_dependency_has_a_home_and_lives_there() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let findings = rules::check_homes(&RULES, &source::dependencies(&manifest), &sources());
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn the_checker_sees_a_wrong_import_in_every_dress() {
    for line in [
        "use crate::data::Pixels;",
        "use crate::{bits::BitMatrix, data::Pixels};",
        "use crate::{\n    bits::{BitMatrix, row_bytes},\n    data::{self, Pixels},\n};",
        "use super::super::super::data::Pixels;",
        "pub(super) use crate::data as numbers;",
        "fn f(p: &crate::data::Pixels) {}",
        "mod inner {\n    use super::super::super::super::data::Pixels;\n}",
        "#[cfg(test)]\nmod tests {\n    use crate::data::Pixels;\n}",
        "use std::fmt; /* why */ use crate::data::Pixels;",
        "const A: char = '\"'; use crate::data::Pixels;",
        "fn f<'a>(x: &'a u8) { crate::data::load(x) }",
    ] {
        assert_finding("em/init/new.rs", line, "em must not import data");
    }
    assert_finding("kernels/new.rs", "use crate::mixture::BernoulliMixture;", "must not import");
    assert_finding("em/new.rs", "use crate::BernoulliMixture;", "crate root");
    assert_finding("em/new.rs", "use crate::*;", "crate root");
    assert_finding("em/new.rs", "use crate::{self as bmm};", "crate root");
    assert_finding("novelty.rs", "", "no row");
    let upward = "use crate::cli::results::trust::Trust;";
    assert_finding("cli/terminal/new.rs", upward, "terminal must not import results");
    assert_eq!(findings("cli/commands/new.rs", upward), Vec::<String>::new());
    assert_finding("lib.rs", "fn f() {}", "façade");
}

#[test]
fn the_checker_sees_a_crate_that_left_its_home() {
    for line in [
        "use rayon::prelude::*;",
        "use ::rayon::prelude::*;",
        "use {rayon::prelude::*, std::fmt};",
        "use rayon as threads;",
        "fn f() { rayon::current_num_threads(); }",
        "#[derive(rayon::Magic)]\nstruct S;",
    ] {
        assert_finding("em/starts.rs", line, "rayon is at home in");
    }
}

#[test]
fn the_checker_sees_what_pure_modules_must_not_touch() {
    for line in [
        "use std::fs;",
        "use std::{fmt, fs::File};",
        "use std::time::Instant;",
        "fn f() -> Option<String> { std::env::var(\"A\").ok() }",
        "use std::io::{self, Write};",
    ] {
        assert_finding("mixture.rs", line, "a pure module must not use std::");
    }
    assert_finding("data/new.rs", "fn f() { eprintln!(\"hello\"); }", "only cli prints");
    assert_finding("data/new.rs", "fn f() { dbg! (1); }", "only cli prints");
    assert_finding("bits.rs", "fn f() { unsafe { g() } }", "unsafe where it may not be");
}

#[test]
fn the_checker_sees_shapeless_files() {
    assert_eq!(findings("bits.rs", "use crate::error::Error;\n").len(), 0);
    let bare = Source::new("bits.rs", "use std::fmt;\n".into());
    assert!(check(&RULES, &[bare])[0].contains("//! header"));
    assert_finding("bits.rs", &"\n".repeat(401), "lines, more than 400");
    let long = format!("fn long() {{\n{}}}\n", "    f();\n".repeat(79));
    assert_finding("bits.rs", &long, "function long has 81 lines");
    assert!(findings("kernels/new.rs", &long).is_empty());
    assert!(findings("bits.rs", &long.replacen("    f();\n", "", 1)).is_empty());
    assert_finding("data/utils.rs", "", "vague name");
    assert_finding("data/new.rs", &format!("// {}", "x".repeat(98)), "a comment wider than 100");
    assert!(findings("data/new.rs", &format!("// {}", "x".repeat(97))).is_empty());
    assert_finding("data/common/mod.rs", "", "vague name");
}

#[test]
fn the_checker_is_not_fooled_by_comments_strings_and_namesakes() {
    for line in [
        "// use crate::data::Pixels;",
        "/* use crate::data::Pixels; /* nested */ use rayon::prelude::*; */",
        "const A: &str = \"use crate::data::Pixels; println!()\";",
        "const A: &str = \"\\\"; use crate::data::Pixels;\";",
        "const A: &str = r#\"say \"use crate::data::X\" unsafe\"#;",
        "const A: &[u8] = br\"unsafe { std::fs::read() }\";",
        "/// As [`crate::data::Pixels`], with `rayon::join`.\nfn f() {}",
        "fn f(x: &X) { x.rayon().println(); }",
        "mod rayon;\nfn f() { rayon::start(); }",
        "use super::rayon;\nfn f() { rayon::start(); }",
        "pub(in crate::em) fn f() {}",
        "#[cfg(test)]\nmod tests {\n    use rayon::prelude::*;\n}",
    ] {
        assert_eq!(findings("em/new.rs", line), Vec::<String>::new(), "{line}");
    }
}

#[test]
fn the_checker_sees_a_dependency_without_a_home_and_a_home_without_use() {
    let manifest = "[dependencies]\nlibm = \"0.2\"\nnew-thing = { version = \"1\" }\n\n\
        [target.'cfg(unix)'.dependencies]\nother = \"1\"\n\n[dependencies.third]\nversion = \"1\"\n\n\
        [dev-dependencies]\nproptest = \"1\"\n";
    let names = source::dependencies(manifest);
    assert_eq!(names, ["libm", "new_thing", "other", "third"]);
    let findings = rules::check_homes(&RULES, &names, &[]);
    assert!(findings.iter().any(|f| f.contains("new_thing has no home")));
    assert!(findings.iter().any(|f| f.contains("clap is no dependency")));
    assert!(
        findings.iter().any(|f| f.contains("libm is not used in its home scorer/component.rs"))
    );
}

/// What is found in one file of these lines under a header of its own.
fn findings(path: &str, lines: &str) -> Vec<String> {
    let text = if lines.starts_with('\n') { lines.into() } else { format!("\n{lines}\n") };
    check(&RULES, &[Source::new(path, format!("//! A file.{text}"))])
}

fn assert_finding(path: &str, lines: &str, expected: &str) {
    let findings = findings(path, lines);
    assert!(findings.iter().any(|f| f.contains(expected)), "{lines}\n{findings:?}");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file under `src`, by its path in there with slashes.
fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root().join("src"), "", &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn collect(folder: &Path, prefix: &str, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{prefix}{name}");
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{path}/"), found);
        } else if name.ends_with(".rs") {
            found.push(Source::new(&path, fs::read_to_string(entry.path()).unwrap()));
        }
    }
}
