//! `bmm fetch`: downloads a published data set.

use crate::cli::terminal::console::Console;
use crate::cli::terminal::failure::{Failure, Outcome};
use crate::cli::terminal::progress::Transfer;
use crate::cli::terminal::usage::number;
use crate::data::{Download, Published};
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
    set: Set,
    /// The folder to put it in [default: data/NAME]
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Ask this address before the known ones; the files must be the same [default: none]
    #[arg(long, value_name = "URL")]
    mirror: Option<String>,
    /// Seconds to wait for an answer, and for each piece of a file, before the next address is asked
    #[arg(long, default_value_t = 60, value_name = "S", value_parser = seconds)]
    timeout: u64,
    /// Replace files that are there but are not the published ones [default: off]
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Set {
    /// Handwritten digits
    Mnist,
    /// Pictures of clothes
    FashionMnist,
    /// Handwritten Japanese characters
    Kmnist,
}

impl Set {
    fn name(self) -> &'static str {
        match self {
            Self::Mnist => "mnist",
            Self::FashionMnist => "fashion-mnist",
            Self::Kmnist => "kmnist",
        }
    }

    /// Where it is published.
    fn mirrors(self) -> &'static [&'static str] {
        match self {
            Self::Mnist => &[
                "https://ossci-datasets.s3.amazonaws.com/mnist/",
                "https://storage.googleapis.com/cvdf-datasets/mnist/",
            ],
            Self::FashionMnist => &[
                "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
                "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            ],
            Self::Kmnist => &[
                "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
                "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
            ],
        }
    }

    /// Lengths and digests of its files, in the order of [`NAMES`].
    fn files(self) -> [Published; 4] {
        let of = match self {
            Self::Mnist => [
                (9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
                (28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
                (1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
                (4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
            ],
            Self::FashionMnist => [
                (26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
                (29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
                (4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
                (5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
            ],
            Self::Kmnist => [
                (18_165_135, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
                (29_497, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
                (3_041_136, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
                (5_120, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"),
            ],
        };
        let mut names = NAMES.into_iter();
        of.map(|(len, sha256)| Published { name: names.next().unwrap_or_default(), len, sha256 })
    }
}

const NAMES: [&str; 4] = [
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
];

const MOST_SECONDS: u64 = 3600;

fn seconds(text: &str) -> Result<u64> {
    let allowed = || format!("a whole number from 1 to {MOST_SECONDS}");
    number("timeout", text, |s| (1..=MOST_SECONDS).contains(s), allowed)
}

pub(crate) fn run(args: &Args, console: &Console) -> Result<Outcome, Failure> {
    let folder = args.out.clone().unwrap_or_else(|| Path::new("data").join(args.set.name()));
    let files = args.set.files();
    let wanted = files.iter().map(|file| args.is_wanted(&folder.join(file.name), file));
    let wanted: Vec<bool> = wanted.collect::<Result<_>>()?;
    for (file, _) in files.iter().zip(&wanted).filter(|(_, wanted)| **wanted) {
        args.fetch(&folder, file, console)?;
    }
    let n_fetched = wanted.iter().filter(|wanted| **wanted).count();
    let document =
        json!({ "folder": folder.display().to_string(), "files": NAMES, "fetched": n_fetched });
    console.result(&document, || {
        let found = if n_fetched == 0 { "all there already" } else { "checked by SHA-256" };
        format!("{}: {} files, {found}\n", folder.display(), files.len())
    })?;
    Ok(Outcome::Done)
}

impl Args {
    /// Whether a file is still to be fetched.
    ///
    /// # Errors
    /// [`Error::Exists`] if another one has its name and may not be replaced.
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
        let known = self.set.mirrors().iter().map(|mirror| (*mirror).to_owned());
        let own = self.mirror.iter().map(|url| format!("{}/", url.trim_end_matches('/')));
        let mirrors: Vec<String> = own.chain(known).collect();
        let download = Download { mirrors: &mirrors, patience: Duration::from_secs(self.timeout) };
        let transfer = Transfer::new(console, file.name, file.len);
        let bytes = download.fetch(file, &mut |n| transfer.reached(n));
        transfer.finish();
        atomic::write_file(folder.join(file.name), &bytes?, self.force)
    }
}
