//! What can be wrong with a model file.

/// What is wrong with a model file.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ModelProblem {
    /// The file does not begin as a model file does.
    #[error("is not a bmm model")]
    NotAModel,
}

impl ModelProblem {
    /// What the user can do about it, in one line.
    pub fn hint(&self) -> String {
        match self {
            Self::NotAModel => "give a model.bmm written by `bmm train` or `bmm import`".into(),
        }
    }
}
