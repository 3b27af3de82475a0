//! One opened file: its first bytes for recognition, then its content, decompressed if it is gzip.
//! Memory grows with the bytes that arrive, not with what a header promises.

mod bounded;
mod gunzip;
mod lines;

use super::mapped;
use crate::bits::SharedBytes;
use crate::error::{DataProblem, Error, Result};
use crate::file_kind::{FileKind, GZIP};
use bounded::Beyond;
pub(crate) use bounded::Bounded;
use gunzip::Gunzip;
pub(crate) use gunzip::check_ratio;
pub(crate) use lines::{Stop, each_line};
use std::io::{BufReader, Chain, Cursor, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::{fs::File, sync::Arc};

/// How many bytes are looked at to recognise a file.
const HEAD: u64 = 4096;
/// The most that one source may hold, 16 GiB: a header that promises more is taken for damage.
pub(crate) const MAX_BYTES: u64 = 16 << 30;
/// The first reservation for content whose length is not certain; it doubles as bytes arrive.
const FIRST_RESERVATION: u64 = 1 << 20;

/// Bytes of one request: many against its overhead, few enough for several threads to share a file.
#[cfg(unix)]
const PART: usize = 1 << 20;

/// The first bytes, which have been read to recognise the content, and the rest behind them.
type Whole = Chain<Cursor<Vec<u8>>, Box<dyn Read>>;

/// How content is packed, which tells what a failed read means.
#[derive(Clone, Copy, PartialEq)]
enum Packing {
    Raw,
    Gzip,
    Zip,
}

/// A file being read, or standard input.
pub(crate) struct Stream {
    path: PathBuf,
    head: Vec<u8>,
    reader: BufReader<Whole>,
    /// The whole length in bytes, where it is known beforehand: not for gzip and pipes.
    len: Option<u64>,
    packing: Packing,
    /// The file itself, if it is raw and regular: its body is read in place.
    raw: Option<Arc<File>>,
}

impl Stream {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(Error::io(path))?;
        let meta = file.metadata().map_err(Error::io(path))?;
        // A pipe has no length to check against; only what arrives counts.
        let len = meta.is_file().then_some(meta.len());
        let file = Arc::new(file);
        let input = Self::from_reader(path, Box::new(Arc::clone(&file)), len)?;
        Ok(Self { raw: input.len.map(|_| file), ..input })
    }

    /// Standard input, named `-`.
    pub(crate) fn stdin() -> Result<Self> {
        Self::from_reader(Path::new("-"), Box::new(std::io::stdin()), None)
    }

    /// A member of the zip archive at `path`, of `len` bytes.
    pub(crate) fn inside(
        path: &Path,
        name: &str,
        content: Box<dyn Read>,
        len: u64,
    ) -> Result<Self> {
        Self::unpacked(&path.join(name), content, Some(len), Packing::Zip)
    }

    fn from_reader(path: &Path, mut file: Box<dyn Read>, len: Option<u64>) -> Result<Self> {
        let head = read_head(&mut file).map_err(Error::io(path))?;
        let is_gzip = head.starts_with(GZIP);
        let file = Cursor::new(head).chain(file);
        if is_gzip {
            return Self::unpacked(path, Box::new(Gunzip::new(file)), None, Packing::Gzip);
        }
        Self::unpacked(path, Box::new(file), len, Packing::Raw)
    }

    fn unpacked(
        path: &Path,
        mut content: Box<dyn Read>,
        len: Option<u64>,
        packing: Packing,
    ) -> Result<Self> {
        let head = read_head(&mut content).map_err(|e| read_error(path, packing, e))?;
        let reader = BufReader::new(Cursor::new(head.clone()).chain(content));
        Ok(Self { path: path.to_path_buf(), head, reader, len, packing, raw: None })
    }

    /// The first bytes of the content, decompressed, up to 4096; [`Self::reader`] has them too.
    pub(crate) fn head(&self) -> &[u8] {
        &self.head
    }

    /// What the content is, by its first bytes.
    pub(crate) fn kind(&self) -> FileKind {
        FileKind::from_head(&self.head)
    }

    /// The error for content of a kind that is not wanted here.
    pub(crate) fn unusable(&self) -> Error {
        let looks_like = match self.kind() {
            FileKind::Empty => return self.wrong(DataProblem::Empty),
            FileKind::WebPage => return self.wrong(DataProblem::WebPage),
            FileKind::Unknown => {
                let bytes = self.head.iter().take(8).map(|byte| format!(" {byte:02x}"));
                format!("binary data that begins with{}", bytes.collect::<String>())
            }
            kind => kind.name().into(),
        };
        self.wrong(DataProblem::UnknownKind(looks_like))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn wrong(&self, problem: DataProblem) -> Error {
        Error::data(&self.path, problem)
    }

    /// The error for a failed read: damage if gzip or zip complains, else what the system said.
    pub(crate) fn failed(&self, error: std::io::Error) -> Error {
        read_error(&self.path, self.packing, error)
    }

    pub(crate) fn reader(&mut self) -> &mut impl std::io::BufRead {
        &mut self.reader
    }

    /// The last `body` bytes of a file of exactly `header + body` bytes, whose header has been
    /// read. Errors: [`DataProblem::TooLarge`] above 16 GiB, [`DataProblem::Truncated`],
    /// [`DataProblem::TooLong`].
    pub(crate) fn body(&mut self, header: u64, body: u64) -> Result<Vec<u8>> {
        self.check_len(header.saturating_add(body))?;
        #[cfg(unix)]
        if let Some(file) = self.raw.clone() {
            return self.body_in_parallel(&file, header, body);
        }
        self.body_in_sequence(header, body)
    }

    pub(crate) fn is_gzip(&self) -> bool {
        self.packing == Packing::Gzip
    }

    pub(crate) fn len(&self) -> Option<u64> {
        self.len
    }

    /// All bytes of a raw file of that length, mapped; `None` if it is not raw or cannot be mapped.
    pub(crate) fn mapped(&self, expected: u64) -> Option<Result<SharedBytes>> {
        let bytes = mapped::map(self.raw.as_ref()?).ok()?;
        let len = (*bytes).as_ref().len() as u64;
        Some(self.compare_len(Some(len), expected).map(|()| bytes))
    }

    /// The body of a raw file, whose length has been checked, in parts by any free thread. Nothing
    /// is copied in between. The threads share the first touch of fresh memory, too.
    #[cfg(unix)]
    fn body_in_parallel(&mut self, file: &File, header: u64, body: u64) -> Result<Vec<u8>> {
        use crate::parallel;
        use std::os::unix::fs::FileExt;
        let mut bytes = zeros(body).ok_or_else(|| self.no_memory(body))?;
        let read_part =
            |(i, part): (usize, &mut [u8])| file.read_exact_at(part, header + (i * PART) as u64);
        let read = parallel::try_map(bytes.chunks_mut(PART).enumerate(), read_part);
        // The file may have been cut or added to in the meantime.
        self.len = Some(file.metadata().map_err(|e| self.failed(e))?.len());
        self.check_len(header + body)?;
        read.map(|_| bytes).map_err(|e| self.failed(e))
    }

    fn body_in_sequence(&mut self, header: u64, body: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut step = FIRST_RESERVATION;
        while (bytes.len() as u64) < body {
            let before = bytes.len() as u64;
            let wanted = step.min(body - before);
            self.append(&mut bytes, wanted)?;
            if (bytes.len() as u64) < before + wanted {
                let found = header + bytes.len() as u64;
                return Err(self.wrong(DataProblem::Truncated { expected: header + body, found }));
            }
            step = bytes.len() as u64;
        }
        self.expect_end(header + body)?;
        Ok(bytes)
    }

    /// Refuses a length over the limit, or not that of the file, before memory is taken.
    pub(crate) fn check_len(&self, expected: u64) -> Result<()> {
        self.compare_len(self.len, expected)?;
        if expected > MAX_BYTES {
            return Err(self.too_large(format!("it promises {expected} bytes")));
        }
        Ok(())
    }

    fn compare_len(&self, found: Option<u64>, expected: u64) -> Result<()> {
        match found {
            Some(found) if found < expected => {
                Err(self.wrong(DataProblem::Truncated { expected, found }))
            }
            Some(found) if found > expected => Err(self.wrong(DataProblem::TooLong { expected })),
            _ => Ok(()),
        }
    }

    pub(crate) fn too_large(&self, what: String) -> Error {
        self.wrong(DataProblem::TooLarge { what, limit: "16 GiB" })
    }

    fn no_memory(&self, n: u64) -> Error {
        self.too_large(format!("there is no memory for {n} more bytes"))
    }

    /// All bytes, if they are at most `limit`, which `words` name.
    pub(crate) fn whole(&mut self, limit: u64, words: &'static str) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = self.reader.by_ref().take(limit + 1).read_to_end(&mut bytes);
        read.map_err(|e| self.failed(e))?;
        if bytes.len() as u64 > limit {
            let what = format!("it holds more than {limit} bytes");
            return Err(self.wrong(DataProblem::TooLarge { what, limit: words }));
        }
        Ok(bytes)
    }

    /// Passes over `n` bytes that have been looked at in [`Stream::head`].
    pub(crate) fn skip(&mut self, n: u64) -> Result<()> {
        self.append(&mut Vec::new(), n)
    }

    /// Appends up to `n` bytes; fewer only if the content ends.
    pub(crate) fn append(&mut self, bytes: &mut Vec<u8>, n: u64) -> Result<()> {
        let room = usize::try_from(n).ok().filter(|&n| bytes.try_reserve_exact(n).is_ok());
        room.ok_or_else(|| self.no_memory(n))?;
        let read = self.reader.by_ref().take(n).read_to_end(bytes);
        read.map(drop).map_err(|e| self.failed(e))
    }

    /// Appends `n` bytes to `bytes`, which are all bytes of the file before them. Errors:
    /// [`DataProblem::Truncated`] if the content ends first.
    pub(crate) fn append_exactly(&mut self, bytes: &mut Vec<u8>, n: u64) -> Result<()> {
        let expected = bytes.len() as u64 + n;
        self.append(bytes, n)?;
        let found = bytes.len() as u64;
        if found < expected {
            return Err(self.wrong(DataProblem::Truncated { expected, found }));
        }
        Ok(())
    }

    /// Checks that the content ends here, after `expected` bytes; for gzip the checksum too.
    pub(crate) fn expect_end(&mut self, expected: u64) -> Result<()> {
        let mut one = Vec::new();
        self.append(&mut one, 1)?;
        if one.is_empty() { Ok(()) } else { Err(self.wrong(DataProblem::TooLong { expected })) }
    }
}

/// `n` zeros in memory that nobody has touched yet, or `None` if there is no room for them.
pub(crate) fn zeros(n: u64) -> Option<Vec<u8>> {
    let n = usize::try_from(n).ok()?;
    // `vec![0; n]` aborts without room, so a fallible reservation asks first.
    let mut asked = Vec::<u8>::new();
    asked.try_reserve_exact(n).ok()?;
    drop(std::hint::black_box(asked)); // else the compiler removes the unused reservation
    Some(vec![0; n])
}

fn read_head(reader: &mut Box<dyn Read>) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    reader.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

fn read_error(path: &Path, packing: Packing, error: std::io::Error) -> Error {
    if let Some(problem) = Beyond::problem(&error) {
        return Error::data(path, problem);
    }
    let reason = match error.kind() {
        ErrorKind::UnexpectedEof => "it ends too early".to_owned(),
        ErrorKind::InvalidData | ErrorKind::InvalidInput => error.to_string(),
        _ => return Error::io(path)(error),
    };
    match packing {
        Packing::Raw => Error::io(path)(error),
        Packing::Gzip => Error::data(path, DataProblem::DamagedGzip(reason)),
        Packing::Zip => Error::data(path, DataProblem::Npz(reason)),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// What `read` makes of a file with these bytes, or what it says is wrong with it.
    pub(crate) fn read_bytes<T>(
        bytes: impl AsRef<[u8]>,
        read: impl FnOnce(Stream) -> Result<T>,
    ) -> Result<T, DataProblem> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        Stream::open(file.path()).and_then(read).map_err(problem)
    }

    pub(crate) fn problem(error: Error) -> DataProblem {
        match error {
            Error::Data { problem, .. } => problem,
            other => panic!("{other}"),
        }
    }

    fn open(reader: impl Read + 'static) -> Result<Stream> {
        Stream::from_reader(Path::new("-"), Box::new(reader), None)
    }

    /// A reader that hands out one byte at a time, as a slow pipe may.
    struct Drip(Cursor<Vec<u8>>);

    impl Read for Drip {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let n = buffer.len().min(1);
            self.0.read(&mut buffer[..n])
        }
    }

    #[test]
    fn a_pipe_is_read_whole_however_slowly_it_comes() {
        let bytes: Vec<u8> = (0..10_000u32).map(|i| (i % 255) as u8).collect();
        for content in [bytes.clone(), gzip(&bytes)] {
            let mut input = open(Drip(Cursor::new(content))).unwrap();
            assert_eq!(input.head(), &bytes[..4096]);
            assert_eq!(input.body(0, 10_000).unwrap(), bytes);
        }
    }

    #[test]
    fn a_promise_that_a_pipe_does_not_keep_is_an_error() {
        let short = open(Cursor::new(vec![7; 10])).unwrap().body(0, 11).unwrap_err();
        assert!(short.to_string().contains("promises 11 bytes, the file holds 10"), "{short}");
        let long = open(Cursor::new(vec![7; 10])).unwrap().body(0, 9).unwrap_err();
        assert!(long.to_string().contains("is too long"), "{long}");
        let huge = open(Cursor::new(vec![7; 10])).unwrap().body(0, MAX_BYTES + 1).unwrap_err();
        assert!(huge.to_string().contains("is too large"), "{huge}");
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_an_error() {
        for (len, expected) in [(99_999, "the file holds 99999"), (100_001, "is too long")] {
            let file = tempfile::NamedTempFile::new().unwrap();
            file.as_file().set_len(100_000).unwrap();
            let mut input = Stream::open(file.path()).unwrap();
            file.as_file().set_len(len).unwrap();
            let error = input.body(16, 99_984).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn more_bytes_than_the_limit_are_refused() {
        let whole = |limit| open(Cursor::new(vec![7; 10])).unwrap().whole(limit, "nine");
        assert_eq!(whole(10).unwrap().len(), 10);
        assert!(whole(9).unwrap_err().to_string().contains("at most nine"));
    }

    #[test]
    fn zeros_without_room_for_them_are_refused() {
        assert_eq!(zeros(9), Some(vec![0; 9]));
        assert_eq!(zeros(u64::MAX), None);
        assert_eq!(zeros(i64::MAX as u64), None);
    }
}
