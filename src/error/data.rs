//! What can be wrong with a data source, with the numbers that show it.

/// What is wrong with a data source.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DataProblem {
    /// No image or row was found.
    #[error("holds no images")]
    Empty,
    /// No label was found.
    #[error("holds no labels")]
    NoLabels,
    /// A folder holds neither IDX files nor pictures.
    #[error("holds no images: {seen}")]
    NothingUsable {
        /// What the folder does hold.
        seen: String,
    },
    /// A download that saved an error page in place of the file.
    #[error("is a web page, not data")]
    WebPage,
    /// A file that could not be downloaded.
    #[error("cannot be downloaded: {reason}")]
    Download {
        /// What came instead.
        reason: String,
    },
    /// The content is of no kind that can be read.
    #[error("cannot be read as this: it looks like {looks_like}")]
    UnknownKind {
        /// What the first bytes suggest.
        looks_like: String,
        /// How to make something of it that can be read, where that is known.
        recipe: Option<&'static str>,
    },
    /// The file ends before the length that its header promises.
    #[error("is cut short: the header promises {expected} bytes, the file holds {found}")]
    Truncated {
        /// Bytes promised, header included.
        expected: u64,
        /// Bytes found.
        found: u64,
    },
    /// The file goes on after the length that its header promises.
    #[error("is too long: the header promises {expected} bytes, the file goes on after them")]
    TooLong {
        /// Bytes promised, header included.
        expected: u64,
    },
    /// A gzip file that does not decompress, or whose checksum does not fit.
    #[error("is a damaged gzip file: {reason}")]
    DamagedGzip {
        /// What the decoder met.
        reason: String,
    },
    /// More than can sensibly be held in memory.
    #[error("is too large: {what}, and at most {limit} are read")]
    TooLarge {
        /// What the header promises.
        what: String,
        /// The limit, with its unit.
        limit: &'static str,
    },
    /// An IDX label file where images belong.
    #[error("holds labels, not images (IDX magic 0x00000801)")]
    LabelsNotImages,
    /// An IDX image file where labels belong.
    #[error("holds images, not labels (IDX magic 0x00000803)")]
    ImagesNotLabels,
    /// An IDX file of another element type or number of dimensions.
    #[error("is an IDX file of {dims} dimensions with element type 0x{code:02x}")]
    IdxType {
        /// The element type of the magic number; 0x08 is unsigned bytes.
        code: u8,
        /// The number of dimensions of the magic number.
        dims: u8,
    },
    /// Images and labels that cannot belong together.
    #[error("holds {} for {}", counted(*labels, "label"), counted(*images, "image"))]
    LabelCount {
        /// Labels found.
        labels: usize,
        /// Images found.
        images: usize,
    },
    /// A split was asked for that is not there.
    #[error("has no {split} split: {why}")]
    NoSplit {
        /// `train` or `test`.
        split: &'static str,
        /// What is there instead.
        why: String,
    },
    /// A split was asked for of something that is not published in splits.
    #[error("has no splits, but the {split} split was asked for")]
    NotSplit {
        /// `train` or `test`.
        split: &'static str,
    },
    /// A folder with the files of more than one data set.
    #[error("holds several data sets: {names}")]
    SeveralDataSets {
        /// Their names, separated by commas.
        names: String,
    },
    /// Two images that belong together differ in size.
    #[error("is {size} pixels (height x width), but {other} is {other_size}")]
    MixedSizes {
        /// Height x width of this file.
        size: String,
        /// The first file or source.
        other: String,
        /// Height x width of the first one.
        other_size: String,
    },
    /// A picture that cannot be decoded.
    #[error("is a picture that cannot be read: {reason}")]
    Picture {
        /// What the decoder said.
        reason: String,
    },
    /// A picture in a build without the feature `cli`.
    #[error("is a picture, and this build reads none: it lacks the feature `cli`")]
    NoPictureReader,
    /// A packed file that is not what its writer left.
    #[error("is a damaged packed file: {reason}")]
    Packed {
        /// What is wrong with it.
        reason: String,
    },
    /// A packed file of a format that is not known yet.
    #[error("is a packed file of format {theirs}, and this program knows formats up to {ours}")]
    NewerPacked {
        /// The file's format version.
        theirs: u32,
        /// The latest one that is read.
        ours: u32,
    },
    /// A NumPy file whose header is not understood.
    #[error("is a NumPy file with a header that cannot be read: {reason}")]
    NpyHeader {
        /// What is wrong with it.
        reason: String,
    },
    /// A NumPy file of elements that are no plain numbers.
    #[error("is a NumPy array of type {dtype}")]
    NpyType {
        /// The type as the file writes it.
        dtype: String,
    },
    /// A NumPy array that is neither rows nor images.
    #[error("is a NumPy array of shape ({shape})")]
    NpyShape {
        /// The shape, separated by commas.
        shape: String,
    },
    /// An array element outside the range of grey values.
    #[error("holds {value} in row {row}, column {column} (counted from 0), {}", ALLOWED)]
    Value {
        /// The row, from 0.
        row: usize,
        /// The feature, from 0.
        column: usize,
        /// The value found.
        value: f64,
    },
    /// A line of a table with another number of cells than the first.
    #[error("has {found} cells in line {line}, but {expected} in its first line")]
    Ragged {
        /// The line, from 1.
        line: u64,
        /// Cells found.
        found: usize,
        /// Cells of the first line.
        expected: usize,
    },
    /// A cell of a table that is not a number.
    #[error("line {line}, column {column}: {cell:?} is not a number")]
    NotANumber {
        /// The line, from 1.
        line: u64,
        /// The column, from 1.
        column: usize,
        /// The beginning of the cell.
        cell: String,
    },
    /// A cell of a table outside the range of grey values.
    #[error("line {line}, column {column}: the value is {value}, {}", ALLOWED)]
    CellRange {
        /// The line, from 1.
        line: u64,
        /// The column, from 1.
        column: usize,
        /// The value found.
        value: f64,
    },
    /// A weight that no row can have.
    #[error(
        "line {line}: the weight is {cell:?}, but weights must be numbers, finite and not negative"
    )]
    Weight {
        /// The line, from 1.
        line: u64,
        /// The beginning of the cell.
        cell: String,
    },
    /// Weights of which none is positive.
    #[error("holds no row whose weight is not 0")]
    NoWeight,
    /// A feature of which nothing is known.
    #[error("column {name} is missing in every row")]
    MissingColumn {
        /// Its name, or its number from 1.
        name: String,
    },
    /// A table that is binary but for some columns.
    #[error("column {name} holds values up to {value}, but most columns only 0 and 1")]
    MixedScales {
        /// Its name, or its number from 1.
        name: String,
        /// The largest value of it.
        value: u8,
    },
    /// A packed file whose bits were made by another rule than a model's.
    #[error("was packed by {by}, but the model sees images by {model}")]
    OtherRule {
        /// The rule of the file.
        by: String,
        /// The rule of the model.
        model: String,
    },
    /// Grey values for a model of rows that were binary before.
    #[error("holds grey values, but the model was fitted to rows of 0 and 1")]
    GreyForBinary,
    /// The folder of a run where images belong.
    #[error("is the folder of a run: its pictures are those of a model")]
    RunFolder,
    /// A file that cannot be opened or read.
    #[error("cannot be read: {reason}")]
    Unreadable {
        /// What the system said.
        reason: String,
    },
    /// A mask that fits no image.
    #[error("is a mask of {found}, but the data is {expected}")]
    MaskSize {
        /// Images and size of the mask.
        found: String,
        /// Those of the data.
        expected: String,
    },
    /// A line of a label file that is not one label.
    #[error("line {line} holds {what}, which is neither blank nor a whole number")]
    LabelLine {
        /// The line, from 1.
        line: u64,
        /// What it holds.
        what: String,
    },
}

/// What a model file is called that is given as data.
pub(crate) const BMM_MODEL: &str = "a bmm model";

/// The end of every message about a value out of range.
const ALLOWED: &str = "but values must be whole numbers 0 to 255, or all between 0 and 1";

/// A number of things.
fn counted(n: usize, thing: &str) -> String {
    if n == 1 { format!("1 {thing}") } else { format!("{n} {thing}s") }
}
