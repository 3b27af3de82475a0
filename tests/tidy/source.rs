//! What the rules look at in a file, as `syn` parses it: paths, macros, `unsafe`, functions.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use std::collections::BTreeSet;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// A path as written, `a::b::c`, with the module it stands in.
#[derive(Debug, Clone)]
struct CodePath {
    line: usize,
    /// Modules from the root down to where the path stands.
    module: Vec<String>,
    segments: Vec<String>,
    /// Written with `::` in front.
    absolute: bool,
    in_use: bool,
    in_test: bool,
}

/// A function and its length, from `fn` to the closing brace.
pub struct Function {
    pub name: String,
    pub line: usize,
    pub n_lines: usize,
}

/// What one file holds.
#[derive(Default)]
pub struct Code {
    /// The module that the file is, from the root down.
    pub module: Vec<String>,
    /// Every function that has a body.
    pub functions: Vec<Function>,
    /// Names of the macros called, with their lines.
    pub macros: Vec<(usize, String)>,
    /// The lines where `unsafe` stands.
    pub unsafe_lines: Vec<usize>,
    paths: Vec<CodePath>,
    /// Names that `pub use` gives to places elsewhere, with these places.
    pub exported: Vec<(String, Vec<String>)>,
    /// Names of the modules declared here.
    modules: BTreeSet<String>,
    /// The inline modules around what is visited.
    inline: Vec<String>,
    /// How many items under `#[cfg(test)]` are around what is visited.
    test_depth: usize,
}

/// Whether a file holds nothing but the tests of another.
pub fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
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
        let mut code = Self { module, ..Self::default() };
        let file = syn::parse_file(text).unwrap_or_else(|e| panic!("src/{path}: {e}"));
        code.visit_file(&file);
        code
    }

    /// The places under the root that paths lead to, tests included.
    pub fn internal(&self) -> impl Iterator<Item = (usize, Vec<String>)> {
        self.paths.iter().filter_map(|path| Some((path.line, path.resolved()?)))
    }

    /// The places under the root that paths outside of tests lead to.
    pub fn internal_without_tests(&self) -> impl Iterator<Item = Vec<String>> {
        self.paths.iter().filter(|path| !path.in_test).filter_map(CodePath::resolved)
    }

    /// The parts of the standard library that paths lead to.
    pub fn standard(&self) -> impl Iterator<Item = (usize, &str)> {
        self.paths.iter().filter_map(|path| match path.segments.as_slice() {
            [std, part, ..] if std == "std" || std == "core" => Some((path.line, part.as_str())),
            _ => None,
        })
    }

    /// The uses of the crates `names`, outside of tests.
    pub fn external<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = (usize, &'a str)> {
        let local = self.local_names();
        self.paths.iter().filter(|path| !path.in_test).filter_map(move |path| {
            let name = path.segments.first().filter(|name| names.contains(&name.as_str()))?;
            let is_local = !path.absolute && local.contains(name.as_str());
            (!is_local).then_some((path.line, name.as_str()))
        })
    }

    /// Names that stand for modules of this crate: declared here, or imported from it.
    fn local_names(&self) -> BTreeSet<&str> {
        let imported = self.paths.iter().filter(|path| path.in_use && path.resolved().is_some());
        let imported = imported.filter_map(|path| path.segments.last());
        self.modules.iter().chain(imported).map(String::as_str).collect()
    }

    fn add_path(&mut self, at: Span, segments: Vec<String>, absolute: bool, in_use: bool) {
        if in_use || segments.len() > 1 {
            self.paths.push(CodePath {
                line: at.start().line,
                module: self.module.iter().chain(&self.inline).cloned().collect(),
                segments,
                absolute,
                in_use,
                in_test: self.test_depth > 0,
            });
        }
    }

    /// Every path that a `use` tree names, after the segments `before`.
    fn add_use(&mut self, tree: &syn::UseTree, before: &[&Ident], absolute: bool) {
        let mut segments = before.to_vec();
        match tree {
            syn::UseTree::Path(path) => {
                segments.push(&path.ident);
                return self.add_use(&path.tree, &segments, absolute);
            }
            syn::UseTree::Group(group) => {
                return group.items.iter().for_each(|item| self.add_use(item, before, absolute));
            }
            syn::UseTree::Name(name) if before.is_empty() || name.ident != "self" => {
                segments.push(&name.ident);
            }
            syn::UseTree::Rename(rename) if before.is_empty() || rename.ident != "self" => {
                segments.push(&rename.ident);
            }
            // A glob, or `self`: the module itself.
            _ => {}
        }
        let segments = segments.into_iter().map(Ident::to_string).collect();
        self.add_path(tree.span(), segments, absolute, true);
    }

    /// Paths and `unsafe` in tokens that are not parsed: those of macros and attributes.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let (mut segments, mut colons, mut after_dot) = (Vec::new(), 0, false);
        let mut begin = Span::call_site();
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if ident == "unsafe" {
                        self.unsafe_lines.push(ident.span().start().line);
                    }
                    if colons < 2 {
                        self.add_path(begin, std::mem::take(&mut segments), false, false);
                        begin = ident.span();
                    }
                    if !after_dot || colons == 2 {
                        segments.push(ident.to_string());
                    }
                    (colons, after_dot) = (0, false);
                }
                TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
                other => {
                    self.add_path(begin, std::mem::take(&mut segments), false, false);
                    (colons, after_dot) = (0, false);
                    match other {
                        TokenTree::Group(group) => self.add_tokens(group.stream()),
                        TokenTree::Punct(mark) => after_dot = mark.as_char() == '.',
                        _ => {}
                    }
                }
            }
        }
        self.add_path(begin, segments, false, false);
    }

    /// Visits something with `attributes`, which may say that it belongs to tests.
    fn under(&mut self, attributes: &[syn::Attribute], visit: impl FnOnce(&mut Self)) {
        let is_test = attributes.iter().any(|attribute| match &attribute.meta {
            syn::Meta::List(list) if list.path.is_ident("cfg") => list.tokens.to_string() == "test",
            _ => false,
        });
        self.test_depth += usize::from(is_test);
        visit(self);
        self.test_depth -= usize::from(is_test);
    }

    fn add_function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let line = signature.fn_token.span.start().line;
        let n_lines = block.brace_token.span.close().start().line - line + 1;
        self.functions.push(Function { name: signature.ident.to_string(), line, n_lines });
    }
}

