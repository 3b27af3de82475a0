//! The run folder: model, pictures of the means, contact sheet, page, history and results.

pub(crate) mod page;
pub(crate) mod pictures;

use super::input::Input;
use crate::cli::input::models;
use crate::cli::results::document::Written;
use crate::cli::results::train_report::Results;
use crate::cli::terminal::{Clock, Console, Failure};
use crate::error::{Error, Result};
use crate::model_file::{self, Digest, Model, atomic};
use crate::{parallel, render};
use std::path::{Path, PathBuf};

/// A run that goes on: where it will be written, and how long it has taken.
pub(super) struct Run<'a> {
    out: Option<&'a Path>,
    force: bool,
    pub(super) clock: Clock,
}

/// Checks early that the folder asked for, or any under `models/`, can be written.
pub(super) fn check(out: Option<&Path>, force: bool) -> Result<()> {
    let runs = Path::new(models::FOLDER);
    let unnamed = if runs.is_dir() { runs.join(".new") } else { runs.to_path_buf() };
    atomic::check_folder_target(out.unwrap_or(&unnamed), force)
}

impl<'a> Run<'a> {
    /// Starts the clock of a run to be written to `out`. Fails if the folder cannot be written.
    pub(super) fn begin(out: Option<&'a Path>, force: bool) -> Result<Self> {
        let clock = Clock::start();
        check(out, force)?;
        Ok(Self { out, force, clock })
    }

    /// Writes the folder in one step, with `more` files beside its own: all of it, or nothing.
    /// `run.json` cannot hold the time of its own writing. What is returned holds it.
    pub(super) fn write(
        self,
        input: &Input,
        results: &Results,
        more: Vec<(String, Vec<u8>)>,
        console: &Console,
    ) -> Result<Written, Failure> {
        let model = &results.model;
        // A sheet is large while it is drawn: before there is a file as large as the model.
        let mut files = pictures(model, Some(results.cluster_sizes()))?;
        let bytes = encode(model)?;
        let model_sha256 = Digest::of_bytes(&bytes).to_string();
        files.push((models::FILE.into(), bytes));
        files.push(("history.csv".into(), results.history_csv().into_bytes()));
        files.push((
            page::FILE.into(),
            page::render(input, results, console.warnings(), charts(&more))?,
        ));
        files.extend(more);
        let mut written = Written { folder: PathBuf::new(), model_sha256, seconds: self.clock };
        loop {
            let unused = || unused_name(input, results);
            written.folder = self.out.map_or_else(unused, Path::to_path_buf);
            let document = console.json_text(&results.document(&written))?;
            files.push(("run.json".into(), document));
            match atomic::write_folder(&written.folder, &files, self.force) {
                // Another run took the name in the meantime: the next one is as good.
                Err(Error::Exists { .. }) if self.out.is_none() => drop(files.pop()),
                result => {
                    result?;
                    written.seconds.stop();
                    return Ok(written);
                }
            }
        }
    }
}

fn charts(files: &[(String, Vec<u8>)]) -> Vec<(String, String)> {
    let chart = |(name, svg): &(String, Vec<u8>)| {
        let title = name.strip_suffix(".svg")?.to_owned();
        Some((title, String::from_utf8_lossy(svg).into_owned()))
    };
    files.iter().filter_map(chart).collect()
}

/// `models/NAME-kK`, or the first of `models/NAME-kK-2`, `-3` and so on that is not there.
fn unused_name(input: &Input, results: &Results) -> PathBuf {
    let base = format!("{}-k{}", input.name, results.n_components());
    let names = (1..).map(|n| if n == 1 { base.clone() } else { format!("{base}-{n}") });
    let mut folders = names.map(|name| Path::new(models::FOLDER).join(name));
    folders.find(|folder| !folder.exists()).unwrap_or_default()
}

/// One PNG for each mean, and all of them captioned on one sheet: drawn and packed in parallel.
fn pictures(model: &Model, sizes: Option<&[u64]>) -> Result<Vec<(String, Vec<u8>)>> {
    let all: Vec<_> = (0..model.mixture.n_components()).collect();
    let digits = (all.len() - 1).to_string().len().max(2);
    let mean = |k: usize| {
        let png = render::mean_png(model.mixture.mean(k), pictures::shape(model))?;
        Ok((format!("means/{k:0digits$}.png"), png))
    };
    let sheet = || pictures::sheet(model, sizes, &all, None);
    let means = || parallel::try_map(all.iter().copied(), mean);
    let (sheet, means) = parallel::both(sheet, means);
    let mut files = means?;
    files.push(("means.png".into(), sheet?));
    Ok(files)
}

/// Writes the run folder of a model that was not fitted here: the model and its pictures.
pub(super) fn write_imported(folder: &Path, force: bool, model: &Model) -> Result<()> {
    let mut files = pictures(model, None)?;
    files.push((models::FILE.to_string(), encode(model)?));
    atomic::write_folder(folder, &files, force)
}

/// The bytes of the model's file.
pub(super) fn encode(model: &Model) -> Result<Vec<u8>> {
    model_file::encode(model).map_err(|problem| Error::model(models::FILE, problem))
}
