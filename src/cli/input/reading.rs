//! How data is to be read: what the user asked for, and what a model demands.

use super::columns::ColumnArgs;
use super::pictures::{ImageShape, Invert, PictureArgs};
use crate::cli::terminal::whole_number;
use crate::data::{Binarize, Columns, ModelRows, PictureSize, Source, Values};
use std::ffi::OsString;
use std::path::PathBuf;

#[derive(Debug, Clone, Default)]
pub(crate) struct Reading {
    pub(crate) rule: Option<Binarize>,
    /// The rule of the model that the data is for. Tables of 0 and 1 are binary already.
    pub(crate) model_rule: Option<Binarize>,
    /// Whether that rule cuts inverted grey values.
    pub(crate) model_inverted: Option<bool>,
    /// Whether its pictures were scaled as a whole.
    pub(crate) model_scaled: bool,
    /// The features that the model knows nothing of, to be left out of the rows.
    pub(crate) unseen: Vec<u32>,
    pub(crate) invert: Invert,
    /// The rows that the model knows: their size, their items with names and values.
    pub(crate) model: Option<ModelRows>,
    /// What the user asks of the columns of a table.
    pub(crate) columns: Columns,
    /// The shape of rows that have none.
    pub(crate) shape: Option<ImageShape>,
    /// What pictures are made into.
    pub(crate) picture_size: Option<PictureSize>,
    pub(crate) limit: Option<usize>,
    pub(crate) labels: Option<PathBuf>,
    /// A mask that says which pixels are missing.
    pub(crate) mask: Option<PathBuf>,
    /// Whether the command shows images by `--show`.
    pub(crate) can_show: bool,
    /// Whether the rows are for training, so that a column without a value is an error.
    pub(crate) is_for_training: bool,
}

impl Reading {
    /// What the user wrote, with the size that pictures are to have.
    pub(crate) fn source(&self, written: &OsString) -> Source {
        let asked = self.columns.clone();
        let (values, model) = (self.values(), self.model.clone());
        let source = Source::parse(written).with_columns(Columns { values, model, ..asked });
        match self.picture_size {
            Some(size) => source.with_pictures(size),
            None => source,
        }
    }

    /// Whether rows of numbers are images, by their shape or by the model.
    pub(super) fn is_of_images(&self) -> bool {
        self.shape.is_some() || self.model.as_ref().is_some_and(|model| model.size.0 > 1)
    }

    /// The rule of a model by which its numbers were cut, if the user asks for no other.
    pub(super) fn cut_of_rows(&self) -> Option<Binarize> {
        let rule = self.model_rule.filter(|_| self.rule.is_none());
        rule.filter(|rule| matches!(rule, Binarize::Threshold(_)))
    }

    /// What the cells of a table mean, by the rule asked for, by the model, or by the shape of
    /// images. Models of images, and those that are imported without a rule, know zeros and ones.
    fn values(&self) -> Values {
        let rule = self.rule.or(self.model_rule);
        let is_inverted = self.invert.asked().or(self.model_inverted) == Some(true);
        // Grey values of images are cut later, by a threshold on their own scale.
        if self.is_of_images() && (is_inverted || matches!(rule, Some(Binarize::Threshold(_)))) {
            return Values::Grey;
        }
        match (self.rule, self.model_rule) {
            (Some(Binarize::Threshold(threshold)), _)
            | (None, Some(Binarize::Threshold(threshold))) => Values::AtLeast(threshold),
            (Some(Binarize::Otsu), _) if !self.is_of_images() => Values::Whole,
            (Some(Binarize::None), _) | (None, Some(Binarize::None)) => Values::Pairs,
            (None, None) if self.shape.is_none() => Values::Pairs,
            _ => Values::Grey,
        }
    }
}

/// `--mask`, of every command that reads data.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct MaskArgs {
    /// Images whose bright pixels (128 of 255 and more) say what is missing: one for all, or one
    /// for each. A model goes without the pixels that are hidden in every image. What is blank or
    /// NA in a table and NaN in an array is missing anyway
    /// [default: none]
    #[arg(long, value_name = "SRC")]
    pub(crate) mask: Option<PathBuf>,
}

/// How to get from a source to rows where no model says it.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ReadingArgs {
    /// From numbers to bits: threshold:T (1 is T or more), otsu, bernoulli:SEED or none
    /// [default: threshold:128 of 255 for images; none for rows of two values each; with a model to
    /// start from, its rule]
    #[arg(long, value_name = "RULE")]
    binarize: Option<Binarize>,
    /// Height and width, such as 28x28, of images in rows that have none. If pictures of a folder
    /// have another size, or show paper in a frame, all of them are cut out, centred and scaled to
    /// it, as photos are
    /// [default: 1 x columns; pictures as they are]
    #[arg(long, value_name = "HxW", conflicts_with = "resize")]
    shape: Option<ImageShape>,
    /// Use the first N images only [default: all]
    #[arg(long, value_name = "N", value_parser = whole_number(1..=usize::MAX))]
    limit: Option<usize>,
    /// Labels of the images: an IDX file, or text with a whole number a line
    /// [default: those of the source]
    #[arg(long, value_name = "FILE")]
    pub(crate) labels: Option<PathBuf>,
    #[command(flatten)]
    mask: MaskArgs,
    #[command(flatten)]
    pictures: PictureArgs,
    #[command(flatten)]
    columns: ColumnArgs,
}

impl ReadingArgs {
    pub(crate) fn reading(&self) -> Reading {
        Reading {
            rule: self.binarize,
            shape: self.shape,
            picture_size: self.pictures.size().or(self.shape.map(ImageShape::for_photos)),
            limit: self.limit,
            labels: self.labels.clone(),
            mask: self.mask.mask.clone(),
            invert: self.pictures.invert,
            columns: self.columns.columns(),
            ..Reading::default()
        }
    }
}
