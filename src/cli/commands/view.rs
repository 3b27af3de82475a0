//! `bmm view`: shows the means of the clusters, or opens the page of the run.

use crate::cli::input::{ModelArgs, models};
use crate::cli::results::clusters;
use crate::cli::run_folder::page::{self, stored, stored::Member};
use crate::cli::run_folder::pictures::{self, Style};
use crate::cli::terminal::{Console, Failure, Outcome, output, whole_number};
use crate::error::{Error, Result};
use crate::file_kind::has_ending;
use crate::model_file::Model;
use crate::render::Sheet;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Show the clusters: the page of the run where there is a desktop, else the means in the terminal
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bmm view
  bmm view --model models/mnist-k10 --output means.png")]
pub(crate) struct Args {
    #[command(flatten)]
    model: ModelArgs,
    /// How to show them; auto: png with --output *.png, the page with *.html and on a desktop; else
    /// blocks where there is colour, else shade
    #[arg(long = "as", value_enum, default_value = "auto", value_name = "HOW")]
    how: How,
    /// Open the page in a browser, or say why that fails, wherever this runs [default: on a
    /// desktop]
    #[arg(long, conflicts_with_all = ["output", "json"])]
    open: bool,
    /// Show this cluster only, with the members that the page of the run has of it [default: all]
    #[arg(long, value_name = "K")]
    cluster: Option<usize>,
    /// Images side by side [default: as many as fit]
    #[arg(long, value_name = "N", value_parser = whole_number(1..=usize::MAX))]
    columns: Option<usize>,
    /// Write to this file [default: standard output; a PNG needs a file]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it exists [default: off]
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum How {
    /// Chosen by the output
    Auto,
    /// Half blocks in colour
    Blocks,
    /// Characters from blank to @
    Shade,
    /// A contact sheet
    Png,
    /// The page of the run: where it is, or with --output a copy of it
    Html,
}

pub(crate) fn run(args: &Args, console: &Console) -> Result<Outcome, Failure> {
    if let (How::Auto, Some(file)) = (args.how, &args.output) {
        output::check_ending("--output", file, &["html", "png", "txt"])?;
    }
    let (path, model) = args.model.read()?;
    let shown = args.shown(&model)?;
    models::announce(&path, &model, console);
    if args.wants_page() {
        return args.page(&path, console);
    }
    if args.is_for_desktop(console) && open_page(&path, console).is_ok() {
        return Ok(Outcome::Done);
    }
    args.draw(&path, &model, &shown, console)?;
    console.document(|| args.document(&path, &model, &shown))
}

impl Args {
    fn shown(&self, model: &Model) -> Result<Vec<usize>> {
        let k = model.mixture.n_components();
        match self.cluster {
            None => Ok((0..k).collect()),
            Some(cluster) if cluster < k => Ok(vec![cluster]),
            Some(cluster) => Err(models::no_such_cluster(cluster, k)),
        }
    }

    fn wants_page(&self) -> bool {
        let is_page = self.output.as_ref().is_some_and(|file| has_ending(file, "html"));
        self.how == How::Html || self.open || self.how == How::Auto && is_page
    }

    fn draw(
        &self,
        path: &Path,
        model: &Model,
        shown: &[usize],
        console: &Console,
    ) -> Result<(), Failure> {
        let is_png =
            |file: &Path| self.how == How::Png || self.how == How::Auto && has_ending(file, "png");
        let columns = self.columns;
        let members = self.cluster.map(|k| stored::members(path, model, k)).unwrap_or_default();
        let mut tiles = pictures::tiles(model, None, shown);
        tiles.extend(members.iter().map(Member::tile));
        match &self.output {
            Some(file) if is_png(file) => {
                let sheet = match (self.cluster, &members[..]) {
                    (None, _) | (_, []) => pictures::sheet(model, None, shown, columns)?,
                    (Some(k), _) => {
                        let n = model.mixture.n_components();
                        let title = format!("Cluster {k} of {n} and some of its members");
                        let sheet = Sheet { title: &title, foot: "", columns };
                        pictures::png(model, &tiles, &sheet)?
                    }
                };
                output::deliver(Some(file), sheet, self.force, console)
            }
            None if self.how == How::Png => {
                let allowed = "a file to write a PNG to, such as means.png";
                Err(Error::parameter("--output", "not given", allowed).into())
            }
            None if console.is_json() => Ok(()),
            file => {
                let text = pictures::text(&tiles, model, columns, self.style(console), console)?;
                output::deliver(file.as_deref(), text, self.force, console)
            }
        }
    }

    /// Opens the page, copies it, or says where it is.
    fn page(&self, model: &Path, console: &Console) -> Result<Outcome, Failure> {
        let page = page_of(model)?;
        match &self.output {
            Some(file) => {
                let bytes = std::fs::read(&page).map_err(Error::io(&page))?;
                output::deliver(Some(file), bytes, self.force, console)?;
            }
            None if self.open => open_page(model, console)?,
            None => {}
        }
        let is_named = self.output.is_none() && !self.open;
        let output = self.output.as_ref().map(|file| file.display().to_string());
        let page = page.display().to_string();
        let text = || if is_named { page.clone() + "\n" } else { String::new() };
        console.result(&json!({ "page": page, "output": output }), text)
    }

    /// Whether a browser can open on the user's screen, and nothing else was asked for.
    fn is_for_desktop(&self, console: &Console) -> bool {
        let is_plain = self.how == How::Auto && self.output.is_none() && self.cluster.is_none();
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_remote = set("SSH_CONNECTION");
        let has_screen =
            cfg!(any(windows, target_os = "macos")) || set("DISPLAY") || set("WAYLAND_DISPLAY");
        is_plain && !console.is_json() && console.is_terminal() && has_screen && !is_remote
    }

    fn document(&self, path: &Path, model: &Model, shown: &[usize]) -> Value {
        let labels = model.labels.as_ref();
        let cluster = |&k: &usize| {
            json!({
                "cluster": k,
                "weight": model.mixture.weights()[k],
                "images": labels.map(|table| clusters::size(table, k)),
                "majority_label": labels.and_then(|table| table.majority(k)).map(|m| m.0),
                "mean": model.mixture.mean(k),
            })
        };
        json!({
            "model": path.display().to_string(),
            "synthetic": model.is_synthetic(),
            "height": model.height,
            "width": model.width,
            "output": self.output.as_ref().map(|file| file.display().to_string()),
            "clusters": shown.iter().map(cluster).collect::<Vec<_>>(),
        })
    }

    fn style(&self, console: &Console) -> Style {
        match self.how {
            How::Blocks if !console.refuses_colour() => Style::Blocks,
            How::Auto if self.output.is_none() => Style::suited(console),
            _ => Style::Shade,
        }
    }
}

/// The page beside a model. Imported models have none.
fn page_of(model: &Path) -> Result<PathBuf> {
    let page = model.with_file_name(page::FILE);
    if page.exists() { Ok(page) } else { Err(Error::NoPage { page }) }
}

fn open_page(model: &Path, console: &Console) -> Result<()> {
    let page = page_of(model)?;
    open::that_detached(&page).map_err(Error::io(&page))?;
    console.note(format_args!("opened    {}", page.display()));
    Ok(())
}
