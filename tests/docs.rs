//! Every command of the README does what it says there: run one after the other, in a folder that holds what they name.
#![cfg(unix)]

mod common;

use bmm::data::{Source, load};
use common::photo::photo;
use common::program::{BMM, Sandbox};
use image::GrayImage;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use std::path::Path;
use std::process::Command;

/// The lines of all shell blocks that begin with the program's name, without their remarks.
fn commands(page: &str) -> Vec<String> {
    let mut is_shell = false;
    let mut found = Vec::new();
    for line in page.lines() {
        if line.starts_with("```") {
            is_shell = line == "```sh";
        } else if is_shell && line.starts_with("bmm ") {
            let command = line.split(" # ").next().unwrap_or(line);
            found.push(command.trim().to_owned());
        }
    }
    found
}

/// What the commands name: pictures and photos of digits, a table, labels of some of its rows, means to import.
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
    for folder in ["pictures", "photos", "docs"] {
        std::fs::create_dir(sandbox.path(folder)).unwrap();
    }
    for i in 0..60 {
        let digit = GrayImage::from_raw(28, 28, digits.image(i).to_vec()).unwrap();
        digit.save(sandbox.path(format!("pictures/{i:02}.png"))).unwrap();
        photo(digits.image(i), &mut rng).save(sandbox.path(format!("photos/{i:02}.png"))).unwrap();
    }
    std::fs::copy(sandbox.path("pictures/00.png"), sandbox.path("new.png")).unwrap();
    photo(digits.image(1), &mut rng).save(sandbox.path("photo.jpg")).unwrap();
    let half = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/half.png");
    std::fs::copy(half, sandbox.path("docs/half.png")).unwrap();
    sandbox.done("train --quiet --k 10 --data data/mnist --n-init 1");
    sandbox.done("train --quiet --k 10 --data data/mnist --n-init 1 --seed 1");
    sandbox.done("export --model models/mnist-k10 --output means.json");
}

#[test]
fn every_command_of_the_readme_runs() {
    let (Some(mnist), Some(lca)) = (common::shared("data/mnist"), common::shared("data/lca"))
    else {
        return;
    };
    let page =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let sandbox = Sandbox::new();
    fill(&sandbox, &mnist, &lca);
    let commands = commands(&page);
    assert!(commands.len() > 20, "{commands:?}");
    let programs = Path::new(BMM).parent().unwrap().display().to_string();
    let path = format!("{programs}:{}", std::env::var("PATH").unwrap_or_default());
    for command in &commands {
        let mut shell: Command = sandbox.command("sh");
        let run = shell
            .args(["-c", command])
            .env("PATH", &path)
            .env("HOME", sandbox.path("home"))
            .output();
        let run = run.unwrap();
        let told = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success(), "{command}\n{told}");
    }
}
