//! `bmm pack`: writes a data source as bits, which later commands load fast.

use crate::cli::input::{self, ReadingArgs};
use crate::cli::terminal::{Console, Failure, Outcome, output};
use crate::data::{self, Packed, PackedFile, Source};
use crate::model_file::atomic;
use std::ffi::OsString;
use std::path::PathBuf;

/// Write a data source as packed bits, which are fast to load
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bmm pack data/mnist
  bmm pack photos/ --shape 28x28 --output photos.bits")]
pub(crate) struct Args {
    /// A folder of IDX files or pictures, an IDX, .npy, CSV or .bits file, or `demo`; `:test` takes
    /// a test split
    #[arg(value_name = "SRC", value_parser = input::source_parser())]
    source: OsString,
    /// The file to write [default: NAME.bits, after the source, in this folder]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it exists [default: off]
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    reading: ReadingArgs,
}

pub(crate) fn run(args: &Args, console: &Console) -> Result<Outcome, Failure> {
    let file = args.output.clone().unwrap_or_else(|| args.default_output());
    if !file.starts_with("/dev") {
        output::check_ending("--output", &file, &["bits"])?;
    }
    atomic::check_file_target(&file, args.force)?;
    let input = input::read(&args.source, &args.reading.reading(), console)?;
    if data::has_test_split(&Source::parse(&args.source)) {
        console.note(
            "note      this is the training split; `:test` behind the path takes the other one",
        );
    }
    console.note(format_args!("data      {}", input.summary()));
    if let Some(what) = input.sameness() {
        console.warn(format_args!("{what}: is --binarize right for this data?"));
    }
    if input.ids.is_some() {
        console.note("note      the names of the rows are not packed");
    }
    let packed = PackedFile::new(Packed {
        bits: &input.bits,
        height: input.height,
        width: input.width,
        rule: input.rule,
        inverted: input.inverted,
        scaled: input.scaled,
        labels: input.labels.as_ref(),
        weights: input.weights.as_deref(),
        items: &input.items,
        synthetic: input.synthetic,
    })?;
    output::deliver_by(Some(&file), &|out| packed.write(out), args.force, console)?;
    console.document(|| {
        serde_json::json!({
            "data": input.name,
            "n_samples": input.bits.n_samples(),
            "left_out": input.left_out,
            "n_features": input.bits.n_features(),
            "binarize": input.rule.to_string(),
            "inverted": input.inverted,
            "data_sha256": data::fingerprint(&input.bits, input.weights.as_deref()),
            "output": file.display().to_string(),
            "bytes": packed.len(),
        })
    })
}

impl Args {
    fn default_output(&self) -> PathBuf {
        let name = input::name_of(&self.source);
        match Source::parse(&self.source).split() {
            Some(split) => format!("{name}-{}.bits", split.name()).into(),
            None => format!("{name}.bits").into(),
        }
    }
}
