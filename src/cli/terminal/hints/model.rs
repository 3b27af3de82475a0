//! What to do about a model file that cannot be used.

use crate::error::ModelProblem;

pub(super) fn hint(problem: &ModelProblem) -> &'static str {
    match problem {
        ModelProblem::Compressed => {
            "unpack it first, as by `gzip -dc FILE > model.bmm`, if it is a model"
        }
        ModelProblem::NotAModel(_) => "give a model.bmm written by `bmm train` or `bmm import`",
        ModelProblem::Truncated { .. } => "copy the file again, or train the model again",
        ModelProblem::TooLarge { .. } => {
            "copy the file again; if it stays like this it is no model"
        }
        ModelProblem::NewerFormat { .. } => {
            "install a newer bmm, or export the model with the newer one"
        }
        ModelProblem::OlderFormat { .. } | ModelProblem::Layout(_) => {
            "train the model again, or export it with the bmm that wrote it and import it here"
        }
        ModelProblem::Damaged(_) => "copy the file again in binary mode, or train the model again",
        ModelProblem::Invalid(_) => {
            "weights must sum to 1, means lie in [0, 1], and height x width be the row length"
        }
        ModelProblem::Foreign { .. } => {
            "write it as `bmm export` does; `bmm export --help` tells the layout"
        }
        ModelProblem::UnknownFormat => "give the file name one of these four endings",
    }
}
