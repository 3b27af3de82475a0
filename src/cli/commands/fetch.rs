//! `bmm fetch`: downloads a published data set.

use crate::cli::terminal::{Console, Count, Failure, Outcome, whole_number};
use crate::data::{Download, Published, PublishedSet};
use crate::error::{Error, Result};
use crate::model_file::atomic;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Download a data set of digits, clothes or characters, checked by its SHA-256
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  bmm fetch mnist
  bmm fetch kmnist --out data/kmnist --mirror https://mirror.example/kmnist/")]
pub(crate) struct Args {
    /// The data set
    #[arg(value_enum, value_name = "NAME")]
    set: PublishedSet,
    /// The folder to put it in [default: data/NAME]
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Ask this address before the known ones; the files must be the same [default: none]
    #[arg(long, value_name = "URL")]
    mirror: Option<String>,
    /// Seconds to wait for an answer, and for each piece of a file, before the next address is
    /// asked
    #[arg(long, default_value_t = 60, value_name = "S")]
    #[arg(value_parser = whole_number(1..=MAX_TIMEOUT))]
    timeout: usize,
    /// Replace files that are there but are not the published ones [default: off]
    #[arg(long)]
    force: bool,
}

impl clap::ValueEnum for PublishedSet {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()).help(self.subject()))
    }
}

/// In seconds.
const MAX_TIMEOUT: usize = 3600;

pub(crate) fn run(args: &Args, console: &Console) -> Result<Outcome, Failure> {
    let folder = args.out.clone().unwrap_or_else(|| Path::new("data").join(args.set.name()));
    let files = args.set.files();
    let wanted = files.iter().map(|file| args.is_wanted(&folder.join(file.name), file));
    let wanted: Vec<bool> = wanted.collect::<Result<_>>()?;
    for (file, _) in files.iter().zip(&wanted).filter(|(_, wanted)| **wanted) {
        args.fetch(&folder, file, console)?;
    }
    let n_fetched = wanted.iter().filter(|wanted| **wanted).count();
    let names = files.map(|file| file.name);
    let document =
        json!({ "folder": folder.display().to_string(), "files": names, "fetched": n_fetched });
    console.result(&document, || {
        let found = if n_fetched == 0 { "all there already" } else { "checked by SHA-256" };
        format!("{}: {} files, {found}\n", folder.display(), files.len())
    })?;
    Ok(Outcome::Done)
}

impl Args {
    /// Whether a file is to be fetched. Fails if another has its name and may not be replaced.
    fn is_wanted(&self, path: &Path, file: &Published) -> Result<bool> {
        if !path.exists() {
            return Ok(true);
        }
        let bytes = std::fs::read(path).map_err(Error::io(path))?;
        if file.is(&bytes) {
            return Ok(false);
        }
        atomic::check_file_target(path, self.force).map(|()| true)
    }

    fn fetch(&self, folder: &Path, file: &Published, console: &Console) -> Result<()> {
        let known = self.set.mirrors().into_iter().map(str::to_owned);
        let own = self.mirror.iter().map(|url| format!("{}/", url.trim_end_matches('/')));
        let mirrors: Vec<String> = own.chain(known).collect();
        let download =
            Download { mirrors: &mirrors, patience: Duration::from_secs(self.timeout as u64) };
        let transfer = Count::bytes(console, file.name, file.len);
        let bytes = download.fetch(file, &mut |n| transfer.reached(n));
        transfer.finish();
        atomic::write_file(folder.join(file.name), &bytes?, self.force)
    }
}
