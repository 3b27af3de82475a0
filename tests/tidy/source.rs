//! Just enough understanding of Rust text: words and marks without comments and strings, paths with their braces
//! expanded, functions with their lengths.

use std::collections::BTreeSet;

/// A word, or a mark: `::` or a single character.
#[derive(Debug, Clone, PartialEq)]
struct Token {
    line: usize,
    text: String,
}

/// A path as written, `a::b::c`, with the module it stands in.
#[derive(Debug, Clone)]
struct CodePath {
    line: usize,
    /// Modules from the root down to where it stands.
    module: Vec<String>,
    segments: Vec<String>,
    /// Written with `::` in front.
    absolute: bool,
    in_use: bool,
}

/// A function and its length, from `fn` to the closing brace.
pub struct Function {
    pub name: String,
    pub line: usize,
    pub n_lines: usize,
}

/// The tokens of one file.
#[derive(Debug, Clone)]
pub struct Code {
    module: Vec<String>,
    tokens: Vec<Token>,
}

/// Whether a file holds nothing but the tests of another.
pub fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.ends_with("_tests.rs")
}

/// The names under `[dependencies]` and `[target.*.dependencies]`, as code writes them.
pub fn dependencies(manifest: &str) -> Vec<String> {
    let (mut names, mut inside) = (Vec::new(), false);
    for line in manifest.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[') {
            let header = header.trim_end_matches(']');
            inside = header == "dependencies" || header.ends_with(".dependencies");
            names.extend(header.strip_prefix("dependencies.").map(|name| name.replace('-', "_")));
        } else if let Some((name, _)) = line.split_once('=').filter(|_| inside) {
            names.push(name.trim().split('.').next().unwrap_or(name).replace('-', "_"));
        }
    }
    names
}

impl Code {
    /// The code of the file at `path` under `src`.
    pub fn new(path: &str, text: &str) -> Self {
        let stem = path.trim_end_matches(".rs").trim_end_matches("/mod");
        let is_root = stem == "lib" || stem == "main";
        let module = stem.split('/').filter(|_| !is_root).map(str::to_owned).collect();
        Self { module, tokens: tokens(&blanked(text)) }
    }

    /// The same without the items under `#[cfg(test)]`.
    pub fn without_tests(&self) -> Self {
        const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
        let mut tokens = Vec::new();
        let mut rest = &self.tokens[..];
        while let Some((first, others)) = rest.split_first() {
            let is_mark = rest.len() >= 7 && rest.iter().zip(MARK).all(|(t, mark)| t.text == mark);
            if is_mark {
                rest = &rest[item_len(rest)..];
            } else {
                tokens.push(first.clone());
                rest = others;
            }
        }
        Self { module: self.module.clone(), tokens }
    }

