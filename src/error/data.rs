//! What can be wrong with a data source, with the numbers that show it.

use super::table::TableProblem;
use crate::wording::{counted, plain};

/// What is wrong with a data source.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "variants say what their fields are")]
pub enum DataProblem {
    /// No image or row was found.
    #[error("holds no images")]
    Empty,
    /// No label was found.
    #[error("holds no labels")]
    NoLabels,
    /// A folder holds neither IDX files nor pictures: what it does hold.
    #[error("holds no images: {0}")]
    NothingUsable(String),
    /// A download that saved an error page in place of the file.
    #[error("is a web page, not data")]
    WebPage,
    /// A file that could not be downloaded: what came instead.
    #[error("cannot be downloaded: {0}")]
    Download(String),
    /// The content is of no kind that can be read: what the first bytes suggest.
    #[error("cannot be read as this: it looks like {0}")]
    UnknownKind(String),
    /// The file ends before the length that its header promises, in bytes with the header.
    #[error("is cut short: the header promises {expected} bytes, the file holds {found}")]
    Truncated { expected: u64, found: u64 },
    /// The file goes on after the length that its header promises, in bytes with the header.
    #[error("is too long: the header promises {expected} bytes, the file goes on after them")]
    TooLong { expected: u64 },
    /// A gzip file that does not decompress, or whose checksum does not fit.
    #[error("is a damaged gzip file: {0}")]
    DamagedGzip(String),
    /// More than can sensibly be held in memory: what the header promises, and the limit.
    #[error("is too large: {what}, and at most {limit} are read")]
    TooLarge { what: String, limit: &'static str },
    /// An IDX label file where images belong.
    #[error("holds labels, not images (IDX magic 0x00000801)")]
    LabelsNotImages,
    /// An IDX image file where labels belong.
    #[error("holds images, not labels (IDX magic 0x00000803)")]
    ImagesNotLabels,
    /// An IDX file of another element type (0x08 is unsigned bytes) or number of dimensions.
    #[error("is an IDX file of {dims} dimensions with element type 0x{code:02x}")]
    IdxType { code: u8, dims: u8 },
    /// Images and labels that cannot belong together.
    #[error("holds {} for {}", counted(*labels, "label"), counted(*images, "image"))]
    LabelCount { labels: usize, images: usize },
    /// A split was asked for, `train` or `test`, that is not there: what is there instead.
    #[error("has no {split} split: {why}")]
    NoSplit { split: &'static str, why: &'static str },
    /// A split was asked for of something that is not published in splits.
    #[error("has no splits, but the {split} split was asked for")]
    NotSplit { split: &'static str },
    /// A folder with the files of more than one data set: their names.
    #[error("holds several data sets: {0}")]
    SeveralDataSets(String),
    /// An image of another size than the first one, which is `other`.
    #[error("is {size} pixels (height x width), but {other} is {other_size}")]
    MixedSizes { size: String, other: String, other_size: String },
    /// A picture of another size than the first one, which is `other`; `common` is the size that
    /// most pictures of the folder have. Sizes are height and width.
    #[error(
        "is {}x{} pixels (height x width), but {other} is {}x{}",
        size.0, size.1, other_size.0, other_size.1
    )]
    PictureSizes {
        size: (usize, usize),
        other: String,
        other_size: (usize, usize),
        common: (usize, usize),
    },
    /// A folder whose pictures lie deeper than they are looked for: where.
    #[error(
        "holds no images: pictures are looked for in sub-folders, but not in theirs, such as {0}"
    )]
    PicturesBelow(String),
    /// A picture that cannot be decoded: what the decoder said.
    #[error("is a picture that cannot be read: {0}")]
    Picture(String),
    /// A picture in a build without the feature `cli`.
    #[error("is a picture, and this build reads none: it lacks the feature `cli`")]
    NoPictureReader,
    /// A packed file that is not what its writer left.
    #[error("is a damaged packed file: {0}")]
    Packed(String),
    /// A packed file of a format that is not known yet.
    #[error("is a packed file of format {theirs}, and this program knows formats up to {ours}")]
    NewerPacked { theirs: u32, ours: u32 },
    /// A NumPy file whose header is not understood.
    #[error("is a NumPy file with a header that cannot be read: {0}")]
    NpyHeader(String),
    /// A NumPy file of elements that are no plain numbers: their type as the file writes it.
    #[error("is a NumPy array of type {0}")]
    NpyType(String),
    /// A NumPy archive that is damaged or not as NumPy writes it.
    #[error("is a NumPy archive that cannot be read: {0}")]
    Npz(String),
    /// A NumPy archive of several arrays: their names.
    #[error("holds several arrays: {0}")]
    NpzArrays(String),
    /// A Matrix Market file that cannot be read: why, with the line.
    #[error("is a Matrix Market file that cannot be read: {0}")]
    MatrixMarket(String),
    /// A sparse matrix whose parts do not fit together.
    #[error("holds a sparse matrix that cannot be read: {0}")]
    Sparse(String),
    /// An entry of a sparse matrix that is neither 0 nor 1.
    #[error("{place}: the value is {value}, but a sparse matrix must hold 0 and 1")]
    NotBinary { place: String, value: f64 },
    /// A NumPy array that is neither rows nor images: its shape, separated by commas.
    #[error("is a NumPy array of shape ({0})")]
    NpyShape(String),
    /// A number outside the range of grey values.
    #[error(
        "{place}: the value is {}, but values must be whole numbers 0 to 255, or all between 0 \
         and 1",
        plain(*value)
    )]
    OutOfRange { place: String, value: f64 },
    /// A line of a table, from 1, with another number of cells than the first.
    #[error("has {found} cells in line {line}, but {expected} in its first line")]
    Ragged { line: u64, found: usize, expected: usize },
    /// A cell of a table that is not a number: line and column from 1, and how it begins; all words
    /// that may stand for missing values, with those that were named before.
    #[error("line {line}, column {column}: {cell:?} is not a number")]
    NotANumber { line: u64, column: usize, cell: String, codes: Vec<String> },
    /// A weight that no row can have: the line from 1, and how the cell begins.
    #[error(
        "line {line}: the weight is {cell:?}, but weights must be numbers, finite and not negative"
    )]
    Weight { line: u64, cell: String },
    /// Weights of which none is positive.
    #[error("holds no row whose weight is not 0")]
    NoWeight,
    /// A feature of which nothing is known: its name, or its number from 1.
    #[error("column {0} is missing in every row")]
    MissingColumn(String),
    /// A table that is binary but for some columns: one of them and its largest value.
    #[error("column {name} holds values up to {value}, but most columns only 0 and 1")]
    MixedScales { name: String, value: u8 },
    /// A packed file whose bits were made by another rule than a model's.
    #[error("was packed by {by}, but the model sees images by {model}")]
    OtherRule { by: String, model: String },
    /// Grey values for a model of rows that were binary before.
    #[error("holds grey values, but the model was fitted to rows of 0 and 1")]
    GreyForBinary,
    /// The folder of a run where images belong.
    #[error("is the folder of a run: its pictures are those of a model")]
    RunFolder,
    /// A file that cannot be opened or read: what the system said.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// A mask that fits no image: its images and size, and those of the data.
    #[error("is a mask of {found}, but the data is {expected}")]
    MaskSize { found: String, expected: String },
    /// A table whose text, columns or values cannot be used.
    #[error(transparent)]
    Table(Box<TableProblem>),
    /// An array of numbers that are neither images nor zeros and ones: some of its values, those
    /// that may stand for missing ones, and a threshold that parts them.
    #[error("holds the values {}, not 0 and 1", values.join(", "))]
    ArrayValues { values: Vec<String>, odd: Vec<String>, cut: Option<u8> },
    /// An array of fractions that is no image.
    #[error("holds fractions between 0 and 1, not 0 and 1 alone")]
    Fractions,
    /// Rows that leave nothing to cluster: what is the same, and whether they are picture files.
    #[error("leaves nothing to cluster: {what}")]
    AllTheSame { what: &'static str, are_pictures: bool },
    /// A line of a label file, from 1, that is not one label: how it begins.
    #[error("line {line} holds {text:?}, which is neither blank nor a whole number")]
    LabelLine { line: u64, text: String },
    /// A number of an array that is no label: its place and value.
    #[error("{place}: the value is {value}, but labels must be whole numbers")]
    NoLabel { place: String, value: f64 },
}

impl From<TableProblem> for DataProblem {
    fn from(problem: TableProblem) -> Self {
        Self::Table(Box::new(problem))
    }
}
