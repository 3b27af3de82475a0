//! The run folder: the model, a picture of every mean, the contact sheet, the page, the history and the results.

pub(crate) mod page;
pub(crate) mod pictures;

use super::input::Input;
use crate::cli::input::models;
use crate::cli::results::train_report::Results;
use crate::cli::terminal::clock::Clock;
use crate::cli::terminal::console::json_text;
use crate::cli::terminal::failure::Failure;
use crate::cli::terminal::text::counted;
use crate::error::{Error, Result};
use crate::model_file::{self, Digest, Model, atomic};
use crate::parallel;
use crate::render;
use std::path::{Path, PathBuf};

/// A run folder that was written.
pub(super) struct Run {
    pub(super) folder: PathBuf,
    pub(super) model_sha256: String,
}

/// Says early that the folder asked for, or any under `models/`, cannot be written.
pub(super) fn check(out: Option<&Path>, force: bool) -> Result<()> {
    let runs = Path::new(models::FOLDER);
    let unnamed = if runs.is_dir() { runs.join(".new") } else { runs.to_path_buf() };
    atomic::check_folder_target(out.unwrap_or(&unnamed), force)
}

impl Run {
    /// Writes the folder in one step, with `more` files beside its own: all of it, or nothing.
    pub(super) fn write(
        out: Option<&Path>,
        force: bool,
        input: &Input,
        results: &Results,
        more: Vec<(String, Vec<u8>)>,
        clock: &mut Clock,
    ) -> Result<Self, Failure> {
        let model = results.model();
        // A sheet is large while it is drawn: before there is a file as large as the model.
        let mut files = pictures(model, Some(results.cluster_sizes()))?;
        let bytes = encode(model)?;
        let model_sha256 = Digest::of_bytes(&bytes).to_string();
        files.push((models::FILE.to_string(), bytes));
        files.push(("history.csv".into(), results.history_csv().into_bytes()));
        let charts = more.iter().filter(|(name, _)| name.ends_with(".svg"));
        let charts = charts.map(|(name, svg)| {
            (name.trim_end_matches(".svg").into(), String::from_utf8_lossy(svg).into_owned())
        });
        let title = format!("{}, {}", input.name, counted(results.n_components(), "cluster"));
        let page = page::render(&title, input, results, charts.collect())?;
        files.push((page::FILE.into(), page));
        files.extend(more);
        clock.stop_writing();
        loop {
            let folder = out.map_or_else(|| unused_name(input, results), Path::to_path_buf);
            let run = Self { folder, model_sha256: model_sha256.clone() };
            let document = json_text(&results.document(&run, clock))?.into_bytes();
            files.push(("run.json".into(), document));
            match atomic::write_folder(&run.folder, &files, force) {
                // Another run took the name in the meantime: the next one is as good.
                Err(Error::Exists { .. }) if out.is_none() => drop(files.pop()),
                written => return Ok(written.map(|()| run)?),
            }
        }
    }
}

/// `models/NAME-kK`, then the same with -2, -3 and so on.
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

fn encode(model: &Model) -> Result<Vec<u8>> {
    model_file::encode(model).map_err(|problem| Error::model(models::FILE, problem))
}
