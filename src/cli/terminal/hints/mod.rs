//! What a user of the program can do about an error, in one line.

mod data;
mod foreign;
mod model;
mod tables;

pub(crate) use tables::way_out;

use super::usage;
use crate::error::Error;
use std::io::ErrorKind;

/// Ends a value that the user has not given.
pub(crate) const BY_DEFAULT: &str = " by default";

/// `None` for a wrong value that was given: the help of the command says more than a line can.
pub(crate) fn hint(error: &Error) -> Option<String> {
    let hint = match error {
        Error::Io { source, .. } => io(source.kind()).into(),
        Error::Data { problem, .. } => data::hint(problem),
        Error::Model { problem, .. } => model::hint(problem).into(),
        Error::Exists { .. } => "give --force to replace it, or another name or folder".into(),
        Error::Irreplaceable { .. } => {
            "not even --force replaces it: give the name of another folder".into()
        }
        Error::Parameter { name, value, allowed } if value.ends_with(BY_DEFAULT) => {
            format!("give {} {allowed}", usage::flag(name))
        }
        Error::Parameter { .. } => return None,
        Error::Mixture(_) => "weights must sum to 1 and every mean must lie between 0 and 1".into(),
        Error::Features { model, .. } => {
            format!("give rows of {model} features, or train a model on data of this size")
        }
        Error::Size { found: (1, _), model, .. } | Error::Size { model: model @ (1, _), .. } => {
            format!("give rows of {}, or name another model", model.0 * model.1)
        }
        Error::Size { model, .. } => {
            let (height, width) = model;
            format!(
                "scale or crop images to {height} x {width} first; train, assign and eval scale \
                 picture files by --resize {height}x{width}"
            )
        }
        Error::NoModel { .. } => "train one with `bmm train`, or name a model with --model".into(),
        Error::NoPage { .. } => {
            "`bmm train` and `bmm sweep` write one; --as blocks or --as shade shows the means"
                .into()
        }
        Error::Information(_) | Error::Singular { .. } => {
            "give the rows that the model was trained on, or fit fewer clusters; --bootstrap 200 \
             refits resampled rows instead"
                .into()
        }
        Error::ObjectiveFell { .. } | Error::Disagreement { .. } => {
            "this is a defect of bmm: please report it with the command and the data".into()
        }
    };
    Some(hint)
}

fn io(kind: ErrorKind) -> &'static str {
    use ErrorKind::*;
    match kind {
        NotFound => "check the spelling of the path",
        PermissionDenied | ReadOnlyFilesystem => "choose a place that you may read and write",
        StorageFull | QuotaExceeded | FileTooLarge => {
            "free some space or choose another disk, then run it again"
        }
        NotADirectory => "a part of the path is a file, not a folder",
        _ => "check that the path can be read or written",
    }
}
