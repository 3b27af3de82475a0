//! The help: defaults and examples. What it says stands in `tests/cmd/`.

use super::*;

const COMMANDS: &[&str] = &[
    "train",
    "sweep",
    "assign",
    "view",
    "eval",
    "compare",
    "sample",
    "complete",
    "info",
    "export",
    "import",
    "bench",
    "pack",
    #[cfg(feature = "fetch")]
    "fetch",
    "completions",
    "man",
];

/// The paragraph of each flag, from its line to the next one.
fn flags(help: &str) -> Vec<String> {
    let mut flags: Vec<String> = Vec::new();
    for line in help.lines() {
        if line.trim_start().starts_with('-') && !line.trim_start().starts_with("- ") {
            flags.push(line.into());
        } else if let Some(last) = flags.last_mut() {
            *last += line;
        }
    }
    flags
}

#[test]
fn every_flag_has_a_default_unless_it_must_be_given() {
    let sandbox = Sandbox::new();
    for command in COMMANDS {
        let help = sandbox.done(&format!("{command} --help")).text();
        let usage = help.lines().find(|line| line.starts_with("Usage:")).unwrap();
        let (_, options) = help.split_once("Options:").unwrap();
        let flags = flags(options);
        assert!(flags.len() >= 6, "{help}");
        for flag in flags {
            let name = flag.split_whitespace().next().unwrap();
            let needs_none = usage.contains(name) || name.starts_with("-h");
            assert!(needs_none || flag.contains("[default: "), "{command}: {flag}");
        }
    }
}

#[test]
fn every_help_ends_with_two_examples() {
    let sandbox = Sandbox::new();
    for command in COMMANDS.iter().chain([&""]) {
        for flag in ["--help", "-h"] {
            let help = sandbox.done(&format!("{command} {flag}")).text();
            let (_, examples) = help.split_once("Examples:\n").unwrap();
            let examples: Vec<&str> = examples.trim_end().lines().collect();
            assert_eq!(examples.len(), 2, "{command}: {examples:?}");
            let start = format!("  bmm {command}");
            assert!(examples.iter().all(|example| example.starts_with(&start)), "{examples:?}");
        }
    }
}

#[test]
fn the_flags_of_the_examples_exist() {
    let sandbox = Sandbox::new();
    for command in COMMANDS {
        let help = sandbox.done(&format!("{command} --help")).text();
        let (options, examples) = help.split_once("Examples:\n").unwrap();
        // Behind a bar are those of another program.
        let ours = examples.lines().flat_map(|line| line.split('|').next());
        let words = ours.flat_map(str::split_whitespace);
        for flag in words.filter(|word| word.starts_with('-')) {
            let known = options.split_whitespace().any(|word| word == flag);
            assert!(known, "{command}: {flag}");
        }
    }
}

#[test]
fn completions_and_manual_pages_come_as_text_and_as_one_document() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let text = sandbox.done(&format!("completions {shell}")).text();
        assert!(text.contains("components-per-label"), "{shell}");
        let document = sandbox.done(&format!("completions {shell} --json")).json();
        assert_eq!(document["script"], text, "{shell}");
    }
    assert!(sandbox.done("man").text().contains(".TH bmm 1"));
    assert!(sandbox.done("man --json").json()["page"].is_string());
    let document = sandbox.done("man --out pages --json").json();
    assert!(document["files"].as_array().unwrap().contains(&"bmm-train.1".into()));
    assert!(sandbox.path("pages/bmm-train.1").exists());
}
