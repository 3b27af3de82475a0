//! What can be wrong with a model file, or with a file that a model is imported from.

/// What is wrong with a model file. Each variant reads on after the name of the file.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "variants say what their fields are")]
pub enum ModelProblem {
    /// The file does not begin as a model file does: what its first bytes say it is.
    #[error("is {0}, not a bmm model")]
    NotAModel(&'static str),
    /// The file is packed by gzip; a model may be in it.
    #[error("is a gzip archive, not a bmm model")]
    Compressed,
    /// The file ends before its header says it does, or before the end of its header.
    #[error("is cut short: it has {has} of {needs} bytes")]
    Truncated { has: u64, needs: u64 },
    /// The file is larger, by its size or its header, than a model may be.
    #[error("claims {bytes} bytes, more than the {limit} a model may have")]
    TooLarge { bytes: u64, limit: u64 },
    /// The file is whole, but written by a later version of bmm.
    #[error("has format version {theirs}, newer than the {ours} this bmm reads")]
    NewerFormat { theirs: u32, ours: u32 },
    /// The file is whole, but written by an earlier version of bmm.
    #[error("has format version {theirs}, written by {writer}; this bmm reads version {ours}")]
    OlderFormat { theirs: u32, ours: u32, writer: &'static str },
    /// The bytes are not those that were written: how that shows.
    #[error("is damaged: {0}")]
    Damaged(&'static str),
    /// The file is whole, but what it holds is no model.
    #[error("holds no valid model: {0}")]
    Invalid(String),
    /// The file is whole, but its fields do not lie as this program lays them.
    #[error("is laid out as by another program, or by an unreleased version of this one: {0}")]
    Layout(String),
    /// A file to import cannot be read in its format: "JSON", "CSV", "npy" or "safetensors".
    #[error("is no {format} file of a mixture: {what}")]
    Foreign { format: &'static str, what: String },
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
