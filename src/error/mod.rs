//! The one typed error of the crate: what went wrong, and where.
//!
//! `Display` gives one line in terms of fields and values. What a user of the program can do about
//! it, flags included, is worded in `cli`.

mod data;
mod model;
mod table;

use crate::wording::brief;
use std::path::{Path, PathBuf};

pub use data::DataProblem;
pub use model::ModelProblem;
pub use table::TableProblem;

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong, with the facts that are needed to mend it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "variants say what their fields are")]
pub enum Error {
    /// The operating system refused to read or write a file or folder.
    #[error("{}: {}", path.display(), plain_reason(source))]
    Io { path: PathBuf, source: std::io::Error },
    /// A data source holds something other than what it should.
    #[error("{}: {problem}", path.display())]
    Data { path: PathBuf, problem: DataProblem },
    /// A model file cannot be used.
    #[error("{}: {problem}", path.display())]
    Model { path: PathBuf, problem: ModelProblem },
    /// Something that exists would be overwritten, and was not to be.
    #[error("{}: already exists", path.display())]
    Exists { path: PathBuf },
    /// Something that exists is in the way, and is never replaced; `why` reads on after "and".
    #[error("{}: already exists and {why}", path.display())]
    Irreplaceable { path: PathBuf, why: &'static str },
    /// A parameter is outside its range.
    #[error("{name} is {value}, but must be {allowed}")]
    Parameter { name: &'static str, value: String, allowed: String },
    /// Weights and means that are no mixture of Bernoullis.
    #[error("not a Bernoulli mixture: {0}")]
    Mixture(String),
    /// Data and model, or two data sets, do not have the same number of features.
    #[error("the data has {data} features a row, the model {model}")]
    Features { data: usize, model: usize },
    /// An image does not have the height and width of the model's.
    #[error("{}: holds {}, the model is of {}", path.display(), sized(*found), sized(*model))]
    Size { path: PathBuf, found: (usize, usize), model: (usize, usize) },
    /// No model was named, and none is in the folder of runs.
    #[error("{}: holds no run yet", folder.display())]
    NoModel { folder: PathBuf },
    /// A model has no page beside it: where it would be.
    #[error("{}: is not there: this model has no page", page.display())]
    NoPage { page: PathBuf },
    /// The curvature of the objective gives no standard errors.
    #[error("no standard errors by observed information: {0}")]
    Information(String),
    /// The data do not determine a mean or weight, or the model is not at a maximum on them: the
    /// information is singular at that of `component`, of a `feature` where it is a mean.
    #[error("no standard errors by observed information: {}", singular(*component, *feature))]
    Singular { component: usize, feature: Option<usize> },
    /// The objective fell by more than rounding explains, in nats over all samples. That is a
    /// defect, not convergence. `component` is the one whose responsibility mass changed most.
    #[error(
        "the objective fell by {} nats at iteration {iteration}; \
         component {component} changed most",
        brief(*fall)
    )]
    ObjectiveFell { iteration: usize, component: usize, fall: f64 },
    /// Two computations of one thing differ by more than rounding explains. One has a defect.
    #[error("{what} differs from the reference by {}", brief(*by))]
    Disagreement { what: String, by: f64 },
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

/// Which weight or mean is not determined, and why that may be.
fn singular(component: usize, feature: Option<usize>) -> String {
    match feature {
        None => singular_at(&format!("the weight of cluster {component}")),
        Some(d) => singular_at(&format!("the mean of feature {d} in cluster {component}")),
    }
}

/// Why nothing may be known of `parameter`.
pub(crate) fn singular_at(parameter: &str) -> String {
    format!(
        "the matrix is singular at {parameter}, so the data do not determine it, \
         or the model is not at a maximum on them"
    )
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
