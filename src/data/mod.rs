//! Data sources. MNIST, other IDX files, pictures, arrays and tables become [`Pixels`]; pixels
//! become the packed bits that the mixture is fitted to. The content of a file says what it is.

mod binarize;
mod columns;
mod cut;
mod dataset;
#[cfg(feature = "fetch")]
mod download;
mod fingerprint;
mod labels;
pub(crate) mod missing_codes;
mod photo;
mod pixels;
#[cfg(feature = "fetch")]
mod published;
mod read;
mod remark;
mod source;
mod texts;
mod write;

pub use crate::record::Binarize;
pub(crate) use columns::listed;
pub use columns::{Columns, ModelRows, Values};
pub use dataset::{Dataset, Part, SourceKind};
#[cfg(feature = "fetch")]
pub use download::{Download, Published};
pub use fingerprint::fingerprint;
pub use labels::Labels;
pub(crate) use photo::frame::Frame;
pub(crate) use photo::{Fitting, Made, PictureSize};
pub use pixels::Pixels;
#[cfg(feature = "fetch")]
pub use published::PublishedSet;
pub use read::label_file::read_labels;
pub use read::packed::{Packed, PackedFile};
pub use read::{has_test_split, load, load_all, load_with_test};
pub use remark::Remark;
pub use source::{Source, Split};
pub use texts::Texts;
pub(crate) use write::ArrayFile;
pub use write::{write_idx, write_npy};
