//! Running the program in a folder of its own, and the small files it is given there.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc};
use serde_json::Value;

/// The program under test.
pub const BMM: &str = env!("CARGO_BIN_EXE_bmm");

/// A temporary folder in which the program runs.
pub struct Sandbox(tempfile::TempDir);

/// What a run left: exit code and both streams.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub out: Vec<u8>,
    pub err: String,
}

/// Every path below a folder; the bytes of the files, nothing for folders.
pub type Tree = BTreeMap<PathBuf, Option<Vec<u8>>>;

impl Sandbox {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file, and the folders it stands in.
    pub fn write(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub fn read(&self, name: impl AsRef<Path>) -> Vec<u8> {
        let path = self.path(name);
        fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    pub fn json(&self, name: impl AsRef<Path>) -> Value {
        serde_json::from_slice(&self.read(name)).unwrap()
    }

    /// `program`, to be run in this folder, away from the environment of whoever runs the tests.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.0.path()).stdin(Stdio::null());
        for name in ["BMM_DATA", "NO_COLOR", "COLORTERM", "RUST_BACKTRACE"] {
            command.env_remove(name);
        }
        command
    }

    pub fn bmm<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Run {
        Run::of(self.command(BMM).args(args).output().unwrap())
    }

    /// Runs a line of shell in which `$BMM` is the program.
    pub fn shell(&self, line: &str) -> Run {
        Run::of(self.command("sh").args(["-c", line]).env("BMM", BMM).output().unwrap())
    }

    /// The same, by words: `"train --k 2"`.
    pub fn words(&self, words: &str) -> Run {
        self.bmm(words.split_whitespace())
    }

    /// Runs what must succeed.
    pub fn done(&self, words: &str) -> Run {
        let run = self.words(words);
        assert_eq!(run.code, Some(0), "bmm {words}\n{}", run.err);
        run
    }

    /// Everything below the folder.
    pub fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        collect(self.0.path(), &mut tree);
        tree
    }

    /// Runs what must fail with `code`, say `parts` in its error line, and leave every file as it was.
    pub fn refuses<S: AsRef<OsStr>>(
        &self,
        code: i32,
        args: impl IntoIterator<Item = S>,
        parts: &[&str],
    ) {
        self.refused(code, || self.bmm(args), parts);
    }

    /// The same for any way to run the program.
    pub fn refused(&self, code: i32, run: impl FnOnce() -> Run, parts: &[&str]) {
        let before = self.tree();
        let run = run();
        run.assert_failure(code, parts);
        assert!(before == self.tree(), "files came, went or changed: {run:?}");
    }

    /// Two clusters of 4 x 4 images: `data.idx`, and a run trained on them, `run`.
    pub fn with_run() -> Self {
        let sandbox = Self::new();
        sandbox.write("data.idx", two_kinds(40));
        sandbox.done("train --quiet --k 2 --data data.idx --out run");
        sandbox
    }
}

fn collect(folder: &Path, tree: &mut Tree) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, tree);
            tree.insert(path, None);
        } else {
            let bytes = fs::read(&path).unwrap_or_default();
            tree.insert(path, Some(bytes));
        }
    }
}

impl Run {
    pub fn of(output: Output) -> Self {
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        Self { code: output.status.code(), out: output.stdout, err }
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.out.clone()).unwrap()
    }

    /// Standard output as exactly one JSON document.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.out).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    /// One error line that holds `parts`, one hint line, remarks at most besides, nothing on standard output.
    pub fn assert_failure(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(self.out.is_empty(), "{self:?}");
        let lines: Vec<&str> = self.err.lines().collect();
        let [remarks @ .., error, hint] = &lines[..] else { panic!("{self:?}") };
        let error = error.strip_prefix("error: ").unwrap_or_else(|| panic!("{self:?}"));
        let hint = hint.strip_prefix("hint: ").unwrap_or_else(|| panic!("{self:?}"));
        assert!(!hint.trim().is_empty() && !error.contains("panicked"), "{self:?}");
        let is_remark = |line: &&str| {
            ["note", "data ", "kernel ", "model "].iter().any(|r| line.starts_with(r))
        };
        assert!(remarks.iter().all(is_remark), "{self:?}");
        for part in parts {
            assert!(error.contains(part), "{part:?} is not in {error:?}");
        }
    }
}

/// An IDX file of unsigned bytes.
pub fn idx(dims: &[u32], body: impl AsRef<[u8]>) -> Vec<u8> {
    let mut file = vec![0, 0, 8, dims.len() as u8];
    dims.iter().for_each(|dim| file.extend(dim.to_be_bytes()));
    file.extend(body.as_ref());
    file
}

/// An IDX file of `n` images of 4 x 4: by turns ink in the upper and in the lower half, each with a pixel of its own.
pub fn two_kinds(n: u32) -> Vec<u8> {
    let pixel = |i: u32, d: u32| if (d / 8 == i % 2) != (d == i * 7 % 16) { 255 } else { 0 };
    let body: Vec<u8> = (0..n).flat_map(|i| (0..16).map(move |d| pixel(i, d))).collect();
    idx(&[n, 4, 4], body)
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A zip file of these members, deflated: their names, contents, and the lengths that they claim.
pub fn zip(members: &[(&str, &[u8], u32)]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, content, len) in members {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).unwrap();
        let packed = encoder.finish().unwrap();
        let mut crc = Crc::new();
        crc.update(content);
        let sizes = [crc.sum(), packed.len() as u32, *len].map(u32::to_le_bytes).concat();
        let names = [name.len() as u8, 0, 0, 0];
        let common = [&[20, 0, 0, 0, 8, 0, 0, 0, 0, 0][..], &sizes, &names].concat();
        let place = (file.len() as u32).to_le_bytes();
        let entry = [&common[..], &[0; 10], &place, name.as_bytes()].concat();
        directory.extend([&b"PK\x01\x02\x14\0"[..], &entry].concat());
        file.extend([&b"PK\x03\x04"[..], &common, name.as_bytes(), &packed].concat());
    }
    let n = [members.len() as u8, 0, members.len() as u8, 0];
    let place = [directory.len() as u32, file.len() as u32].map(u32::to_le_bytes).concat();
    [&file[..], &directory, b"PK\x05\x06\0\0\0\0", &n, &place, &[0, 0]].concat()
}

/// An array of NumPy of that type and shape, such as `<f8` and `(2, 3)`.
pub fn npy(dtype: &str, shape: &str, elements: &[u8]) -> Vec<u8> {
    let text = format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let len = (text.len() as u16).to_le_bytes();
    [&b"\x93NUMPY\x01\0"[..], &len, text.as_bytes(), elements].concat()
}

/// A grey PNG of this size.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    grey_png(width, height, |x, y| (x * 40 + y * 60) as u8)
}

/// A picture whose pixel at (x, y) is `grey(x, y)`.
pub fn grey_png(width: u32, height: u32, grey: impl Fn(u32, u32) -> u8) -> Vec<u8> {
    let picture = image::GrayImage::from_fn(width, height, |x, y| [grey(x, y)].into());
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}