    /// The lines where `word` stands.
    pub fn words<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.tokens.iter().filter(move |t| t.text == word).map(|t| t.line)
    }

    /// The macros called, by name.
    pub fn macros(&self) -> impl Iterator<Item = (usize, &str)> {
        let pairs = self.tokens.windows(2).filter(|pair| pair[1].text == "!");
        pairs.map(|pair| (pair[0].line, pair[0].text.as_str()))
    }

    /// The modules under the root that paths lead to; a name that is not a module is one of the root itself.
    pub fn internal(&self) -> impl Iterator<Item = (usize, String)> {
        let resolved = |path: CodePath| Some((path.line, path.resolved()?.first()?.clone()));
        self.paths().into_iter().filter_map(resolved)
    }

    /// The parts of the standard library that paths lead to.
    pub fn standard(&self) -> impl Iterator<Item = (usize, String)> {
        let part = |path: CodePath| match path.segments.as_slice() {
            [std, part, ..] if std == "std" || std == "core" => Some((path.line, part.clone())),
            _ => None,
        };
        self.paths().into_iter().filter_map(part)
    }

    /// The uses of the crates `names`.
    pub fn external<'a>(&self, names: &'a [&str]) -> impl Iterator<Item = (usize, String)> + 'a {
        let local = self.local_names();
        let name = move |path: CodePath| {
            let name = path.segments.first().filter(|name| names.contains(&name.as_str()))?;
            let is_path = path.in_use || path.segments.len() > 1;
            let is_local = !path.absolute && local.contains(name);
            (is_path && !is_local).then(|| (path.line, name.clone()))
        };
        self.paths().into_iter().filter_map(name)
    }

    /// Names that stand for modules of this crate: declared here, or imported from it.
    fn local_names(&self) -> BTreeSet<String> {
        let declared = self.tokens.windows(2).filter(|pair| pair[0].text == "mod");
        let mut names: BTreeSet<String> = declared.map(|pair| pair[1].text.clone()).collect();
        let imported = self.paths().into_iter().filter(|p| p.in_use && p.resolved().is_some());
        names.extend(imported.filter_map(|path| path.segments.last().cloned()));
        names
    }

    /// Every function that has a body.
    pub fn functions(&self) -> impl Iterator<Item = Function> {
        let starts = self.tokens.windows(2).enumerate().filter(|(_, pair)| pair[0].text == "fn");
        starts.filter(|(_, pair)| is_word(&pair[1].text)).filter_map(|(at, pair)| {
            let rest = &self.tokens[at..];
            let item = &rest[..item_len(rest)];
            let last = item.last().filter(|last| last.text == "}")?;
            let n_lines = last.line - pair[0].line + 1;
            Some(Function { name: pair[1].text.clone(), line: pair[0].line, n_lines })
        })
    }

    /// Every path, with inline modules followed and the braces of `use` expanded.
    fn paths(&self) -> Vec<CodePath> {
        let mut walk = Walk {
            tokens: &self.tokens,
            at: 0,
            blocks: Vec::new(),
            module: self.module.clone(),
            in_use: false,
            paths: Vec::new(),
        };
        while walk.at < walk.tokens.len() {
            walk.step();
        }
        walk.paths
    }
}

impl CodePath {
    /// The place under the root that this leads to, if it begins with `crate`, `self` or `super`.
    fn resolved(&self) -> Option<Vec<String>> {
        let mut place = match self.segments.first()?.as_str() {
            "crate" => Vec::new(),
            "bmm" if self.module.is_empty() && self.segments.len() > 1 => Vec::new(),
            "self" => self.module.clone(),
            "super" => self.module.split_last()?.1.to_vec(),
            _ => return None,
        };
        for segment in &self.segments[1..] {
            match segment.as_str() {
                "super" => drop(place.pop()),
                _ => place.push(segment.clone()),
            }
        }
        (self.in_use || self.segments.len() > 1).then_some(place)
    }
}

/// A walk over tokens that gathers paths.
struct Walk<'a> {
    tokens: &'a [Token],
    at: usize,
    /// For each open brace, whether it opened an inline module.
    blocks: Vec<bool>,
    module: Vec<String>,
    in_use: bool,
    paths: Vec<CodePath>,
}

impl Walk<'_> {
    fn text(&self, ahead: usize) -> &str {
        self.tokens.get(self.at + ahead).map_or("", |token| token.text.as_str())
    }

    fn step(&mut self) {
        match self.text(0) {
            "mod" if self.text(2) == "{" => {
                self.module.push(self.text(1).to_owned());
                self.blocks.push(true);
                self.at += 3;
            }
            "{" => {
                self.blocks.push(false);
                self.at += 1;
            }
            "}" => {
                if self.blocks.pop() == Some(true) {
                    self.module.pop();
                }
                self.at += 1;
            }
            "." => self.at += 2, // a field or a method, never a path
            "use" => {
                self.at += 1;
                self.in_use = true;
                self.tree(&[], false);
                self.in_use = false;
            }
            "::" => {
                self.at += 1;
                self.tree(&[], true);
            }
            text if is_word(text) => self.tree(&[], false),
            _ => self.at += 1,
        }
    }

    /// Reads a path that goes on after `before`, or a group of them in braces.
    fn tree(&mut self, before: &[String], absolute: bool) {
        let mut segments = before.to_vec();
        let mut absolute = absolute;
        if self.text(0) == "::" {
            absolute = true;
            self.at += 1;
        }
        let line = self.tokens.get(self.at).map_or(0, |token| token.line);
        loop {
            let text = self.text(0).to_owned();
            if text == "{" && (self.in_use || !segments.is_empty()) {
                return self.group(&segments, absolute);
            }
            if !is_word(&text) && text != "*" {
                break;
            }
            segments.push(text);
            self.at += 1;
            if self.text(0) != "::" || !(is_word(self.text(1)) || "*{".contains(self.text(1))) {
                break;
            }
            self.at += 1;
        }
        if segments.len() == before.len() {
            self.at += 1; // nothing readable: go on behind it
            return;
        }
        let (module, in_use) = (self.module.clone(), self.in_use);
        self.paths.push(CodePath { line, module, segments, absolute, in_use });
        if self.in_use && self.text(0) == "as" {
            self.at += 2;
        }
    }

    fn group(&mut self, before: &[String], absolute: bool) {
        self.at += 1;
        while !matches!(self.text(0), "}" | "") {
            match self.text(0) {
                "," => self.at += 1,
                _ => self.tree(before, absolute),
            }
        }
        self.at += 1;
    }
}

