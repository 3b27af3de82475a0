//! What is to be read: a path, and perhaps one split of it.

use super::columns::Columns;
use super::photo::PictureSize;
use std::path::{Path, PathBuf};
use std::{ffi::OsStr, fmt};

/// The two parts that published data sets come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Split {
    /// The images to fit on.
    Train,
    /// The images held out.
    Test,
}

impl Split {
    /// `train` or `test`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
        }
    }
}

/// A path and, if the user gave one, a split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    path: PathBuf,
    split: Option<Split>,
    pictures: Option<PictureSize>,
    columns: Columns,
}

impl Source {
    /// A source without a split: the training images where there are splits, else everything.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), split: None, pictures: None, columns: Columns::default() }
    }

    /// The source that `PATH`, `PATH:train` or `PATH:test` names. A path that exists as written has
    /// no suffix. A path that is not valid Unicode is taken as written.
    pub fn parse(text: impl AsRef<OsStr>) -> Self {
        let written = Path::new(text.as_ref());
        if written.symlink_metadata().is_ok() {
            return Self::new(written);
        }
        match written.to_str().and_then(|text| text.rsplit_once(':')) {
            Some((path, "test")) if !path.is_empty() => Self::new(path).with_split(Split::Test),
            Some((path, "train")) if !path.is_empty() => Self::new(path).with_split(Split::Train),
            _ => Self::new(written),
        }
    }

    /// The same path with `split` asked for.
    pub fn with_split(self, split: Split) -> Self {
        Self { split: Some(split), ..self }
    }

    /// This source with a size for pictures. A picture of another size is taken for a photo of
    /// something drawn: the ink is cut out and put in the middle of `height` x `width` pixels,
    /// bright on black. Other files keep their size.
    #[doc(hidden)]
    pub fn with_size(self, height: usize, width: usize) -> Self {
        self.with_pictures(PictureSize::for_photos(height, width))
    }

    /// This source with what its pictures are made into.
    pub(crate) fn with_pictures(self, size: PictureSize) -> Self {
        Self { pictures: Some(size), ..self }
    }

    /// This source with what is asked of the columns of a table.
    #[doc(hidden)]
    pub fn with_columns(self, columns: Columns) -> Self {
        Self { columns, ..self }
    }

    /// What is asked of the columns of a table.
    pub(crate) fn columns(&self) -> &Columns {
        &self.columns
    }

    /// What pictures are made into.
    pub(crate) fn pictures(&self) -> Option<PictureSize> {
        self.pictures
    }

    /// The path, without the split.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The split asked for.
    pub fn split(&self) -> Option<Split> {
        self.split
    }

    /// Whether this is `-`, standard input.
    pub(crate) fn is_stdin(&self) -> bool {
        self.path.as_os_str() == "-"
    }
}

impl fmt::Display for Source {
    /// The text that [`Source::parse`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        self.split.map_or(Ok(()), |split| write!(f, ":{}", split.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suffix_names_the_split() {
        let source = Source::parse("no/such/folder:test");
        assert_eq!(source.path(), Path::new("no/such/folder"));
        assert_eq!(source.split(), Some(Split::Test));
        assert_eq!(source.to_string(), "no/such/folder:test");
        assert_eq!(Source::parse("no/such:train").split(), Some(Split::Train));
        assert_eq!(Source::parse("no/such").split(), None);
        assert_eq!(Source::parse("no:such").path(), Path::new("no:such"));
        assert_eq!(Source::parse(":test").path(), Path::new(":test"));
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_exists_as_written_wins() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("digits:test");
        assert_eq!(Source::parse(&path).split(), Some(Split::Test));
        std::fs::write(&path, "0,1\n").unwrap();
        let source = Source::parse(&path);
        assert_eq!((source.path(), source.split()), (path.as_path(), None));
    }

    #[test]
    fn a_dash_is_standard_input() {
        assert!(Source::parse("-").is_stdin() && !Source::parse("./-").is_stdin());
    }
}
