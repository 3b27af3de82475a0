//! What a user reads: for every command in `tests/cmd/` its help, a success and failures, line by line.
//!
//! A file of that folder is run in a folder of its own, which holds what is in `data/` beside it. Files under its `.out`
//! are what the commands must leave. What differs between machines is named below; times are `[..]`.
//! `TRYCMD=overwrite cargo test --test cmd` writes down what the program says now.

use std::fs;
use std::path::Path;
use std::time::Duration;

use bmm::bench::kernels::instruction_set;

/// Of the environment of whoever runs the tests, all that the program listens to: as if it were not set.
const UNSET: [&str; 6] =
    ["BMM_DATA", "COLORTERM", "COLUMNS", "LINES", "NO_COLOR", "RUST_BACKTRACE"];

#[test]
fn commands_say_what_is_written_down() {
    let cases = trycmd::TestCases::new();
    cases.register_bin("bmm", Path::new(env!("CARGO_BIN_EXE_bmm")));
    for name in UNSET {
        cases.env(name, "");
    }
    let kernel = instruction_set();
    let n_pages = if cfg!(feature = "fetch") { 17 } else { 16 };
    let of_this_build = [
        ("[VERSION]", env!("CARGO_PKG_VERSION").to_owned()),
        ("[PAGES]", format!("{n_pages} pages")),
        ("[KERNEL]", format!("nibble tables, screened, {kernel}")),
        ("[DENSE_KERNEL]", format!("nibble tables, {kernel}")),
    ];
    cases.extend_vars(of_this_build).unwrap();
    cases.timeout(Duration::from_secs(120)).case("tests/cmd/*.trycmd");
    if cfg!(not(feature = "fetch")) {
        // The one names `fetch`, the other is its own.
        cases.skip("tests/cmd/help.trycmd").skip("tests/cmd/fetch.trycmd");
    }
    cases.run();
}

#[test]
fn every_command_has_its_help_a_success_and_two_failures() {
    let written = |name: &str| {
        let path = format!("tests/cmd/{name}.trycmd");
        fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
    };
    let help = written("help");
    let (_, listed) = help.split_once("Commands:\n").unwrap();
    let listed = listed.lines().take_while(|line| !line.is_empty());
    // What goes on in a second line is further right.
    let names = listed.filter(|line| !line.starts_with("   ")).filter_map(|line| {
        let name = line.split_whitespace().next()?;
        (name != "help").then_some(name)
    });
    let names: Vec<&str> = names.collect();
    assert!(names.len() >= 16, "{names:?}");
    for name in names {
        let text = written(name);
        let (mut helped, mut done, mut failed) = (false, 0, 0);
        for step in text.split("\n$ bmm ").skip(1).filter(|step| step.starts_with(name)) {
            let (words, answer) = step.split_once('\n').unwrap();
            helped |= words == format!("{name} --help");
            let is_failure = answer.starts_with("? ");
            failed += usize::from(is_failure && answer.contains("\nerror: "));
            done += usize::from(!is_failure && !words.ends_with("--help"));
        }
        assert!(helped && failed >= 2, "{name}: help {helped}, {failed} failures");
        // What `fetch` does with a network is told in `tests/fetch.rs`.
        assert!(done >= 1 || name == "fetch", "{name}: no success");
    }
}