impl<'ast> Visit<'ast> for Code {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.modules.insert(item.ident.to_string());
        self.under(&item.attrs, |code| {
            code.inline.push(item.ident.to_string());
            visit::visit_item_mod(code, item);
            code.inline.pop();
        });
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let (is_absolute, first) = (item.leading_colon.is_some(), self.paths.len());
        self.under(&item.attrs, |code| code.add_use(&item.tree, &[], is_absolute));
        if !matches!(item.vis, syn::Visibility::Inherited) && self.inline.is_empty() {
            let places = self.paths[first..].iter().map(|path| path.place_of_export(&self.modules));
            self.exported.extend(places.filter_map(|place| Some((place.last()?.clone(), place))));
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add_function(&item.sig, &item.block);
        self.under(&item.attrs, |code| visit::visit_item_fn(code, item));
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.unsafe_lines.extend(item.unsafety.map(|word| word.span.start().line));
        self.under(&item.attrs, |code| visit::visit_item_impl(code, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add_function(&item.sig, &item.block);
        self.under(&item.attrs, |code| visit::visit_impl_item_fn(code, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.add_function(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        self.unsafe_lines.extend(signature.unsafety.map(|word| word.span.start().line));
        visit::visit_signature(self, signature);
    }

    fn visit_expr_unsafe(&mut self, block: &'ast syn::ExprUnsafe) {
        self.unsafe_lines.push(block.unsafe_token.span.start().line);
        visit::visit_expr_unsafe(self, block);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.add_path(path.span(), segments, path.leading_colon.is_some(), false);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        let name = called.path.segments.last().map(|segment| segment.ident.to_string());
        self.macros.extend(name.map(|name| (called.path.span().start().line, name)));
        self.visit_path(&called.path);
        self.add_tokens(called.tokens.clone());
    }

    fn visit_meta_list(&mut self, list: &'ast syn::MetaList) {
        self.visit_path(&list.path);
        self.add_tokens(list.tokens.clone());
    }

    /// `pub(in crate::em)` is no import.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}
}

impl CodePath {
    /// The place that an export leads to, which may begin with a module of the same file.
    fn place_of_export(&self, modules: &BTreeSet<String>) -> Vec<String> {
        let is_child = self.segments.first().is_some_and(|first| modules.contains(first));
        let child = || self.module.iter().chain(&self.segments).cloned().collect();
        if is_child { child() } else { self.resolved().unwrap_or_default() }
    }

    /// The place under the root that this leads to, if it begins with `crate`, `self` or `super`.
    fn resolved(&self) -> Option<Vec<String>> {
        let mut place = match self.segments.first()?.as_str() {
            "crate" => Vec::new(),
            "bmm" if self.module.is_empty() => Vec::new(),
            "self" => self.module.clone(),
            "super" => self.module.split_last()?.1.to_vec(),
            _ => return None,
        };
        for segment in &self.segments[1..] {
            if segment == "super" {
                place.pop();
            } else {
                place.push(segment.clone());
            }
        }
        Some(place)
    }
}
