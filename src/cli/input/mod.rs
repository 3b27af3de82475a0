//! From what the user names as data or as a model to rows and models.

mod binarised;
pub(crate) mod columns;
pub(crate) mod demo;
pub(crate) mod fit;
mod ground;
pub(crate) mod known_labels;
mod load;
pub(crate) mod models;
pub(crate) mod names;
pub(crate) mod photos;
mod pictures;
mod reading;
mod rows;

pub(crate) use columns::ColumnArgs;
pub(crate) use load::{
    announce_default, default_source, name_of, read, read_for_model, read_with_held_out,
    source_or_default, source_parser,
};
pub(crate) use models::ModelArgs;
pub(crate) use pictures::{ImageShape, PictureArgs};
pub(crate) use reading::{MaskArgs, Reading, ReadingArgs};
pub(crate) use rows::{Input, Words};
