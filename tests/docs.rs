//! Every command of the pages runs, and prints what stands below it.
//!
//! The commands of a page run one after the other, in a folder that holds the files they name.
//! `BMM_UPDATE_DOCS=1 cargo test --test docs` writes what they print into the pages. Outputs that
//! a page shortens by `...` are then written whole, if they have changed.
#![cfg(unix)]

mod common;
#[path = "docs/page.rs"]
mod page;

use bmm::{Source, load};
use common::photo::photo;
use common::program::{BMM, Sandbox};
use image::GrayImage;
use page::{Example, Likeness};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A file or folder of the repository.
fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A folder with what pages take from the repository.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    for file in ["docs/half.png", "docs/tutorial/photo.jpg", "docs/tutorial/answers.csv"] {
        sandbox.write(file, std::fs::read(repository(file)).unwrap());
    }
    sandbox
}

/// What the commands of the README and the manual name: pictures and photos of digits, a table,
/// labels of some of its rows, means to import.
fn fill(sandbox: &Sandbox, mnist: &Path, lca: &Path) {
    std::fs::create_dir(sandbox.path("data")).unwrap();
    std::os::unix::fs::symlink(mnist.canonicalize().unwrap(), sandbox.path("data/mnist")).unwrap();
    std::fs::copy(lca.join("carcinoma.csv"), sandbox.path("carcinoma.csv")).unwrap();
    std::fs::copy(lca.join("carcinoma.csv"), sandbox.path("answers.csv")).unwrap();
    let label =
        |i: usize| if i.is_multiple_of(4) { format!("{}\n", i / 4 % 2) } else { "\n".into() };
    sandbox.write("some.txt", (0..118).map(label).collect::<String>());
    sandbox.done("sample -n 60 --model mnist-k100 --output digits.idx");
    let digits = load(&Source::new(sandbox.path("digits.idx"))).unwrap().pixels;
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
    for folder in ["pictures", "photos", "scans"] {
        std::fs::create_dir(sandbox.path(folder)).unwrap();
    }
    for i in 0..60 {
        let digit = GrayImage::from_raw(28, 28, digits.image(i).to_vec()).unwrap();
        digit.save(sandbox.path(format!("pictures/{i:02}.png"))).unwrap();
        let mut scan = digit;
        image::imageops::invert(&mut scan);
        scan.save(sandbox.path(format!("scans/{i:02}.png"))).unwrap();
        photo(digits.image(i), &mut rng).save(sandbox.path(format!("photos/{i:02}.png"))).unwrap();
    }
    std::fs::copy(sandbox.path("pictures/00.png"), sandbox.path("new.png")).unwrap();
    photo(digits.image(1), &mut rng).save(sandbox.path("photo.jpg")).unwrap();
    sandbox.done("train --quiet --k 10 --data data/mnist --n-init 1 --out models/mnist-k10-2");
    sandbox.done("export --output means.json");
}

/// Whether `python3` knows NumPy; if not, a note says what was skipped.
fn has_numpy() -> bool {
    let import =
        Command::new("python3").args(["-c", "import numpy"]).stderr(Stdio::null()).status();
    let found = import.is_ok_and(|status| status.success());
    if !found {
        let _ = writeln!(std::io::stderr(), "skipped: the examples in Python need NumPy");
    }
    found
}

/// What a command prints on both streams, in their order. It must succeed.
fn printed(example: &Example, sandbox: &Sandbox) -> String {
    let programs = Path::new(BMM).parent().unwrap().display().to_string();
    let path = format!("{programs}:{}", std::env::var("PATH").unwrap_or_default());
    let mut shell = sandbox
        .command("sh")
        .args(["-c", &format!("exec 2>&1\n{}", example.command)])
        .env("PATH", path)
        .env("HOME", sandbox.path("home"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read ends the pipe.
    let _ = shell.stdin.take().unwrap().write_all(example.input.as_bytes());
    let run = shell.wait_with_output().unwrap();
    let told = String::from_utf8(run.stdout).unwrap();
    assert!(run.status.success(), "{}\n{told}", example.command);
    told
}

/// Runs every command of the page `name` and compares what it prints, or writes that into the
/// page.
fn check(name: &str, sandbox: &Sandbox) {
    let page = std::fs::read_to_string(repository(name)).unwrap();
    let mut lines: Vec<&str> = page.lines().collect();
    let examples = page::examples(&page);
    assert!(!examples.is_empty(), "{name} has no commands");
    let is_python = |example: &Example| example.command.starts_with("python3");
    let leaves_python_out = examples.iter().any(is_python) && !has_numpy();
    let mut wrong = Vec::new();
    for example in examples.iter().filter(|e| !(leaves_python_out && is_python(e))) {
        let printed = printed(example, sandbox);
        let shown = example.shown.clone().map(|shown| (lines[shown.clone()].join("\n"), shown));
        if let Some((before, shown)) = shown
            && !example.likeness.holds(&before, &printed)
        {
            // Of a page that shows the beginning, the beginning.
            let is_whole = example.likeness == Likeness::WordForWord;
            let n_lines = if is_whole { usize::MAX } else { shown.len() };
            let printed: Vec<_> = printed.lines().take(n_lines).map(str::trim_end).collect();
            wrong.push((&example.command, before, printed.join("\n"), shown));
        }
    }
    if std::env::var_os("BMM_UPDATE_DOCS").is_some() {
        for (_, _, printed, shown) in wrong.iter().rev() {
            lines.splice(shown.clone(), printed.lines());
        }
        return std::fs::write(repository(name), lines.join("\n") + "\n").unwrap();
    }
    let wrong: String = wrong
        .iter()
        .map(|(command, shown, printed, _)| {
            format!("\n$ {command}\nprints\n{printed}\nbut the page shows\n{shown}\n")
        })
        .collect();
    assert!(wrong.is_empty(), "{name}; BMM_UPDATE_DOCS=1 mends it\n{wrong}");
}

#[test]
fn the_readme_the_manual_and_the_ladder_show_what_their_commands_print() {
    let (Some(mnist), Some(lca)) = (common::shared("data/mnist"), common::shared("data/lca"))
    else {
        return;
    };
    let sandbox = sandbox();
    fill(&sandbox, &mnist, &lca);
    for page in ["README.md", "docs/manual.md", "docs/performance.md"] {
        check(page, &sandbox);
    }
}

#[test]
fn the_tutorial_shows_what_its_commands_print() {
    check("docs/tutorial.md", &sandbox());
}

#[test]
fn the_model_file_is_as_its_page_says() {
    check("docs/model-format.md", &sandbox());
}

/// Runs the programs in `examples/` as `cargo test` has built them; they check what they print.
#[test]
fn every_example_runs() {
    let sandbox = sandbox();
    let built = Path::new(BMM).parent().unwrap().join("examples");
    for entry in std::fs::read_dir(repository("examples")).unwrap() {
        let program = built.join(entry.unwrap().path().file_stem().unwrap());
        if !program.is_file() {
            let name = program.display();
            let _ = writeln!(std::io::stderr(), "skipped: {name} is built by `cargo test` alone");
            continue;
        }
        let run = sandbox.command(&program).env("TMPDIR", sandbox.path(".")).output().unwrap();
        let told = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success(), "{}\n{told}", program.display());
    }
}
