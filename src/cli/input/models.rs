//! Which model a command means.

use super::demo;
use crate::cli::terminal::Console;
use crate::error::{Error, ModelProblem, Result};
use crate::model_file::Model;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub(crate) const FOLDER: &str = "models";
pub(crate) const FILE: &str = "model.bmm";

/// Which model to use.
#[derive(Debug, clap::Args)]
pub(crate) struct ModelArgs {
    /// A run folder, a model file, or mnist-k100 for the built-in one [default: the newest run
    /// under models/]
    #[arg(long, value_name = "M")]
    model: Option<PathBuf>,
}

impl ModelArgs {
    pub(crate) fn read(&self) -> Result<(PathBuf, Model)> {
        let path = match &self.model {
            Some(path) => path.clone(),
            None => newest_run()?,
        };
        Ok((file_in(&path), read(&path)?))
    }
}

/// Says which model is used, and whether it knows real data.
pub(crate) fn announce(path: &Path, model: &Model, console: &Console) {
    console.note(format_args!("model     {}", path.display()));
    if model.is_synthetic() {
        console.note(format_args!("note      the model was fitted to {}", demo::SYNTHETIC));
    }
}

/// The model in a run folder, or in the file itself.
pub(crate) fn read(path: &Path) -> Result<Model> {
    let file = file_in(path);
    if path.is_dir() && !file.exists() {
        let problem = ModelProblem::NotAModel("a folder without a model.bmm");
        return Err(Error::model(path, problem));
    }
    if demo::is_built_in(path) { demo::model() } else { Model::read(&file) }
}

/// The model file of a run folder, or the path itself.
pub(crate) fn file_in(path: &Path) -> PathBuf {
    if path.is_dir() { path.join(FILE) } else { path.to_path_buf() }
}

pub(crate) fn no_such_cluster(cluster: usize, n_components: usize) -> Error {
    let allowed = format!("from 0 to {}, the clusters of the model", n_components - 1);
    Error::parameter("--cluster", cluster, allowed)
}

fn newest_run() -> Result<PathBuf> {
    let runs = fs::read_dir(FOLDER).into_iter().flatten().flatten();
    // A hidden folder is one that a killed run was still writing.
    let finished = runs.filter(|run| !run.file_name().to_string_lossy().starts_with('.'));
    let models = finished.map(|run| run.path().join(FILE));
    let dated = models.filter_map(|path| Some((modified(&path)?, path)));
    dated.max().map(|(_, path)| path).ok_or_else(|| Error::NoModel { folder: FOLDER.into() })
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|m| m.modified()).ok()
}
