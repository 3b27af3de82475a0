//! Places that are taken, closed or full: nothing is written, nothing lost.

use super::*;

const TRAIN: &str = "train --k 2 --data data.idx --out";

#[test]
fn a_run_that_exists_is_kept_without_force() {
    let sandbox = Sandbox::with_run();
    refuses(&sandbox, &format!("{TRAIN} run"), &["run", "already exists"]);
    sandbox.write("a.json", r#"{"weights": [1], "means": [[0.1]]}"#);
    refuses(&sandbox, "import a.json --out run", &["run", "already exists"]);
}

#[test]
fn a_folder_that_is_no_run_is_kept_even_with_force() {
    let sandbox = Sandbox::with_run();
    sandbox.write("mine/thesis.tex", "years of work");
    sandbox.write("run/notes.txt", "mine too");
    sandbox.write("hidden/model.bmm", "mine");
    sandbox.write("hidden/.git", "mine too");
    sandbox.write("similar/model.bmm", "mine");
    sandbox.write("similar/means.txt", "mine too");
    for folder in ["mine", "run", "hidden", "similar", ".", "data.idx"] {
        refuses(&sandbox, &format!("{TRAIN} {folder} --force"), &[folder, "already exists"]);
    }
}

#[test]
fn a_file_that_exists_is_kept_without_force() {
    let sandbox = Sandbox::with_run();
    for name in ["a.json", "a.txt", "a.png", "a.csv"] {
        sandbox.write(name, "precious");
    }
    for words in [
        "export --model run --output a.json",
        "view --model run --output a.txt",
        "view --model run --output a.png",
        "sample --model run --output a.png",
        "assign data.idx --model run --output a.csv",
    ] {
        let name = words.rsplit(' ').next().unwrap();
        refuses(&sandbox, words, &[name, "already exists"]);
    }
}

#[test]
fn a_place_below_a_file_cannot_be_written() {
    let sandbox = Sandbox::with_run();
    let parts = ["data.idx/new", "not a directory"];
    refuses(&sandbox, &format!("{TRAIN} data.idx/new"), &parts);
    refuses(&sandbox, "export --model run --output data.idx/new.csv", &["data.idx/new.csv"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_place_that_the_system_keeps_to_itself_cannot_be_written() {
    let sandbox = Sandbox::with_run();
    for place in ["/proc/new", "/sys/new"] {
        refuses(&sandbox, &format!("{TRAIN} {place}"), &[place]);
        refuses(&sandbox, &format!("export --model run --output {place}.csv"), &[place]);
    }
}

#[cfg(unix)]
#[test]
fn a_folder_without_permission_cannot_be_written() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::with_run();
    let locked = sandbox.path("locked");
    std::fs::create_dir(&locked).unwrap();
    std::fs::set_permissions(&locked, PermissionsExt::from_mode(0o555)).unwrap();
    if std::fs::write(locked.join("probe"), "").is_ok() {
        eprintln!("skipped: permission bits do not bind this user");
        return;
    }
    let parts = ["locked/new", "permission denied"];
    refuses(&sandbox, &format!("{TRAIN} locked/new"), &parts);
    refuses(&sandbox, "export --model run --output locked/new.csv", &["permission denied"]);
}

/// Runs the program where no file may grow beyond 8 blocks of 512 or 1024 bytes.
fn with_little_room(sandbox: &Sandbox, args: &str) -> Run {
    sandbox.shell(&format!("trap '' XFSZ; ulimit -f 8; exec \"$BMM\" {args}"))
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_nothing_new_and_loses_nothing_old() {
    let sandbox = Sandbox::with_run();
    for out in ["new", "deep/er/new", "run --force"] {
        let run = || with_little_room(&sandbox, &format!("{TRAIN} {out}"));
        sandbox.refused(1, run, &["too large"]);
    }
    sandbox.done("assign data.idx --model run --quiet");
}

#[cfg(unix)]
#[test]
fn a_full_disk_keeps_the_file_that_was_to_be_replaced() {
    let sandbox = Sandbox::with_run();
    sandbox.write("a.idx", "precious");
    sandbox.write("many.idx", two_kinds(2000));
    sandbox.write("mask.idx", idx(&[1, 4, 4], [255; 16]));
    for args in [
        "sample --model run -n 2000",
        "assign many.idx --model run",
        "assign many.idx --model run --json",
        "complete many.idx --mask mask.idx --model run",
    ] {
        let args = format!("{args} --output a.idx --force");
        sandbox.refused(1, || with_little_room(&sandbox, &args), &["a.idx", "too large"]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_an_error() {
    let sandbox = Sandbox::with_run();
    let words = "assign data.idx --model run --output /dev/full";
    refuses(&sandbox, words, &["/dev/full", "no space left"]);
    for args in ["assign data.idx", "assign data.idx --json", "sample --json"] {
        let line = format!("exec \"$BMM\" {args} --model run > /dev/full");
        sandbox.refused(1, || sandbox.shell(&line), &["standard output", "no space left"]);
    }
}