/// The number of tokens of the item that `tokens` begins with: up to its `;` or the end of its braces.
fn item_len(tokens: &[Token]) -> usize {
    let (mut depth, mut braces) = (0_usize, 0_usize);
    for (at, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            "{" => braces += 1,
            "}" => {
                braces = braces.saturating_sub(1);
                if braces == 0 && depth == 0 {
                    return at + 1;
                }
            }
            ";" if depth == 0 && braces == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

fn tokens(code: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (line, text) in (1..).zip(code.lines()) {
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let is_part = |c: char| c.is_alphanumeric() || c == '_';
            let len = match first {
                _ if is_part(first) => rest.find(|c| !is_part(c)).unwrap_or(rest.len()),
                ':' if rest.starts_with("::") => 2,
                _ => first.len_utf8(),
            };
            tokens.push(Token { line, text: rest[..len].to_owned() });
            rest = rest[len..].trim_start();
        }
    }
    tokens
}

/// The text with comments, strings and characters replaced by blanks, line by line as before.
fn blanked(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after_word = code.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        match hidden_len(rest, after_word) {
            0 => {
                code.push(first);
                rest = &rest[first.len_utf8()..];
            }
            len => {
                code.extend(rest[..len].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
                rest = &rest[len..];
            }
        }
    }
    code
}

/// The bytes of the comment, string or character that `text` begins with, or 0.
fn hidden_len(text: &str, after_word: bool) -> usize {
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return comment_len(text);
    }
    if text.starts_with('\'') {
        return char_len(text);
    }
    let prefix = ["br", "cr", "r", "b", "c", ""].into_iter().find(|prefix| {
        let opens = text.strip_prefix(prefix).map(|t| t.trim_start_matches('#'));
        let plain = text.get(prefix.len()..).is_some_and(|t| t.starts_with('"'));
        opens.is_some_and(|t| t.starts_with('"')) && (plain || prefix.ends_with('r'))
    });
    match prefix {
        Some(prefix) if prefix.is_empty() || !after_word => string_len(text, prefix),
        _ => 0,
    }
}

fn string_len(text: &str, prefix: &str) -> usize {
    let body = &text[prefix.len()..];
    if prefix.ends_with('r') {
        let n_hashes = body.find('"').unwrap_or(0);
        let end = format!("\"{}", "#".repeat(n_hashes));
        let start = prefix.len() + n_hashes + 1;
        return text[start..].find(&end).map_or(text.len(), |at| start + at + end.len());
    }
    prefix.len() + quoted_len(body, '"')
}

/// From the opening `quote` to the closing one, backslashes respected.
fn quoted_len(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// A character literal; a lifetime has no closing quote after one character.
fn char_len(text: &str) -> usize {
    let mut chars = text.chars().skip(1);
    match (chars.next(), chars.next()) {
        (Some('\\'), _) | (Some(_), Some('\'')) => quoted_len(text, '\''),
        _ => 0,
    }
}

fn comment_len(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}
