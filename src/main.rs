//! The `bmm` program: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    bmm::cli::main()
}
