//! The one typed error of the crate: what went wrong, and where.
//!
//! `Display` gives one line in terms of fields and values. What a user of the program can do about
//! it, flags included, is worded in `cli`.

mod data;
mod model;

use std::path::{Path, PathBuf};

pub use data::DataProblem;
pub use model::ModelProblem;

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong, with the facts that are needed to mend it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
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
        /// What it is.
        obstacle: Obstacle,
    },
    /// A parameter is outside its range.
    #[error("{name} is {value}, but must be {allowed}")]
    Parameter {
        /// The name of the parameter.
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
    /// The objective fell by more than rounding explains. That is a defect, not convergence.
    #[error(
        "the objective fell by {fall:e} nats at iteration {iteration}; \
         component {component} changed most"
    )]
    ObjectiveFell {
        /// The iteration whose parameters score lower than the ones before.
        iteration: usize,
        /// The component whose responsibility mass changed most.
        component: usize,
        /// The size of the fall, in nats over all samples.
        fall: f64,
    },
    /// Two computations of one thing differ by more than rounding explains. One has a defect.
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

    /// An [`Error::Parameter`].
    pub(crate) fn parameter(
        name: &'static str,
        value: impl ToString,
        allowed: impl Into<String>,
    ) -> Self {
        Self::Parameter { name, value: value.to_string(), allowed: allowed.into() }
    }

    /// An [`Error::Data`] about `path`.
    pub fn data(path: impl AsRef<Path>, problem: DataProblem) -> Self {
        Self::Data { path: path.as_ref().to_path_buf(), problem }
    }

    /// An [`Error::Model`] about `path`.
    pub fn model(path: impl AsRef<Path>, problem: ModelProblem) -> Self {
        Self::Model { path: path.as_ref().to_path_buf(), problem }
    }
}

/// What stands in the way of a file or folder that is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Obstacle {
    /// A file, or a folder in the place of a file.
    File,
    /// The folder of a run.
    Run,
    /// A folder of drawn pictures.
    Pictures,
    /// A folder that holds other things than a run: it is never replaced.
    MoreThanRun,
    /// A folder that holds other things than drawn pictures: it is never replaced.
    MoreThanPictures,
    /// The current folder or a mount point.
    Pinned,
    /// A file in the place of a folder.
    NoFolder,
}

/// Images of this height and width, or rows of a table if the height is 1.
fn sized((height, width): (usize, usize)) -> String {
    if height == 1 {
        format!("rows of {width}")
    } else {
        format!("images of {height} x {width} pixels")
    }
}

/// The operating system's reason without the error number.
fn plain_reason(source: &std::io::Error) -> String {
    let text = source.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}
