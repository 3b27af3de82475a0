//! The one typed error of the crate: what went wrong, where, and what the user can do about it.
//!
//! Every error renders as one line through `Display`; [`Error::hint`] gives the matching line of advice.

mod data;
mod model;

use std::path::{Path, PathBuf};

pub use data::DataProblem;
pub use model::ModelProblem;

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong, each variant with the facts a user needs to mend it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system refused to read or write.
    #[error("{}: {}", path.display(), plain_reason(source))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A data source holds something other than what it should.
    #[error("{}: {problem}", path.display())]
    Data {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        problem: DataProblem,
    },
    /// A model file cannot be used.
    #[error("{}: {problem}", path.display())]
    Model {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: ModelProblem,
    },
    /// Something that exists would be overwritten.
    #[error("{}: already exists", path.display())]
    Exists {
        /// The file or folder in the way.
        path: PathBuf,
        /// What to do instead.
        hint: &'static str,
    },
    /// A parameter is outside its range.
    #[error("{name} is {value}, but must be {allowed}")]
    Parameter {
        /// The name of the parameter, as the user writes it.
        name: &'static str,
        /// The value given.
        value: String,
        /// The values that are possible.
        allowed: String,
    },
    /// Weights and means that are no mixture of Bernoullis.
    #[error("not a Bernoulli mixture: {0}")]
    Mixture(String),
    /// Data and model, or two data sets, do not have the same number of features.
    #[error("the data has {data} features a row, the model {model}")]
    Features {
        /// Features of the data.
        data: usize,
        /// Features of the model.
        model: usize,
    },
    /// An image does not have the size of the model's.
    #[error("{}: holds {}, the model is of {}", path.display(), sized(*found), sized(*model))]
    Size {
        /// The first file of that size.
        path: PathBuf,
        /// Its height and width.
        found: (usize, usize),
        /// Height and width of the model's images.
        model: (usize, usize),
    },
    /// No model was named and none is there.
    #[error("{}: holds no run yet", folder.display())]
    NoModel {
        /// The folder of runs.
        folder: PathBuf,
    },
    /// A model has no page beside it.
    #[error("{}: is not there: this model has no page", page.display())]
    NoPage {
        /// Where it would be.
        page: PathBuf,
    },
    /// The curvature of the objective gives no standard errors.
    #[error("no standard errors by observed information: {0}")]
    Information(String),
    /// EM lost ground by more than rounding explains: a defect, never read as convergence.
    #[error(
        "the objective fell by {fall:e} nats at iteration {iteration}; component {component} changed most"
    )]
    ObjectiveFell {
        /// The iteration whose parameters score lower than the ones before.
        iteration: usize,
        /// The component whose responsibility mass changed most.
        component: usize,
        /// The size of the fall, in nats over all samples.
        fall: f64,
    },
    /// Two ways to compute the same thing differ by more than rounding explains: a defect of one of them.
    #[error("{what} differs from the reference by {by:e}")]
    Disagreement {
        /// What was computed, and how.
        what: String,
        /// The greatest difference.
        by: f64,
    },
}

impl Error {
    /// An [`Error::Io`] about `path`; made for `map_err`.
    pub fn io(path: impl AsRef<Path>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.as_ref().to_path_buf();
        move |source| Self::Io { path, source }
    }

    /// An [`Error::Data`] about `path`.
    pub fn data(path: impl AsRef<Path>, problem: DataProblem) -> Self {
        Self::Data { path: path.as_ref().to_path_buf(), problem }
    }

    /// An [`Error::Model`] about `path`.
    pub fn model(path: impl AsRef<Path>, problem: ModelProblem) -> Self {
        Self::Model { path: path.as_ref().to_path_buf(), problem }
    }

    /// What the user can do about it, in one line.
    pub fn hint(&self) -> String {
        match self {
            Self::Io { source, .. } => io_hint(source).into(),
            Self::Data { problem, .. } => problem.hint(),
            Self::Model { problem, .. } => problem.hint(),
            Self::Exists { hint, .. } => (*hint).into(),
            Self::Parameter { name, allowed, .. } => format!("choose {name}: {allowed}"),
            Self::Mixture(_) => {
                "weights must sum to 1 and every mean must lie between 0 and 1".into()
            }
            Self::Features { model, .. } => {
                format!("give rows of {model} features, or train a model on data of this size")
            }
            Self::Size { found: (1, _), model, .. } | Self::Size { model: model @ (1, _), .. } => {
                format!("give rows of {}, or name another model", model.0 * model.1)
            }
            Self::Size { model, .. } => {
                format!("scale or crop the image to {} x {} first", model.0, model.1)
            }
            Self::NoModel { .. } => {
                "train one with `bmm train`, or name a model with --model".into()
            }
            Self::NoPage { .. } => {
                "`bmm train` and `bmm sweep` write one; --as blocks or --as shade shows the means"
                    .into()
            }
            Self::Information(_) => {
                "give --bootstrap 200, which refits resampled rows, or fit fewer clusters".into()
            }
            Self::ObjectiveFell { .. } | Self::Disagreement { .. } => {
                "this is a defect of bmm: please report it with the command and the data".into()
            }
        }
    }
}

/// What is of this height and width: what is one pixel high is a row of a table.
fn sized((height, width): (usize, usize)) -> String {
    match height {
        1 => format!("rows of {width}"),
        _ => format!("images of {height} x {width} pixels"),
    }
}

/// The operating system's reason without the error number.
fn plain_reason(source: &std::io::Error) -> String {
    let text = source.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

fn io_hint(source: &std::io::Error) -> &'static str {
    use std::io::ErrorKind::*;
    match source.kind() {
        NotFound => "check the spelling of the path",
        PermissionDenied | ReadOnlyFilesystem => "choose a place that you may read and write",
        StorageFull | QuotaExceeded | FileTooLarge => {
            "free some space or choose another disk, then run it again"
        }
        NotADirectory => "a part of the path is a file, not a folder",
        _ => "check that the path can be read or written",
    }
}
