//! The rules themselves: from tables and sources to findings, each one line with file and line number.

use super::source::{self, Code};

/// The architecture as data; paths are those under `src`, with slashes.
pub struct Rules {
    pub rows: &'static [&'static [&'static str]],
    pub rooms: &'static [(&'static str, &'static [&'static str])],
    pub homes: &'static [(&'static str, &'static [&'static str])],
    pub pure: &'static [&'static str],
    pub may_print: &'static [&'static str],
    pub may_be_unsafe: &'static [&'static str],
    pub may_be_long: &'static [&'static str],
    pub vague_names: &'static [&'static str],
    pub longest_file: usize,
    pub longest_function: usize,
    pub widest_comment: usize,
}

/// A file under `src`, parsed.
pub struct Source {
    pub path: String,
    pub text: String,
    pub code: Code,
}

impl Source {
    /// The file at `path` under `src`, with slashes, that holds `text`.
    pub fn new(path: &str, text: String) -> Self {
        Self { path: path.into(), code: Code::new(path, &text), text }
    }
}

/// The parts of the standard library that reach out of the process.
const OUTSIDE: [&str; 7] = ["env", "fs", "io", "net", "path", "process", "time"];
const PRINTING: [&str; 5] = ["println", "print", "eprintln", "eprint", "dbg"];

/// Everything in `sources` that breaks a rule.
pub fn check(rules: &Rules, sources: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources {
        let checked = Checked { rules, source };
        checked.shape(&mut findings);
        checked.words(&mut findings);
        checked.imports(&mut findings);
        checked.crates(&mut findings);
    }
    findings
}

/// Dependencies that have no home, and homes that are not lived in.
pub fn check_homes(rules: &Rules, dependencies: &[String], sources: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    for name in dependencies.iter().filter(|name| rules.homes_of(name).is_empty()) {
        findings.push(format!("Cargo.toml: {name} has no home in the table of tests/tidy.rs"));
    }
    for (name, homes) in rules.homes {
        if !dependencies.iter().any(|dependency| dependency == name) {
            findings.push(format!("tests/tidy.rs: {name} is no dependency"));
        }
        for home in *homes {
            let uses = |source: &Source| source.code.external(&[*name]).next().is_some();
            if !sources.iter().any(|source| is_in(&source.path, home) && uses(source)) {
                findings.push(format!("tests/tidy.rs: {name} is not used in its home {home}"));
            }
        }
    }
    findings
}

/// Whether `path` is the file `place`, or in the folder `place/`.
fn is_in(path: &str, place: &str) -> bool {
    path == place || (place.ends_with('/') && path.starts_with(place))
}

/// The module under the root that a file belongs to.
fn top(path: &str) -> &str {
    path.split('/').next().unwrap_or(path).trim_end_matches(".rs")
}

impl Rules {
    fn homes_of(&self, name: &str) -> &'static [&'static str] {
        self.homes.iter().find(|(known, _)| *known == name).map_or(&[], |(_, homes)| homes)
    }

    fn row(&self, module: &str) -> Option<usize> {
        self.rows.iter().position(|row| row.contains(&module))
    }
}

/// One file under the rules.
struct Checked<'a> {
    rules: &'a Rules,
    source: &'a Source,
}

