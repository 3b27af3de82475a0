//! Standard streams that are closed.

use super::*;

#[test]
fn standard_input_may_be_closed() {
    let sandbox = Sandbox::with_run();
    let run = sandbox.shell("exec \"$BMM\" eval data.idx --model run <&-");
    assert_eq!(run.code, Some(0), "{run:?}");
    sandbox.refused(1, || sandbox.shell("exec \"$BMM\" info - <&-"), &["-: "]);
}

#[test]
fn standard_error_may_be_closed() {
    let sandbox = Sandbox::with_run();
    let run = sandbox.shell("exec \"$BMM\" view --model run 2>&-");
    assert_eq!((run.code, &*run.err), (Some(0), ""));
    let run = sandbox.shell("exec \"$BMM\" view --model no/such 2>&-");
    assert_eq!((run.code, run.out.len()), (Some(1), 0));
}

#[test]
fn a_reader_that_went_away_is_no_error() {
    let sandbox = Sandbox::with_run();
    for words in [
        "--help",
        "--version",
        "train --help",
        "--quiet view --model run",
        "--quiet eval data.idx --model run --json",
        "--quiet assign data.idx --model run",
        "--quiet assign data.idx --model run --json",
        "--quiet complete data.idx --mask data.idx --model run",
        "--quiet complete data.idx --mask data.idx --model run --json",
        "--quiet sample --model run --json",
        "--quiet train --k 2 --data data.idx --out new",
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = sandbox.command(BMM);
        command.args(words.split(' ')).stdout(Stdio::from(writer));
        let run = Run::of(command.output().unwrap());
        assert_eq!((run.code, &*run.err), (Some(0), ""), "bmm {words}");
    }
    assert!(sandbox.path("new/model.bmm").exists());
}
