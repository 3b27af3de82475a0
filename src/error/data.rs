//! What can be wrong with a data source.

/// What is wrong with a data source.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DataProblem {
    /// No image or row was found.
    #[error("holds no images")]
    Empty,
}

impl DataProblem {
    /// What the user can do about it, in one line.
    pub fn hint(&self) -> String {
        match self {
            Self::Empty => "give a folder with IDX files or pictures, or a file of rows".into(),
        }
    }
}