impl Checked<'_> {
    fn top(&self) -> &str {
        top(&self.source.path)
    }

    fn finding(&self, line: usize, what: impl std::fmt::Display) -> String {
        format!("src/{}:{line}: {what}", self.source.path)
    }

    /// Header, name and lengths.
    fn shape(&self, findings: &mut Vec<String>) {
        let (rules, source) = (self.rules, self.source);
        if !source.text.starts_with("//!") {
            findings.push(self.finding(1, "begins without a //! header that says what it is for"));
        }
        if source.path.split('/').any(|p| rules.vague_names.contains(&p.trim_end_matches(".rs"))) {
            findings.push(self.finding(1, "has a vague name: name it after what it holds"));
        }
        let n_lines = source.text.lines().count();
        if n_lines > rules.longest_file {
            let max = rules.longest_file;
            findings.push(self.finding(n_lines, format!("{n_lines} lines, more than {max}")));
        }
        // A row of a table in a comment stays on its line.
        let is_comment = |line: &str| line.starts_with("//") && !line.contains(" | ");
        let is_wide = |line: &str| {
            is_comment(line.trim_start()) && line.chars().count() > rules.widest_comment
        };
        let wide = source.text.lines().enumerate().filter(|(_, line)| is_wide(line));
        findings.extend(wide.map(|(i, _)| {
            self.finding(i + 1, format!("a comment wider than {}", rules.widest_comment))
        }));
        if !rules.may_be_long.contains(&self.top()) {
            let functions = self.source.code.functions.iter();
            let long = functions.filter(|function| function.n_lines > rules.longest_function);
            findings.extend(long.map(|f| {
                let what = format!("function {} has {} lines", f.name, f.n_lines);
                self.finding(f.line, format!("{what}, more than {}", rules.longest_function))
            }));
        }
    }

    /// Printing, `unsafe`, and logic in the façade.
    fn words(&self, findings: &mut Vec<String>) {
        let is_test = source::is_test_file(&self.source.path);
        if !is_test && !self.rules.may_print.contains(&self.top()) {
            let macros = self.source.code.macros.iter();
            let prints = macros.filter(|(_, name)| PRINTING.contains(&name.as_str()));
            findings.extend(prints.map(|(line, name)| {
                self.finding(*line, format!("{name}! here, but only cli prints"))
            }));
        }
        let may_be_unsafe = &self.rules.may_be_unsafe;
        if ![self.top(), &self.source.path].iter().any(|place| may_be_unsafe.contains(place)) {
            let lines = self.source.code.unsafe_lines.iter();
            findings.extend(lines.map(|line| self.finding(*line, "unsafe where it may not be")));
        }
        if self.source.path == "lib.rs" {
            let functions = self.source.code.functions.iter();
            findings.extend(functions.map(|f| self.finding(f.line, "the façade holds no logic")));
        }
    }

    /// Imports of other modules, by rows, and of what pure modules must not see.
    fn imports(&self, findings: &mut Vec<String>) {
        let own = self.top();
        if own == "lib" {
            return;
        }
        let Some(row) = self.rules.row(own) else {
            findings
                .push(self.finding(1, format!("{own} has no row in the table of tests/tidy.rs")));
            return;
        };
        for (line, place) in self.source.code.internal() {
            let target = place.first().map_or("all", String::as_str);
            match self.rules.row(target) {
                None => findings.push(self.finding(
                    line,
                    format!("imports {target} from the crate root, not from its owner"),
                )),
                Some(_) if target == own => findings.extend(self.upper_room(line, &place)),
                Some(below) if below > row => {}
                Some(_) => {
                    findings.push(self.finding(line, format!("{own} must not import {target}")));
                }
            }
        }
        let is_test = source::is_test_file(&self.source.path);
        if !is_test && self.rules.pure.contains(&own) {
            let outside = self.source.code.standard().filter(|(_, part)| OUTSIDE.contains(part));
            findings.extend(outside.map(|(line, part)| {
                self.finding(line, format!("a pure module must not use std::{part}"))
            }));
        }
    }

    /// An import from a room above the file's own, within one module.
    fn upper_room(&self, line: usize, place: &[String]) -> Option<String> {
        let (_, rooms) = self.rules.rooms.iter().find(|(module, _)| *module == self.top())?;
        let rank = |room: &String| rooms.iter().position(|known| known == room);
        let (own, target) = (self.source.code.module.get(1)?, place.get(1)?);
        (rank(target)? < rank(own)?)
            .then(|| self.finding(line, format!("{own} must not import {target}")))
    }

    /// Third-party crates away from home; tests may use what they like.
    fn crates(&self, findings: &mut Vec<String>) {
        if source::is_test_file(&self.source.path) {
            return;
        }
        let names: Vec<&str> = self.rules.homes.iter().map(|(name, _)| *name).collect();
        for (line, name) in self.source.code.external(&names) {
            let homes = self.rules.homes_of(name);
            if !homes.iter().any(|home| is_in(&self.source.path, home)) {
                let what = format!("{name} is at home in {}, not here", homes.join(", "));
                findings.push(self.finding(line, what));
            }
        }
    }
}
