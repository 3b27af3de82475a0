//! What can be wrong with a model file, or with a file that a model is imported from.

/// What is wrong with a model file. Each variant reads on after the name of the file.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelProblem {
    /// The file does not begin as a model file does.
    #[error("is {looks_like}, not a bmm model")]
    NotAModel {
        /// What its first bytes say it is, with the article: "a PNG picture".
        looks_like: &'static str,
    },
    /// The file is packed by gzip; a model may be in it.
    #[error("is a gzip archive, not a bmm model")]
    Compressed,
    /// The file ends before its header says it does.
    #[error("is cut short: it has {has} of {needs} bytes")]
    Truncated {
        /// Bytes in the file.
        has: u64,
        /// Bytes that the header promises; the header's own length if the header is cut.
        needs: u64,
    },
    /// The file is larger, by its size or its header, than a model may be.
    #[error("claims {bytes} bytes, more than the {limit} a model may have")]
    TooLarge {
        /// Bytes claimed.
        bytes: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// The file is whole, but written by a later version of bmm.
    #[error("has format version {theirs}, newer than the {ours} this bmm reads")]
    NewerFormat {
        /// The format version of the file.
        theirs: u32,
        /// The newest format version this program reads.
        ours: u32,
    },
    /// The file is whole, but written by an earlier version of bmm.
    #[error("has format version {theirs}, written by {writer}; this bmm reads version {ours}")]
    OlderFormat {
        /// The format version of the file.
        theirs: u32,
        /// The format version this program reads.
        ours: u32,
        /// The program that wrote the file.
        writer: &'static str,
    },
    /// The bytes are not those that were written.
    #[error("is damaged: {what}")]
    Damaged {
        /// How that shows.
        what: &'static str,
    },
    /// The file is whole, but what it holds is no model.
    #[error("holds no valid model: {0}")]
    Invalid(String),
    /// A file to import cannot be read in its format.
    #[error("is no {format} file of a mixture: {what}")]
    Foreign {
        /// The format: "JSON", "CSV", "npy" or "safetensors".
        format: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// The ending of a file name stands for no exchange format.
    #[error("ends in none of .safetensors, .npy, .csv, .json")]
    UnknownFormat,
}

impl ModelProblem {
    /// [`Self::Invalid`] for `what`, unless `is_sound`.
    pub(crate) fn ensure(is_sound: bool, what: impl FnOnce() -> String) -> Result<(), Self> {
        if is_sound { Ok(()) } else { Err(Self::Invalid(what())) }
    }
}
