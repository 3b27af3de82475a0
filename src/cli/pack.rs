//! `bmm pack`: writes a data source as bits, which later commands load at the speed of the disk.

use super::console::Console;
use super::failure::{Failure, Outcome};
use super::input::{self, ImageShape, Input, MaskArgs, Reading};
use super::output;
use crate::data::{self, Binarize, Packed, Source};
use crate::error::{Error, Result};
use crate::model_file::atomic;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// Write a data source as packed bits, to be loaded in no time
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bmm pack data/mnist
  bmm pack photos/ --shape 28x28 --output photos.bits")]
pub(super) struct Args {
    /// A folder of IDX files or pictures, an IDX, .npy, CSV or .bits file, or `demo`; `:test` takes a test split
    #[arg(value_name = "SRC", value_parser = input::source_parser())]
    source: OsString,
    /// The file to write [default: NAME.bits, after the source, in this folder]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it exists [default: off]
    #[arg(long)]
    force: bool,
    /// From grey to bits: threshold:T (ink is T or more of 255), otsu, bernoulli:SEED or none; the file says which
    /// [default: threshold:128; none for tables of 0 and 1]
    #[arg(long, value_name = "RULE")]
    binarize: Option<Binarize>,
    /// Height and width, such as 28x28, of images in rows that have none; and pictures of any other size are
    /// cut out, centred and scaled to it, as photos are [default: 1 x columns; pictures as they are]
    #[arg(long, value_name = "HxW")]
    shape: Option<ImageShape>,
    /// Use the first N images only [default: all]
    #[arg(long, value_name = "N")]
    limit: Option<NonZeroUsize>,
    /// Labels of the images: an IDX file, or text with a whole number a line
    /// [default: those of the source]
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    #[command(flatten)]
    mask: MaskArgs,
}

pub(super) fn run(args: &Args, console: &Console) -> Result<Outcome, Failure> {
    let file = args.output.clone().unwrap_or_else(|| args.default_output());
    check(&file, args.force)?;
    let input = input::read(&args.source, &args.reading(), console)?;
    if data::has_test_split(&Source::parse(&args.source)) {
        console.note(
            "note      this is the training split; `:test` behind the path takes the other one",
        );
    }
    console.note(format_args!("data      {}", input.summary()));
    let bytes = data::write_packed(&packed(&input))?;
    output::save(&file, &bytes, args.force, console)?;
    let document = serde_json::json!({
        "data": input.name,
        "n_samples": input.bits.n_samples(),
        "n_features": input.bits.n_features(),
        "binarize": input.rule.to_string(),
        "data_sha256": data::fingerprint(&input.bits, input.weights.as_deref()),
        "output": file.display().to_string(),
        "bytes": bytes.len(),
    });
    console.result(&document, String::new)?;
    Ok(Outcome::Done)
}

/// Said before the work: under the name of another kind of file nobody would know it for what it is.
fn check(file: &Path, force: bool) -> Result<()> {
    let is_bits = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("bits"));
    if !is_bits && !file.starts_with("/dev") {
        let (value, allowed) = (file.display().to_string(), "a file that ends in .bits".into());
        return Err(Error::Parameter { name: "output", value, allowed });
    }
    atomic::check_file_target(file, force)
}

fn packed(input: &Input) -> Packed<'_> {
    Packed {
        bits: &input.bits,
        height: input.height,
        width: input.width,
        rule: input.rule,
        labels: input.labels.as_ref(),
        weights: input.weights.as_deref(),
        names: &input.names,
        synthetic: input.synthetic,
    }
}

impl Args {
    fn default_output(&self) -> PathBuf {
        let name = input::name_of(&self.source);
        match Source::parse(&self.source).split() {
            Some(split) => format!("{name}-{}.bits", split.name()).into(),
            None => format!("{name}.bits").into(),
        }
    }

    fn reading(&self) -> Reading {
        Reading {
            rule: self.binarize,
            shape: self.shape,
            picture_size: self.shape.map(|shape| (shape.height, shape.width)),
            limit: self.limit.map(NonZeroUsize::get),
            labels: self.labels.clone(),
            mask: self.mask.mask.clone(),
            ..Reading::default()
        }
    }
}
