//! What a user reads: for every command in `tests/cmd/` its help, a success and failures, line by line.
//!
//! A file of that folder is run in a folder of its own, which holds what is in `data/` beside it. Files under its `.out`
//! are what the commands must leave. What differs between machines is named below; times are `[..]`.
//! `TRYCMD=overwrite cargo test --test cmd` writes down what the program says now.

use std::path::Path;
use std::time::Duration;

use bmm::kernels::instruction_set;

/// Of the environment of whoever runs the tests, all that the program listens to: as if it were not set.
const UNSET: [&str; 8] = [
    "BMM_DATA",
    "COLORTERM",
    "COLUMNS",
    "LINES",
    "NO_COLOR",
    "RAYON_NUM_THREADS",
    "RAYON_RS_NUM_CPUS",
    "RUST_BACKTRACE",
];

#[test]
fn commands_say_what_is_written_down() {
    let cases = trycmd::TestCases::new();
    cases.register_bin("bmm", Path::new(env!("CARGO_BIN_EXE_bmm")));
    for name in UNSET {
        cases.env(name, "");
    }
    let kernel = instruction_set();
    let n_pages = if cfg!(feature = "fetch") { 16 } else { 15 };
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
